package aligrad.backends.cpu;

import static aligrad.backends.cpu.Lanes.ADDRESS;
import static aligrad.backends.cpu.Lanes.CHECKED;
import static aligrad.backends.cpu.Lanes.MEMORY;
import static aligrad.backends.cpu.Lanes.ORDER;
import static aligrad.backends.cpu.Species.F64;

import jdk.incubator.vector.DoubleVector;

import java.lang.foreign.ValueLayout;

/// The register tiles of [GemmTile] in double precision; the same text as [GemmTileF32].
final class GemmTileF64 extends GemmTile {

    static final GemmTileF64 INSTANCE = new GemmTileF64();

    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;

    private static final int BYTES = Double.BYTES;
    private static final int W = VECTOR;

    /// Bytes of a column of a panel of `A`.
    private static final int PANEL_BYTES = ROWS * BYTES;

    private GemmTileF64() {
        super(Double.BYTES);
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
        if (aCol == BYTES) {
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

    @Override
    void panel(int k, long a, long b, long c, long cRow, long init, long initRow) {
        if (CHECKED) {
            checkPanel(k, a, b, c, cRow, init, initRow);
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
        if (vectors == ROW_VECTORS) {
            tile1x8(k, a, aCol, b, bRow, c, init);
        } else {
            tile1x1(k, a, aCol, b, bRow, c, init);
        }
    }

    @Override
    void add(int count, long source, long target) {
        for (int i = 0; i < count; i += Species.LANES_64) {
            long at = 8L * i;
            Lanes.store(
                    Lanes.loadF64(target + at).add(Lanes.loadF64(source + at)),
                    target + at,
                    Math.min(Species.LANES_64, count - i));
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
        GemvF64.dots(n, k, x, matrix, matrixRow, y, yStep, init, initStep);
    }

    /// Two terms a round, since counting and branching would take a tenth of what the processor can
    /// start. More, or two in the other forms, are more nodes than C2 inlines.
    ///
    /// @param k even
    private static void panel6x2(
            int k, long a, long b, long c, long cRow, long init, long initRow) {
        long row = init & ADDRESS;
        DoubleVector c00 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c01 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        row = (init + initRow) & ADDRESS;
        DoubleVector c10 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c11 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        row = (init + 2 * initRow) & ADDRESS;
        DoubleVector c20 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c21 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        row = (init + 3 * initRow) & ADDRESS;
        DoubleVector c30 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c31 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        row = (init + 4 * initRow) & ADDRESS;
        DoubleVector c40 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c41 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        row = (init + 5 * initRow) & ADDRESS;
        DoubleVector c50 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c51 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        long panel = a & ADDRESS;
        long strip = b & ADDRESS;
        for (int p = 0; p < k; p += 2) {
            long at = panel + (long) (p & DEPTH_BYTES) * PANEL_BYTES;
            row = strip + (long) (p & DEPTH_BYTES) * STRIP_BYTES;
            DoubleVector b0 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
            DoubleVector b1 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
            DoubleVector x0 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at));
            DoubleVector x1 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + BYTES));
            DoubleVector x2 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + 2 * BYTES));
            DoubleVector x3 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + 3 * BYTES));
            DoubleVector x4 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + 4 * BYTES));
            DoubleVector x5 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + 5 * BYTES));
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
            DoubleVector b2 = DoubleVector.fromMemorySegment(F64, MEMORY, row + 2 * W, ORDER);
            DoubleVector b3 = DoubleVector.fromMemorySegment(F64, MEMORY, row + 3 * W, ORDER);
            DoubleVector x6 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + 6 * BYTES));
            DoubleVector x7 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + 7 * BYTES));
            DoubleVector x8 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + 8 * BYTES));
            DoubleVector x9 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + 9 * BYTES));
            DoubleVector x10 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + 10 * BYTES));
            DoubleVector x11 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + 11 * BYTES));
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
        DoubleVector c00 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c01 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        row = i1 & ADDRESS;
        DoubleVector c10 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c11 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        row = i2 & ADDRESS;
        DoubleVector c20 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c21 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        row = i3 & ADDRESS;
        DoubleVector c30 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c31 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        row = i4 & ADDRESS;
        DoubleVector c40 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c41 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        row = i5 & ADDRESS;
        DoubleVector c50 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c51 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        long first = a & ADDRESS;
        int end = k * BYTES;
        for (int p = 0; p < end; p += BYTES, b += bRow) {
            row = b & ADDRESS;
            DoubleVector b0 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
            DoubleVector b1 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
            long at = first + (p & DEPTH_BYTES);
            DoubleVector x0 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at));
            DoubleVector x1 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + a1));
            DoubleVector x2 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + a2));
            DoubleVector x3 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + a3));
            DoubleVector x4 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + a4));
            DoubleVector x5 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + a5));
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
        DoubleVector c00 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        row = i1 & ADDRESS;
        DoubleVector c10 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        row = i2 & ADDRESS;
        DoubleVector c20 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        row = i3 & ADDRESS;
        DoubleVector c30 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        row = i4 & ADDRESS;
        DoubleVector c40 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        row = i5 & ADDRESS;
        DoubleVector c50 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        long first = a & ADDRESS;
        int end = k * BYTES;
        for (int p = 0; p < end; p += BYTES, b += bRow) {
            row = b & ADDRESS;
            DoubleVector b0 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
            long at = first + (p & DEPTH_BYTES);
            DoubleVector x0 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at));
            DoubleVector x1 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + a1));
            DoubleVector x2 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + a2));
            DoubleVector x3 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + a3));
            DoubleVector x4 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + a4));
            DoubleVector x5 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + a5));
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
        DoubleVector c00 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c01 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        DoubleVector c02 = DoubleVector.fromMemorySegment(F64, MEMORY, row + 2 * W, ORDER);
        row = i1 & ADDRESS;
        DoubleVector c10 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c11 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        DoubleVector c12 = DoubleVector.fromMemorySegment(F64, MEMORY, row + 2 * W, ORDER);
        row = i2 & ADDRESS;
        DoubleVector c20 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c21 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        DoubleVector c22 = DoubleVector.fromMemorySegment(F64, MEMORY, row + 2 * W, ORDER);
        row = i3 & ADDRESS;
        DoubleVector c30 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c31 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        DoubleVector c32 = DoubleVector.fromMemorySegment(F64, MEMORY, row + 2 * W, ORDER);
        long first = a & ADDRESS;
        int end = k * BYTES;
        for (int p = 0; p < end; p += BYTES, b += bRow) {
            row = b & ADDRESS;
            DoubleVector b0 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
            DoubleVector b1 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
            DoubleVector b2 = DoubleVector.fromMemorySegment(F64, MEMORY, row + 2 * W, ORDER);
            long at = first + (p & DEPTH_BYTES);
            DoubleVector x0 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at));
            DoubleVector x1 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + a1));
            DoubleVector x2 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + a2));
            DoubleVector x3 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + a3));
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
        DoubleVector c00 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c01 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        row = i1 & ADDRESS;
        DoubleVector c10 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c11 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        row = i2 & ADDRESS;
        DoubleVector c20 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c21 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        row = i3 & ADDRESS;
        DoubleVector c30 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c31 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        long first = a & ADDRESS;
        int end = k * BYTES;
        for (int p = 0; p < end; p += BYTES, b += bRow) {
            row = b & ADDRESS;
            DoubleVector b0 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
            DoubleVector b1 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
            long at = first + (p & DEPTH_BYTES);
            DoubleVector x0 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at));
            DoubleVector x1 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + a1));
            DoubleVector x2 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + a2));
            DoubleVector x3 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + a3));
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
        DoubleVector c00 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        row = i1 & ADDRESS;
        DoubleVector c10 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        row = i2 & ADDRESS;
        DoubleVector c20 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        row = i3 & ADDRESS;
        DoubleVector c30 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        long first = a & ADDRESS;
        int end = k * BYTES;
        for (int p = 0; p < end; p += BYTES, b += bRow) {
            row = b & ADDRESS;
            DoubleVector b0 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
            long at = first + (p & DEPTH_BYTES);
            DoubleVector x0 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at));
            DoubleVector x1 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + a1));
            DoubleVector x2 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + a2));
            DoubleVector x3 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + a3));
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
        DoubleVector c00 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c01 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        row = i1 & ADDRESS;
        DoubleVector c10 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c11 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        row = i2 & ADDRESS;
        DoubleVector c20 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c21 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        row = i3 & ADDRESS;
        DoubleVector c30 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c31 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        row = i4 & ADDRESS;
        DoubleVector c40 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c41 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        row = i5 & ADDRESS;
        DoubleVector c50 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c51 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        for (int p = 0; p < k; p += 1, a += aCol, b += bRow) {
            row = b & ADDRESS;
            DoubleVector b0 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
            DoubleVector b1 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
            long at = a & ADDRESS;
            DoubleVector x0 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at));
            DoubleVector x1 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + BYTES));
            DoubleVector x2 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + 2 * BYTES));
            DoubleVector x3 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + 3 * BYTES));
            DoubleVector x4 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + 4 * BYTES));
            DoubleVector x5 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + 5 * BYTES));
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
        DoubleVector c00 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        row = i1 & ADDRESS;
        DoubleVector c10 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        row = i2 & ADDRESS;
        DoubleVector c20 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        row = i3 & ADDRESS;
        DoubleVector c30 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        row = i4 & ADDRESS;
        DoubleVector c40 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        row = i5 & ADDRESS;
        DoubleVector c50 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        for (int p = 0; p < k; p += 1, a += aCol, b += bRow) {
            row = b & ADDRESS;
            DoubleVector b0 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
            long at = a & ADDRESS;
            DoubleVector x0 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at));
            DoubleVector x1 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + BYTES));
            DoubleVector x2 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + 2 * BYTES));
            DoubleVector x3 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + 3 * BYTES));
            DoubleVector x4 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + 4 * BYTES));
            DoubleVector x5 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + 5 * BYTES));
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
        DoubleVector c00 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c01 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        DoubleVector c02 = DoubleVector.fromMemorySegment(F64, MEMORY, row + 2 * W, ORDER);
        row = i1 & ADDRESS;
        DoubleVector c10 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c11 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        DoubleVector c12 = DoubleVector.fromMemorySegment(F64, MEMORY, row + 2 * W, ORDER);
        row = i2 & ADDRESS;
        DoubleVector c20 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c21 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        DoubleVector c22 = DoubleVector.fromMemorySegment(F64, MEMORY, row + 2 * W, ORDER);
        row = i3 & ADDRESS;
        DoubleVector c30 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c31 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        DoubleVector c32 = DoubleVector.fromMemorySegment(F64, MEMORY, row + 2 * W, ORDER);
        for (int p = 0; p < k; p += 1, a += aCol, b += bRow) {
            row = b & ADDRESS;
            DoubleVector b0 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
            DoubleVector b1 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
            DoubleVector b2 = DoubleVector.fromMemorySegment(F64, MEMORY, row + 2 * W, ORDER);
            long at = a & ADDRESS;
            DoubleVector x0 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at));
            DoubleVector x1 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + BYTES));
            DoubleVector x2 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + 2 * BYTES));
            DoubleVector x3 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + 3 * BYTES));
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
        DoubleVector c00 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c01 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        row = i1 & ADDRESS;
        DoubleVector c10 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c11 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        row = i2 & ADDRESS;
        DoubleVector c20 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c21 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        row = i3 & ADDRESS;
        DoubleVector c30 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c31 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        for (int p = 0; p < k; p += 1, a += aCol, b += bRow) {
            row = b & ADDRESS;
            DoubleVector b0 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
            DoubleVector b1 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
            long at = a & ADDRESS;
            DoubleVector x0 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at));
            DoubleVector x1 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + BYTES));
            DoubleVector x2 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + 2 * BYTES));
            DoubleVector x3 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + 3 * BYTES));
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
        DoubleVector c00 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        row = i1 & ADDRESS;
        DoubleVector c10 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        row = i2 & ADDRESS;
        DoubleVector c20 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        row = i3 & ADDRESS;
        DoubleVector c30 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        for (int p = 0; p < k; p += 1, a += aCol, b += bRow) {
            row = b & ADDRESS;
            DoubleVector b0 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
            long at = a & ADDRESS;
            DoubleVector x0 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at));
            DoubleVector x1 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + BYTES));
            DoubleVector x2 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + 2 * BYTES));
            DoubleVector x3 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, at + 3 * BYTES));
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
        DoubleVector c00 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        DoubleVector c01 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
        DoubleVector c02 = DoubleVector.fromMemorySegment(F64, MEMORY, row + 2 * W, ORDER);
        DoubleVector c03 = DoubleVector.fromMemorySegment(F64, MEMORY, row + 3 * W, ORDER);
        DoubleVector c04 = DoubleVector.fromMemorySegment(F64, MEMORY, row + 4 * W, ORDER);
        DoubleVector c05 = DoubleVector.fromMemorySegment(F64, MEMORY, row + 5 * W, ORDER);
        DoubleVector c06 = DoubleVector.fromMemorySegment(F64, MEMORY, row + 6 * W, ORDER);
        DoubleVector c07 = DoubleVector.fromMemorySegment(F64, MEMORY, row + 7 * W, ORDER);
        for (int p = 0; p < k; p += 1, a += aCol, b += bRow) {
            row = b & ADDRESS;
            DoubleVector b0 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
            DoubleVector b1 = DoubleVector.fromMemorySegment(F64, MEMORY, row + W, ORDER);
            DoubleVector b2 = DoubleVector.fromMemorySegment(F64, MEMORY, row + 2 * W, ORDER);
            DoubleVector b3 = DoubleVector.fromMemorySegment(F64, MEMORY, row + 3 * W, ORDER);
            DoubleVector b4 = DoubleVector.fromMemorySegment(F64, MEMORY, row + 4 * W, ORDER);
            DoubleVector b5 = DoubleVector.fromMemorySegment(F64, MEMORY, row + 5 * W, ORDER);
            DoubleVector b6 = DoubleVector.fromMemorySegment(F64, MEMORY, row + 6 * W, ORDER);
            DoubleVector b7 = DoubleVector.fromMemorySegment(F64, MEMORY, row + 7 * W, ORDER);
            DoubleVector x0 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, a & ADDRESS));
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
        DoubleVector c00 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
        for (int p = 0; p < k; p += 1, a += aCol, b += bRow) {
            row = b & ADDRESS;
            DoubleVector b0 = DoubleVector.fromMemorySegment(F64, MEMORY, row, ORDER);
            DoubleVector x0 = DoubleVector.broadcast(F64, MEMORY.get(DOUBLE, a & ADDRESS));
            c00 = x0.fma(b0, c00);
        }
        row = c & ADDRESS;
        c00.intoMemorySegment(MEMORY, row, ORDER);
    }
}
