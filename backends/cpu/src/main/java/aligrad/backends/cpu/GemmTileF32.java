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

    private static final int W = VECTOR;

    // What the loops are warmed with.
    private static final int DEPTH = 16;
    private static final long HALF = Warmup.MEMORY / 2;

    private static final ColdLoop TILE_6X2 = new ColdLoop(rehearsal(GemmTileF32::tile6x2));
    private static final ColdLoop TILE_6X1 = new ColdLoop(rehearsal(GemmTileF32::tile6x1));
    private static final ColdLoop TILE_4X3 = new ColdLoop(rehearsal(GemmTileF32::tile4x3));
    private static final ColdLoop TILE_4X2 = new ColdLoop(rehearsal(GemmTileF32::tile4x2));
    private static final ColdLoop TILE_4X1 = new ColdLoop(rehearsal(GemmTileF32::tile4x1));
    private static final ColdLoop TILE_1X8 =
            new ColdLoop((m, _) -> tile1x8(DEPTH, m, 4, m, ROW_VECTORS * W, m + HALF, m + HALF));
    private static final ColdLoop TILE_1X1 =
            new ColdLoop((m, _) -> tile1x1(DEPTH, m, 4, m, W, m + HALF, m + HALF));

    private interface Tile {
        void run(
                int rows,
                int k,
                long a,
                long aRow,
                long aCol,
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
        ColdLoop tile = coldLoop(rows, vectors);
        if (tile.isCold()) {
            long started = System.nanoTime();
            ScalarLoops.product(
                    rows,
                    stored(rows),
                    vectors * lanes,
                    k,
                    a,
                    aRow,
                    aCol,
                    b,
                    bRow,
                    c,
                    cRow,
                    init,
                    initRow);
            tile.ranSince(started);
        } else if (tile == TILE_6X2) {
            tile6x2(rows, k, a, aRow, aCol, b, bRow, c, cRow, init, initRow);
        } else if (tile == TILE_6X1) {
            tile6x1(rows, k, a, aRow, aCol, b, bRow, c, cRow, init, initRow);
        } else if (tile == TILE_4X3) {
            tile4x3(rows, k, a, aRow, aCol, b, bRow, c, cRow, init, initRow);
        } else if (tile == TILE_4X2) {
            tile4x2(rows, k, a, aRow, aCol, b, bRow, c, cRow, init, initRow);
        } else {
            tile4x1(rows, k, a, aRow, aCol, b, bRow, c, cRow, init, initRow);
        }
    }

    private static Warmup.Rehearsal rehearsal(Tile tile) {
        long row = 3L * W;
        return (m, turn) ->
                tile.run(1 + turn % ROWS, DEPTH, m, 64, 4, m, row, m + HALF, row, m + HALF, row);
    }

    private static ColdLoop coldLoop(int rows, int vectors) {
        if (stored(rows) == ROWS) {
            return vectors == 2 ? TILE_6X2 : TILE_6X1;
        }
        return vectors == 3 ? TILE_4X3 : vectors == 2 ? TILE_4X2 : TILE_4X1;
    }

    @Override
    void row(int vectors, int k, long a, long aCol, long b, long bRow, long c, long init) {
        if (CHECKED) {
            check(1, 1, vectors, k, a, 0, aCol, b, bRow, c, 0, init, 0);
        }
        ColdLoop tile = vectors == ROW_VECTORS ? TILE_1X8 : TILE_1X1;
        if (tile.isCold()) {
            long started = System.nanoTime();
            ScalarLoops.product(1, 1, vectors * lanes, k, a, 0, aCol, b, bRow, c, 0, init, 0);
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

    private static void tile6x2(
            int rows,
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
        for (int p = 0; p < k; p += 1, a += aCol, b += bRow) {
            long at = a & ADDRESS;
            row = b & ADDRESS;
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
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

    private static void tile6x1(
            int rows,
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
        for (int p = 0; p < k; p += 1, a += aCol, b += bRow) {
            long at = a & ADDRESS;
            row = b & ADDRESS;
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
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

    private static void tile4x3(
            int rows,
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
        for (int p = 0; p < k; p += 1, a += aCol, b += bRow) {
            long at = a & ADDRESS;
            row = b & ADDRESS;
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(F32, MEMORY, row + 2 * W, ORDER);
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

    private static void tile4x2(
            int rows,
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
        for (int p = 0; p < k; p += 1, a += aCol, b += bRow) {
            long at = a & ADDRESS;
            row = b & ADDRESS;
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(F32, MEMORY, row + W, ORDER);
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

    private static void tile4x1(
            int rows,
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
        for (int p = 0; p < k; p += 1, a += aCol, b += bRow) {
            long at = a & ADDRESS;
            row = b & ADDRESS;
            FloatVector b0 = FloatVector.fromMemorySegment(F32, MEMORY, row, ORDER);
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
