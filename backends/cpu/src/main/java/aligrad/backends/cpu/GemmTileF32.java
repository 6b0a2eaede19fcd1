package aligrad.backends.cpu;

import static aligrad.backends.cpu.Lanes.ADDRESS;
import static aligrad.backends.cpu.Lanes.CHECKED;
import static aligrad.backends.cpu.Lanes.MEMORY;
import static aligrad.backends.cpu.Lanes.ORDER;
import static aligrad.backends.cpu.Species.F32;

import jdk.incubator.vector.FloatVector;

import java.lang.foreign.ValueLayout;

/// The register tiles of [GemmTile] in single precision.
///
/// Every memory access is written out, and every `A` is loaded before the first multiply-add,
/// because past some 18,000 nodes C2 no longer inlines them (see [Lanes]). The rows past `rows`
/// read the first row again, which exists, and so need no branch.
final class GemmTileF32 extends GemmTile {

    static final GemmTileF32 INSTANCE = new GemmTileF32();

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private static final int BYTES = Float.BYTES;
    private static final int W = VECTOR;

    /// Bytes of a column of a panel of `A`.
    private static final int PANEL_BYTES = ROWS * BYTES;

    // What the loops are warmed with.
    private static final int DEPTH = 16;
    private static final long HALF = Warmup.MEMORY / 2;

    /// By [#shape], where the rows of `A` are contiguous.
    private static final ColdLoop[] BY_ROWS = {
        new ColdLoop(rehearsal(GemmTileF32::rows6x2)),
        new ColdLoop(rehearsal(GemmTileF32::rows6x1)),
        new ColdLoop(rehearsal(GemmTileF32::rows4x3)),
        new ColdLoop(rehearsal(GemmTileF32::rows4x2)),
        new ColdLoop(rehearsal(GemmTileF32::rows4x1))
    };

    /// By [#shape], where the columns of `A` are contiguous.
    private static final ColdLoop[] BY_COLUMNS = {
        new ColdLoop(rehearsal(GemmTileF32::columns6x2)),
        new ColdLoop(rehearsal(GemmTileF32::columns6x1)),
        new ColdLoop(rehearsal(GemmTileF32::columns4x3)),
        new ColdLoop(rehearsal(GemmTileF32::columns4x2)),
        new ColdLoop(rehearsal(GemmTileF32::columns4x1))
    };

    private static final ColdLoop PANEL_6X2 =
            new ColdLoop(
                    (m, _) -> panel6x2(DEPTH, m, m, m + HALF, STRIP_BYTES, m + HALF, STRIP_BYTES));

    private static final ColdLoop TILE_1X8 =
            new ColdLoop((m, _) -> tile1x8(DEPTH, m, 4, m, ROW_VECTORS * W, m + HALF, m + HALF));
    private static final ColdLoop TILE_1X1 =
            new ColdLoop((m, _) -> tile1x1(DEPTH, m, 4, m, W, m + HALF, m + HALF));

    private interface Tile {
        void run(
                int rows,
                int k,
                long a,
                long aStep,
                long b,
                long bRow,
                long c,
                long cRow,
                long init,
                long initRow);
    }

    private GemmTileF32() {
        super(Float.BYTES);
    }

    @Override
    void tile(
            int rows,
            int vectors,
            int k,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long c,
            long cRow,
            long init,
            long initRow) {
        if (CHECKED) {
            check(rows, stored(rows), vectors, k, a, aRow, aCol, b, bRow, c, cRow, init, initRow);
        }
        boolean byRows = aCol == BYTES;
        ColdLoop tile = (byRows ? BY_ROWS : BY_COLUMNS)[shape(rows, vectors)];
        if (tile.isCold()) {
            long started = System.nanoTime();
            ScalarLoops.product(
                    rows, vectors * lanes, k, a, aRow, aCol, b, bRow, c, cRow, init, initRow);
            tile.ranSince(started);
        } else if (byRows) {
            switch (shape(rows, vectors)) {
                case 0 -> rows6x2(rows, k, a, aRow, b, bRow, c, cRow, init, initRow);
                case 1 -> rows6x1(rows, k, a, aRow, b, bRow, c, cRow, init, initRow);
                case 2 -> rows4x3(rows, k, a, aRow, b, bRow, c, cRow, init, initRow);
                case 3 -> rows4x2(rows, k, a, aRow, b, bRow, c, cRow, init, initRow);
                default -> rows4x1(rows, k, a, aRow, b, bRow, c, cRow, init, initRow);
            }
        } else {
            switch (shape(rows, vectors)) {
                case 0 -> columns6x2(rows, k, a, aCol, b, bRow, c, cRow, init, initRow);
                case 1 -> columns6x1(rows, k, a, aCol, b, bRow, c, cRow, init, initRow);
                case 2 -> columns4x3(rows, k, a, aCol, b, bRow, c, cRow, init, initRow);
                case 3 -> columns4x2(rows, k, a, aCol, b, bRow, c, cRow, init, initRow);
                default -> columns4x1(rows, k, a, aCol, b, bRow, c, cRow, init, initRow);
            }
        }
    }

    private static Warmup.Rehearsal rehearsal(Tile tile) {
        long row = 3L * W;
        return (m, turn) ->
                tile.run(1 + turn % ROWS, DEPTH, m, 64, m, row, m + HALF, row, m + HALF, row);
    }

    @Override
    void panel(int k, long a, long b, long c, long cRow, long init, long initRow) {
        if (CHECKED) {
            checkPanel(k, a, b, c, cRow, init, initRow);
        }
        if (PANEL_6X2.isCold()) {
            long started = System.nanoTime();
            ScalarLoops.product(
                    ROWS,
                    2 * lanes,
                    k,
                    a,
                    BYTES,
                    PANEL_BYTES,
                    b,
                    STRIP_BYTES,
                    c,
                    cRow,
                    init,
                    initRow);
            PANEL_6X2.ranSince(started);
            return;
        }
        int pairs = k & -2;
        panel6x2(pairs, a, b, c, cRow, init, initRow);
        if (pairs < k) {
            long lastA = a + (long) pairs * PANEL_BYTES;
            long lastB = b + (long) pairs * STRIP_BYTES;
            tile(ROWS, 2, 1, lastA, BYTES, PANEL_BYTES, lastB, STRIP_BYTES, c, cRow, c, cRow);
        }
    }

    @Override
    void row(int vectors, int k, long a, long aCol, long b, long bRow, long c, long init) {
        if (CHECKED) {
            check(1, 1, vectors, k, a, 0, aCol, b, bRow, c, 0, init, 0);
        }
        ColdLoop tile = vectors == ROW_VECTORS ? TILE_1X8 : TILE_1X1;
        if (tile.isCold()) {
            long started = System.nanoTime();
            ScalarLoops.product(1, vectors * lanes, k, a, 0, aCol, b, bRow, c, 0, init, 0);
            tile.ranSince(started);
        } else if (tile == TILE_1X8) {
            tile1x8(k, a, aCol, b, bRow, c, init);
        } else {
            tile1x1(k, a, aCol, b, bRow, c, init);
        }
    }

    @Override
    void add(int count, long source, long target) {
        for (int i = 0; i < count; i += Species.LANES_32) {
            long at = 4L * i;
            Lanes.store(
                    Lanes.loadF32(target + at).add(Lanes.loadF32(source + at)),
                    target + at,
                    Math.min(Species.LANES_32, count - i));
        }
    }

    @Override
    void dots(
            int n,
            int k,
            long x,
            long matrix,
            long matrixRow,
            long y,
            long yStep,
            long init,
            long initStep) {
        GemvF32.dots(n, k, x, matrix, matrixRow, y, yStep, init, initStep);
    }

    /// Two terms a round, since counting and branching would take a tenth of what the processor can
    /// start. More, or two in the other forms, are more nodes than C2 inlines.
    ///
    /// @param k even
    private static void panel6x2(
            int k, long a, long b, long c, long cRow, long init, long initRow) {
        long row = init & ADDRESS;
        FloatVector c00 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c01 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        row = (init + initRow) & ADDRESS;
        FloatVector c10 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c11 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        row = (init + 2 * initRow) & ADDRESS;
        FloatVector c20 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c21 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        row = (init + 3 * initRow) & ADDRESS;
        FloatVector c30 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c31 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        row = (init + 4 * initRow) & ADDRESS;
        FloatVector c40 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c41 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        row = (init + 5 * initRow) & ADDRESS;
        FloatVector c50 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c51 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        long panel = a & ADDRESS;
        long strip = b & ADDRESS;
        for (int p = 0; p < k; p += 2) {
            long at = panel + (long) (p & DEPTH_BYTES) * PANEL_BYTES;
            row = strip + (long) (p & DEPTH_BYTES) * STRIP_BYTES;
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
            FloatVector x0 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at));
            FloatVector x1 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + BYTES));
            FloatVector x2 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + 2 * BYTES));
            FloatVector x3 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + 3 * BYTES));
            FloatVector x4 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + 4 * BYTES));
            FloatVector x5 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + 5 * BYTES));
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
            c40 = x4.fma(b0, c40);
            c41 = x4.fma(b1, c41);
            c50 = x5.fma(b0, c50);
            c51 = x5.fma(b1, c51);
            FloatVector b2 = FloatVector.fromMemorySegment(F32, MEMORY, row + 2 * W, ORDER);
            FloatVector b3 = FloatVector.fromMemorySegment(F32, MEMORY, row + 3 * W, ORDER);
            FloatVector x6 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + 6 * BYTES));
            FloatVector x7 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + 7 * BYTES));
            FloatVector x8 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + 8 * BYTES));
            FloatVector x9 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + 9 * BYTES));
            FloatVector x10 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + 10 * BYTES));
            FloatVector x11 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + 11 * BYTES));
            c00 = x6.fma(b2, c00);
            c01 = x6.fma(b3, c01);
            c10 = x7.fma(b2, c10);
            c11 = x7.fma(b3, c11);
            c20 = x8.fma(b2, c20);
            c21 = x8.fma(b3, c21);
            c30 = x9.fma(b2, c30);
            c31 = x9.fma(b3, c31);
            c40 = x10.fma(b2, c40);
            c41 = x10.fma(b3, c41);
            c50 = x11.fma(b2, c50);
            c51 = x11.fma(b3, c51);
        }
        row = c & ADDRESS;
        c00.intoMemorySegment(MEMORY, row, ORDER);
        c01.intoMemorySegment(MEMORY, row + W, ORDER);
        row = (c + cRow) & ADDRESS;
        c10.intoMemorySegment(MEMORY, row, ORDER);
        c11.intoMemorySegment(MEMORY, row + W, ORDER);
        row = (c + 2 * cRow) & ADDRESS;
        c20.intoMemorySegment(MEMORY, row, ORDER);
        c21.intoMemorySegment(MEMORY, row + W, ORDER);
        row = (c + 3 * cRow) & ADDRESS;
        c30.intoMemorySegment(MEMORY, row, ORDER);
        c31.intoMemorySegment(MEMORY, row + W, ORDER);
        row = (c + 4 * cRow) & ADDRESS;
        c40.intoMemorySegment(MEMORY, row, ORDER);
        c41.intoMemorySegment(MEMORY, row + W, ORDER);
        row = (c + 5 * cRow) & ADDRESS;
        c50.intoMemorySegment(MEMORY, row, ORDER);
        c51.intoMemorySegment(MEMORY, row + W, ORDER);
    }

    private static void rows6x2(
            int rows,
            int k,
            long a,
            long aRow,
            long b,
            long bRow,
            long c,
            long cRow,
            long init,
            long initRow) {
        long a1 = rows > 1 ? (aRow & REACH) : 0;
        long a2 = rows > 2 ? (2 * aRow & REACH) : 0;
        long a3 = rows > 3 ? (3 * aRow & REACH) : 0;
        long a4 = rows > 4 ? (4 * aRow & REACH) : 0;
        long a5 = rows > 5 ? (5 * aRow & REACH) : 0;
        long i1 = init + (rows > 1 ? initRow : 0);
        long i2 = init + (rows > 2 ? 2 * initRow : 0);
        long i3 = init + (rows > 3 ? 3 * initRow : 0);
        long i4 = init + (rows > 4 ? 4 * initRow : 0);
        long i5 = init + (rows > 5 ? 5 * initRow : 0);
        long row = init & ADDRESS;
        FloatVector c00 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c01 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        row = i1 & ADDRESS;
        FloatVector c10 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c11 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        row = i2 & ADDRESS;
        FloatVector c20 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c21 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        row = i3 & ADDRESS;
        FloatVector c30 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c31 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        row = i4 & ADDRESS;
        FloatVector c40 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c41 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        row = i5 & ADDRESS;
        FloatVector c50 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c51 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        long first = a & ADDRESS;
        int end = k * BYTES;
        for (int p = 0; p < end; p += BYTES, b += bRow) {
            row = b & ADDRESS;
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
            long at = first + (p & DEPTH_BYTES);
            FloatVector x0 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at));
            FloatVector x1 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + a1));
            FloatVector x2 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + a2));
            FloatVector x3 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + a3));
            FloatVector x4 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + a4));
            FloatVector x5 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + a5));
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
            c40 = x4.fma(b0, c40);
            c41 = x4.fma(b1, c41);
            c50 = x5.fma(b0, c50);
            c51 = x5.fma(b1, c51);
        }
        row = c & ADDRESS;
        c00.intoMemorySegment(MEMORY, row, ORDER);
        c01.intoMemorySegment(MEMORY, row + W, ORDER);
        row = (c + cRow) & ADDRESS;
        c10.intoMemorySegment(MEMORY, row, ORDER);
        c11.intoMemorySegment(MEMORY, row + W, ORDER);
        row = (c + 2 * cRow) & ADDRESS;
        c20.intoMemorySegment(MEMORY, row, ORDER);
        c21.intoMemorySegment(MEMORY, row + W, ORDER);
        row = (c + 3 * cRow) & ADDRESS;
        c30.intoMemorySegment(MEMORY, row, ORDER);
        c31.intoMemorySegment(MEMORY, row + W, ORDER);
        row = (c + 4 * cRow) & ADDRESS;
        c40.intoMemorySegment(MEMORY, row, ORDER);
        c41.intoMemorySegment(MEMORY, row + W, ORDER);
        row = (c + 5 * cRow) & ADDRESS;
        c50.intoMemorySegment(MEMORY, row, ORDER);
        c51.intoMemorySegment(MEMORY, row + W, ORDER);
    }

    private static void rows6x1(
            int rows,
            int k,
            long a,
            long aRow,
            long b,
            long bRow,
            long c,
            long cRow,
            long init,
            long initRow) {
        long a1 = rows > 1 ? (aRow & REACH) : 0;
        long a2 = rows > 2 ? (2 * aRow & REACH) : 0;
        long a3 = rows > 3 ? (3 * aRow & REACH) : 0;
        long a4 = rows > 4 ? (4 * aRow & REACH) : 0;
        long a5 = rows > 5 ? (5 * aRow & REACH) : 0;
        long i1 = init + (rows > 1 ? initRow : 0);
        long i2 = init + (rows > 2 ? 2 * initRow : 0);
        long i3 = init + (rows > 3 ? 3 * initRow : 0);
        long i4 = init + (rows > 4 ? 4 * initRow : 0);
        long i5 = init + (rows > 5 ? 5 * initRow : 0);
        long row = init & ADDRESS;
        FloatVector c00 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        row = i1 & ADDRESS;
        FloatVector c10 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        row = i2 & ADDRESS;
        FloatVector c20 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        row = i3 & ADDRESS;
        FloatVector c30 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        row = i4 & ADDRESS;
        FloatVector c40 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        row = i5 & ADDRESS;
        FloatVector c50 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        long first = a & ADDRESS;
        int end = k * BYTES;
        for (int p = 0; p < end; p += BYTES, b += bRow) {
            row = b & ADDRESS;
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
            long at = first + (p & DEPTH_BYTES);
            FloatVector x0 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at));
            FloatVector x1 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + a1));
            FloatVector x2 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + a2));
            FloatVector x3 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + a3));
            FloatVector x4 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + a4));
            FloatVector x5 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + a5));
            c00 = x0.fma(b0, c00);
            c10 = x1.fma(b0, c10);
            c20 = x2.fma(b0, c20);
            c30 = x3.fma(b0, c30);
            c40 = x4.fma(b0, c40);
            c50 = x5.fma(b0, c50);
        }
        row = c & ADDRESS;
        c00.intoMemorySegment(MEMORY, row, ORDER);
        row = (c + cRow) & ADDRESS;
        c10.intoMemorySegment(MEMORY, row, ORDER);
        row = (c + 2 * cRow) & ADDRESS;
        c20.intoMemorySegment(MEMORY, row, ORDER);
        row = (c + 3 * cRow) & ADDRESS;
        c30.intoMemorySegment(MEMORY, row, ORDER);
        row = (c + 4 * cRow) & ADDRESS;
        c40.intoMemorySegment(MEMORY, row, ORDER);
        row = (c + 5 * cRow) & ADDRESS;
        c50.intoMemorySegment(MEMORY, row, ORDER);
    }

    private static void rows4x3(
            int rows,
            int k,
            long a,
            long aRow,
            long b,
            long bRow,
            long c,
            long cRow,
            long init,
            long initRow) {
        long a1 = rows > 1 ? (aRow & REACH) : 0;
        long a2 = rows > 2 ? (2 * aRow & REACH) : 0;
        long a3 = rows > 3 ? (3 * aRow & REACH) : 0;
        long i1 = init + (rows > 1 ? initRow : 0);
        long i2 = init + (rows > 2 ? 2 * initRow : 0);
        long i3 = init + (rows > 3 ? 3 * initRow : 0);
        long row = init & ADDRESS;
        FloatVector c00 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c01 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        FloatVector c02 = FloatVector.fromMemorySegment(F32, MEMORY, row + 2 * W, ORDER);
        row = i1 & ADDRESS;
        FloatVector c10 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c11 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        FloatVector c12 = FloatVector.fromMemorySegment(F32, MEMORY, row + 2 * W, ORDER);
        row = i2 & ADDRESS;
        FloatVector c20 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c21 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        FloatVector c22 = FloatVector.fromMemorySegment(F32, MEMORY, row + 2 * W, ORDER);
        row = i3 & ADDRESS;
        FloatVector c30 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c31 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        FloatVector c32 = FloatVector.fromMemorySegment(F32, MEMORY, row + 2 * W, ORDER);
        long first = a & ADDRESS;
        int end = k * BYTES;
        for (int p = 0; p < end; p += BYTES, b += bRow) {
            row = b & ADDRESS;
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(F32, MEMORY, row + 2 * W, ORDER);
            long at = first + (p & DEPTH_BYTES);
            FloatVector x0 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at));
            FloatVector x1 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + a1));
            FloatVector x2 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + a2));
            FloatVector x3 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + a3));
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c02 = x0.fma(b2, c02);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            c12 = x1.fma(b2, c12);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            c22 = x2.fma(b2, c22);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
            c32 = x3.fma(b2, c32);
        }
        row = c & ADDRESS;
        c00.intoMemorySegment(MEMORY, row, ORDER);
        c01.intoMemorySegment(MEMORY, row + W, ORDER);
        c02.intoMemorySegment(MEMORY, row + 2 * W, ORDER);
        row = (c + cRow) & ADDRESS;
        c10.intoMemorySegment(MEMORY, row, ORDER);
        c11.intoMemorySegment(MEMORY, row + W, ORDER);
        c12.intoMemorySegment(MEMORY, row + 2 * W, ORDER);
        row = (c + 2 * cRow) & ADDRESS;
        c20.intoMemorySegment(MEMORY, row, ORDER);
        c21.intoMemorySegment(MEMORY, row + W, ORDER);
        c22.intoMemorySegment(MEMORY, row + 2 * W, ORDER);
        row = (c + 3 * cRow) & ADDRESS;
        c30.intoMemorySegment(MEMORY, row, ORDER);
        c31.intoMemorySegment(MEMORY, row + W, ORDER);
        c32.intoMemorySegment(MEMORY, row + 2 * W, ORDER);
    }

    private static void rows4x2(
            int rows,
            int k,
            long a,
            long aRow,
            long b,
            long bRow,
            long c,
            long cRow,
            long init,
            long initRow) {
        long a1 = rows > 1 ? (aRow & REACH) : 0;
        long a2 = rows > 2 ? (2 * aRow & REACH) : 0;
        long a3 = rows > 3 ? (3 * aRow & REACH) : 0;
        long i1 = init + (rows > 1 ? initRow : 0);
        long i2 = init + (rows > 2 ? 2 * initRow : 0);
        long i3 = init + (rows > 3 ? 3 * initRow : 0);
        long row = init & ADDRESS;
        FloatVector c00 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c01 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        row = i1 & ADDRESS;
        FloatVector c10 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c11 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        row = i2 & ADDRESS;
        FloatVector c20 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c21 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        row = i3 & ADDRESS;
        FloatVector c30 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c31 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        long first = a & ADDRESS;
        int end = k * BYTES;
        for (int p = 0; p < end; p += BYTES, b += bRow) {
            row = b & ADDRESS;
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
            long at = first + (p & DEPTH_BYTES);
            FloatVector x0 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at));
            FloatVector x1 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + a1));
            FloatVector x2 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + a2));
            FloatVector x3 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + a3));
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
        }
        row = c & ADDRESS;
        c00.intoMemorySegment(MEMORY, row, ORDER);
        c01.intoMemorySegment(MEMORY, row + W, ORDER);
        row = (c + cRow) & ADDRESS;
        c10.intoMemorySegment(MEMORY, row, ORDER);
        c11.intoMemorySegment(MEMORY, row + W, ORDER);
        row = (c + 2 * cRow) & ADDRESS;
        c20.intoMemorySegment(MEMORY, row, ORDER);
        c21.intoMemorySegment(MEMORY, row + W, ORDER);
        row = (c + 3 * cRow) & ADDRESS;
        c30.intoMemorySegment(MEMORY, row, ORDER);
        c31.intoMemorySegment(MEMORY, row + W, ORDER);
    }

    private static void rows4x1(
            int rows,
            int k,
            long a,
            long aRow,
            long b,
            long bRow,
            long c,
            long cRow,
            long init,
            long initRow) {
        long a1 = rows > 1 ? (aRow & REACH) : 0;
        long a2 = rows > 2 ? (2 * aRow & REACH) : 0;
        long a3 = rows > 3 ? (3 * aRow & REACH) : 0;
        long i1 = init + (rows > 1 ? initRow : 0);
        long i2 = init + (rows > 2 ? 2 * initRow : 0);
        long i3 = init + (rows > 3 ? 3 * initRow : 0);
        long row = init & ADDRESS;
        FloatVector c00 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        row = i1 & ADDRESS;
        FloatVector c10 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        row = i2 & ADDRESS;
        FloatVector c20 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        row = i3 & ADDRESS;
        FloatVector c30 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        long first = a & ADDRESS;
        int end = k * BYTES;
        for (int p = 0; p < end; p += BYTES, b += bRow) {
            row = b & ADDRESS;
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
            long at = first + (p & DEPTH_BYTES);
            FloatVector x0 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at));
            FloatVector x1 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + a1));
            FloatVector x2 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + a2));
            FloatVector x3 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + a3));
            c00 = x0.fma(b0, c00);
            c10 = x1.fma(b0, c10);
            c20 = x2.fma(b0, c20);
            c30 = x3.fma(b0, c30);
        }
        row = c & ADDRESS;
        c00.intoMemorySegment(MEMORY, row, ORDER);
        row = (c + cRow) & ADDRESS;
        c10.intoMemorySegment(MEMORY, row, ORDER);
        row = (c + 2 * cRow) & ADDRESS;
        c20.intoMemorySegment(MEMORY, row, ORDER);
        row = (c + 3 * cRow) & ADDRESS;
        c30.intoMemorySegment(MEMORY, row, ORDER);
    }

    private static void columns6x2(
            int rows,
            int k,
            long a,
            long aCol,
            long b,
            long bRow,
            long c,
            long cRow,
            long init,
            long initRow) {
        long i1 = init + (rows > 1 ? initRow : 0);
        long i2 = init + (rows > 2 ? 2 * initRow : 0);
        long i3 = init + (rows > 3 ? 3 * initRow : 0);
        long i4 = init + (rows > 4 ? 4 * initRow : 0);
        long i5 = init + (rows > 5 ? 5 * initRow : 0);
        long row = init & ADDRESS;
        FloatVector c00 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c01 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        row = i1 & ADDRESS;
        FloatVector c10 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c11 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        row = i2 & ADDRESS;
        FloatVector c20 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c21 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        row = i3 & ADDRESS;
        FloatVector c30 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c31 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        row = i4 & ADDRESS;
        FloatVector c40 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c41 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        row = i5 & ADDRESS;
        FloatVector c50 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c51 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        for (int p = 0; p < k; p += 1, a += aCol, b += bRow) {
            row = b & ADDRESS;
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
            long at = a & ADDRESS;
            FloatVector x0 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at));
            FloatVector x1 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + BYTES));
            FloatVector x2 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + 2 * BYTES));
            FloatVector x3 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + 3 * BYTES));
            FloatVector x4 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + 4 * BYTES));
            FloatVector x5 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + 5 * BYTES));
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
            c40 = x4.fma(b0, c40);
            c41 = x4.fma(b1, c41);
            c50 = x5.fma(b0, c50);
            c51 = x5.fma(b1, c51);
        }
        row = c & ADDRESS;
        c00.intoMemorySegment(MEMORY, row, ORDER);
        c01.intoMemorySegment(MEMORY, row + W, ORDER);
        row = (c + cRow) & ADDRESS;
        c10.intoMemorySegment(MEMORY, row, ORDER);
        c11.intoMemorySegment(MEMORY, row + W, ORDER);
        row = (c + 2 * cRow) & ADDRESS;
        c20.intoMemorySegment(MEMORY, row, ORDER);
        c21.intoMemorySegment(MEMORY, row + W, ORDER);
        row = (c + 3 * cRow) & ADDRESS;
        c30.intoMemorySegment(MEMORY, row, ORDER);
        c31.intoMemorySegment(MEMORY, row + W, ORDER);
        row = (c + 4 * cRow) & ADDRESS;
        c40.intoMemorySegment(MEMORY, row, ORDER);
        c41.intoMemorySegment(MEMORY, row + W, ORDER);
        row = (c + 5 * cRow) & ADDRESS;
        c50.intoMemorySegment(MEMORY, row, ORDER);
        c51.intoMemorySegment(MEMORY, row + W, ORDER);
    }

    private static void columns6x1(
            int rows,
            int k,
            long a,
            long aCol,
            long b,
            long bRow,
            long c,
            long cRow,
            long init,
            long initRow) {
        long i1 = init + (rows > 1 ? initRow : 0);
        long i2 = init + (rows > 2 ? 2 * initRow : 0);
        long i3 = init + (rows > 3 ? 3 * initRow : 0);
        long i4 = init + (rows > 4 ? 4 * initRow : 0);
        long i5 = init + (rows > 5 ? 5 * initRow : 0);
        long row = init & ADDRESS;
        FloatVector c00 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        row = i1 & ADDRESS;
        FloatVector c10 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        row = i2 & ADDRESS;
        FloatVector c20 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        row = i3 & ADDRESS;
        FloatVector c30 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        row = i4 & ADDRESS;
        FloatVector c40 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        row = i5 & ADDRESS;
        FloatVector c50 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        for (int p = 0; p < k; p += 1, a += aCol, b += bRow) {
            row = b & ADDRESS;
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
            long at = a & ADDRESS;
            FloatVector x0 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at));
            FloatVector x1 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + BYTES));
            FloatVector x2 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + 2 * BYTES));
            FloatVector x3 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + 3 * BYTES));
            FloatVector x4 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + 4 * BYTES));
            FloatVector x5 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + 5 * BYTES));
            c00 = x0.fma(b0, c00);
            c10 = x1.fma(b0, c10);
            c20 = x2.fma(b0, c20);
            c30 = x3.fma(b0, c30);
            c40 = x4.fma(b0, c40);
            c50 = x5.fma(b0, c50);
        }
        row = c & ADDRESS;
        c00.intoMemorySegment(MEMORY, row, ORDER);
        row = (c + cRow) & ADDRESS;
        c10.intoMemorySegment(MEMORY, row, ORDER);
        row = (c + 2 * cRow) & ADDRESS;
        c20.intoMemorySegment(MEMORY, row, ORDER);
        row = (c + 3 * cRow) & ADDRESS;
        c30.intoMemorySegment(MEMORY, row, ORDER);
        row = (c + 4 * cRow) & ADDRESS;
        c40.intoMemorySegment(MEMORY, row, ORDER);
        row = (c + 5 * cRow) & ADDRESS;
        c50.intoMemorySegment(MEMORY, row, ORDER);
    }

    private static void columns4x3(
            int rows,
            int k,
            long a,
            long aCol,
            long b,
            long bRow,
            long c,
            long cRow,
            long init,
            long initRow) {
        long i1 = init + (rows > 1 ? initRow : 0);
        long i2 = init + (rows > 2 ? 2 * initRow : 0);
        long i3 = init + (rows > 3 ? 3 * initRow : 0);
        long row = init & ADDRESS;
        FloatVector c00 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c01 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        FloatVector c02 = FloatVector.fromMemorySegment(F32, MEMORY, row + 2 * W, ORDER);
        row = i1 & ADDRESS;
        FloatVector c10 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c11 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        FloatVector c12 = FloatVector.fromMemorySegment(F32, MEMORY, row + 2 * W, ORDER);
        row = i2 & ADDRESS;
        FloatVector c20 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c21 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        FloatVector c22 = FloatVector.fromMemorySegment(F32, MEMORY, row + 2 * W, ORDER);
        row = i3 & ADDRESS;
        FloatVector c30 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c31 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        FloatVector c32 = FloatVector.fromMemorySegment(F32, MEMORY, row + 2 * W, ORDER);
        for (int p = 0; p < k; p += 1, a += aCol, b += bRow) {
            row = b & ADDRESS;
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(F32, MEMORY, row + 2 * W, ORDER);
            long at = a & ADDRESS;
            FloatVector x0 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at));
            FloatVector x1 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + BYTES));
            FloatVector x2 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + 2 * BYTES));
            FloatVector x3 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + 3 * BYTES));
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c02 = x0.fma(b2, c02);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            c12 = x1.fma(b2, c12);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            c22 = x2.fma(b2, c22);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
            c32 = x3.fma(b2, c32);
        }
        row = c & ADDRESS;
        c00.intoMemorySegment(MEMORY, row, ORDER);
        c01.intoMemorySegment(MEMORY, row + W, ORDER);
        c02.intoMemorySegment(MEMORY, row + 2 * W, ORDER);
        row = (c + cRow) & ADDRESS;
        c10.intoMemorySegment(MEMORY, row, ORDER);
        c11.intoMemorySegment(MEMORY, row + W, ORDER);
        c12.intoMemorySegment(MEMORY, row + 2 * W, ORDER);
        row = (c + 2 * cRow) & ADDRESS;
        c20.intoMemorySegment(MEMORY, row, ORDER);
        c21.intoMemorySegment(MEMORY, row + W, ORDER);
        c22.intoMemorySegment(MEMORY, row + 2 * W, ORDER);
        row = (c + 3 * cRow) & ADDRESS;
        c30.intoMemorySegment(MEMORY, row, ORDER);
        c31.intoMemorySegment(MEMORY, row + W, ORDER);
        c32.intoMemorySegment(MEMORY, row + 2 * W, ORDER);
    }

    private static void columns4x2(
            int rows,
            int k,
            long a,
            long aCol,
            long b,
            long bRow,
            long c,
            long cRow,
            long init,
            long initRow) {
        long i1 = init + (rows > 1 ? initRow : 0);
        long i2 = init + (rows > 2 ? 2 * initRow : 0);
        long i3 = init + (rows > 3 ? 3 * initRow : 0);
        long row = init & ADDRESS;
        FloatVector c00 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c01 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        row = i1 & ADDRESS;
        FloatVector c10 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c11 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        row = i2 & ADDRESS;
        FloatVector c20 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c21 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        row = i3 & ADDRESS;
        FloatVector c30 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c31 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        for (int p = 0; p < k; p += 1, a += aCol, b += bRow) {
            row = b & ADDRESS;
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
            long at = a & ADDRESS;
            FloatVector x0 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at));
            FloatVector x1 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + BYTES));
            FloatVector x2 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + 2 * BYTES));
            FloatVector x3 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + 3 * BYTES));
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
        }
        row = c & ADDRESS;
        c00.intoMemorySegment(MEMORY, row, ORDER);
        c01.intoMemorySegment(MEMORY, row + W, ORDER);
        row = (c + cRow) & ADDRESS;
        c10.intoMemorySegment(MEMORY, row, ORDER);
        c11.intoMemorySegment(MEMORY, row + W, ORDER);
        row = (c + 2 * cRow) & ADDRESS;
        c20.intoMemorySegment(MEMORY, row, ORDER);
        c21.intoMemorySegment(MEMORY, row + W, ORDER);
        row = (c + 3 * cRow) & ADDRESS;
        c30.intoMemorySegment(MEMORY, row, ORDER);
        c31.intoMemorySegment(MEMORY, row + W, ORDER);
    }

    private static void columns4x1(
            int rows,
            int k,
            long a,
            long aCol,
            long b,
            long bRow,
            long c,
            long cRow,
            long init,
            long initRow) {
        long i1 = init + (rows > 1 ? initRow : 0);
        long i2 = init + (rows > 2 ? 2 * initRow : 0);
        long i3 = init + (rows > 3 ? 3 * initRow : 0);
        long row = init & ADDRESS;
        FloatVector c00 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        row = i1 & ADDRESS;
        FloatVector c10 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        row = i2 & ADDRESS;
        FloatVector c20 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        row = i3 & ADDRESS;
        FloatVector c30 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        for (int p = 0; p < k; p += 1, a += aCol, b += bRow) {
            row = b & ADDRESS;
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
            long at = a & ADDRESS;
            FloatVector x0 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at));
            FloatVector x1 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + BYTES));
            FloatVector x2 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + 2 * BYTES));
            FloatVector x3 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, at + 3 * BYTES));
            c00 = x0.fma(b0, c00);
            c10 = x1.fma(b0, c10);
            c20 = x2.fma(b0, c20);
            c30 = x3.fma(b0, c30);
        }
        row = c & ADDRESS;
        c00.intoMemorySegment(MEMORY, row, ORDER);
        row = (c + cRow) & ADDRESS;
        c10.intoMemorySegment(MEMORY, row, ORDER);
        row = (c + 2 * cRow) & ADDRESS;
        c20.intoMemorySegment(MEMORY, row, ORDER);
        row = (c + 3 * cRow) & ADDRESS;
        c30.intoMemorySegment(MEMORY, row, ORDER);
    }

    private static void tile1x8(int k, long a, long aCol, long b, long bRow, long c, long init) {
        long row = init & ADDRESS;
        FloatVector c00 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        FloatVector c01 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
        FloatVector c02 = FloatVector.fromMemorySegment(F32, MEMORY, row + 2 * W, ORDER);
        FloatVector c03 = FloatVector.fromMemorySegment(F32, MEMORY, row + 3 * W, ORDER);
        FloatVector c04 = FloatVector.fromMemorySegment(F32, MEMORY, row + 4 * W, ORDER);
        FloatVector c05 = FloatVector.fromMemorySegment(F32, MEMORY, row + 5 * W, ORDER);
        FloatVector c06 = FloatVector.fromMemorySegment(F32, MEMORY, row + 6 * W, ORDER);
        FloatVector c07 = FloatVector.fromMemorySegment(F32, MEMORY, row + 7 * W, ORDER);
        for (int p = 0; p < k; p += 1, a += aCol, b += bRow) {
            row = b & ADDRESS;
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(F32, MEMORY, row + 2 * W, ORDER);
            FloatVector b3 = FloatVector.fromMemorySegment(F32, MEMORY, row + 3 * W, ORDER);
            FloatVector b4 = FloatVector.fromMemorySegment(F32, MEMORY, row + 4 * W, ORDER);
            FloatVector b5 = FloatVector.fromMemorySegment(F32, MEMORY, row + 5 * W, ORDER);
            FloatVector b6 = FloatVector.fromMemorySegment(F32, MEMORY, row + 6 * W, ORDER);
            FloatVector b7 = FloatVector.fromMemorySegment(F32, MEMORY, row + 7 * W, ORDER);
            FloatVector x0 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, a & ADDRESS));
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c02 = x0.fma(b2, c02);
            c03 = x0.fma(b3, c03);
            c04 = x0.fma(b4, c04);
            c05 = x0.fma(b5, c05);
            c06 = x0.fma(b6, c06);
            c07 = x0.fma(b7, c07);
        }
        row = c & ADDRESS;
        c00.intoMemorySegment(MEMORY, row, ORDER);
        c01.intoMemorySegment(MEMORY, row + W, ORDER);
        c02.intoMemorySegment(MEMORY, row + 2 * W, ORDER);
        c03.intoMemorySegment(MEMORY, row + 3 * W, ORDER);
        c04.intoMemorySegment(MEMORY, row + 4 * W, ORDER);
        c05.intoMemorySegment(MEMORY, row + 5 * W, ORDER);
        c06.intoMemorySegment(MEMORY, row + 6 * W, ORDER);
        c07.intoMemorySegment(MEMORY, row + 7 * W, ORDER);
    }

    private static void tile1x1(int k, long a, long aCol, long b, long bRow, long c, long init) {
        long row = init & ADDRESS;
        FloatVector c00 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
        for (int p = 0; p < k; p += 1, a += aCol, b += bRow) {
            row = b & ADDRESS;
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
            FloatVector x0 = FloatVector.broadcast(F32, MEMORY.get(FLOAT, a & ADDRESS));
            c00 = x0.fma(b0, c00);
        }
        row = c & ADDRESS;
        c00.intoMemorySegment(MEMORY, row, ORDER);
    }
}
