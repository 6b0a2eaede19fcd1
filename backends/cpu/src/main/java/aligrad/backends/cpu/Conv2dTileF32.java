package aligrad.backends.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The register tiles of the direct convolution in single precision.
final class Conv2dTileF32 implements Conv2dTile {

    private static final boolean MANY_REGISTERS = Species.REGISTERS == 32;
    private static final VectorSpecies<Float> S = Species.F32;
    private static final MemorySegment ALL = Lanes.MEMORY;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ByteOrder LE = Lanes.ORDER;
    private static final long ADDRESS = Lanes.ADDRESS;
    private static final int STEP = Integer.MAX_VALUE;
    private static final long BYTES = S.vectorByteSize();
    private static final long CELL = Conv2dCells.CELL_BYTES;
    private static final long ELEMENT = Float.BYTES;

    private static final ColdLoop TILE_8X2 = new ColdLoop(rehearsal(Conv2dTileF32::pixels8x2));
    private static final ColdLoop TILE_4X2 = new ColdLoop(rehearsal(Conv2dTileF32::pixels4x2));
    private static final ColdLoop TILE_12X1 = new ColdLoop(rehearsal(Conv2dTileF32::pixels12x1));
    private static final ColdLoop TILE_8X1 = new ColdLoop(rehearsal(Conv2dTileF32::pixels8x1));

    @Override
    public int lanes() {
        return S.length();
    }

    @Override
    public int elementBytes() {
        return (int) ELEMENT;
    }

    @Override
    public int pixels(int vectors, int left) {
        if (vectors == 2) {
            return MANY_REGISTERS && left > 4 ? 8 : 4;
        }
        return MANY_REGISTERS && (left > 8 && left <= 12 || left >= 20) ? 12 : 8;
    }

    @Override
    public void correlate(
            int pixels,
            int vectors,
            long x,
            long[] offsets,
            int[] runs,
            int first,
            int last,
            long w,
            long start,
            int startStep,
            long y,
            int yStep) {
        if (Lanes.CHECKED) {
            check(pixels, vectors, x, offsets, runs, first, last, w, start, startStep, y, yStep);
        }
        ColdLoop tile = coldLoop(pixels, vectors);
        if (tile.isCold()) {
            long started = System.nanoTime();
            ScalarLoops.correlate(
                    pixels,
                    vectors * lanes(),
                    x,
                    offsets,
                    runs,
                    first,
                    last,
                    w,
                    start,
                    startStep,
                    y,
                    yStep);
            tile.ranSince(started);
        } else if (tile == TILE_8X2) {
            pixels8x2(x, offsets, runs, first, last, w, start, startStep, y, yStep);
        } else if (tile == TILE_4X2) {
            pixels4x2(x, offsets, runs, first, last, w, start, startStep, y, yStep);
        } else if (tile == TILE_12X1) {
            pixels12x1(x, offsets, runs, first, last, w, start, startStep, y, yStep);
        } else {
            pixels8x1(x, offsets, runs, first, last, w, start, startStep, y, yStep);
        }
    }

    private interface Tile {
        void run(
                long x,
                long[] offsets,
                int[] runs,
                int first,
                int last,
                long w,
                long start,
                int startStep,
                long y,
                int yStep);
    }

    private static Warmup.Rehearsal rehearsal(Tile tile) {
        long[] offsets = {0, CELL, 2 * CELL};
        int[] runs = {16, 3, 16};
        int step = (int) (2 * BYTES);
        return (m, turn) -> {
            long y = m + Warmup.MEMORY / 2;
            tile.run(m, offsets, runs, 0, 1 + turn % 3, m, y, step, y, step);
        };
    }

    private static ColdLoop coldLoop(int pixels, int vectors) {
        if (pixels == 8 && vectors == 2) {
            return TILE_8X2;
        }
        if (pixels == 4 && vectors == 2) {
            return TILE_4X2;
        }
        if (pixels == 12 && vectors == 1) {
            return TILE_12X1;
        }
        if (pixels == 8 && vectors == 1) {
            return TILE_8X1;
        }
        throw new IllegalArgumentException(
                "no tile of %d pixels and %d vectors".formatted(pixels, vectors));
    }

    private static void pixels8x2(
            long x,
            long[] offsets,
            int[] runs,
            int first,
            int last,
            long w,
            long start,
            int startStep,
            long y,
            int yStep) {
        long s = start & ADDRESS;
        long ss = startStep & STEP;
        FloatVector c00 = FloatVector.fromMemorySegment(S, ALL, s, LE);
        FloatVector c01 = FloatVector.fromMemorySegment(S, ALL, s + BYTES, LE);
        FloatVector c10 = FloatVector.fromMemorySegment(S, ALL, s + ss, LE);
        FloatVector c11 = FloatVector.fromMemorySegment(S, ALL, s + ss + BYTES, LE);
        FloatVector c20 = FloatVector.fromMemorySegment(S, ALL, s + 2 * ss, LE);
        FloatVector c21 = FloatVector.fromMemorySegment(S, ALL, s + 2 * ss + BYTES, LE);
        FloatVector c30 = FloatVector.fromMemorySegment(S, ALL, s + 3 * ss, LE);
        FloatVector c31 = FloatVector.fromMemorySegment(S, ALL, s + 3 * ss + BYTES, LE);
        FloatVector c40 = FloatVector.fromMemorySegment(S, ALL, s + 4 * ss, LE);
        FloatVector c41 = FloatVector.fromMemorySegment(S, ALL, s + 4 * ss + BYTES, LE);
        FloatVector c50 = FloatVector.fromMemorySegment(S, ALL, s + 5 * ss, LE);
        FloatVector c51 = FloatVector.fromMemorySegment(S, ALL, s + 5 * ss + BYTES, LE);
        FloatVector c60 = FloatVector.fromMemorySegment(S, ALL, s + 6 * ss, LE);
        FloatVector c61 = FloatVector.fromMemorySegment(S, ALL, s + 6 * ss + BYTES, LE);
        FloatVector c70 = FloatVector.fromMemorySegment(S, ALL, s + 7 * ss, LE);
        FloatVector c71 = FloatVector.fromMemorySegment(S, ALL, s + 7 * ss + BYTES, LE);
        for (int e = first; e < last; e++) { // cells of the reduction
            long xp = x + offsets[e];
            int run = runs[e];
            for (int p = 0; p < run; p++) { // channels of a cell, contiguous
                long xa = xp & ADDRESS;
                long wa = w & ADDRESS;
                FloatVector w0 = FloatVector.fromMemorySegment(S, ALL, wa, LE);
                FloatVector w1 = FloatVector.fromMemorySegment(S, ALL, wa + BYTES, LE);
                FloatVector a0 = FloatVector.broadcast(S, ALL.get(FLOAT, xa));
                c00 = a0.fma(w0, c00);
                c01 = a0.fma(w1, c01);
                FloatVector a1 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + CELL));
                c10 = a1.fma(w0, c10);
                c11 = a1.fma(w1, c11);
                FloatVector a2 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 2 * CELL));
                c20 = a2.fma(w0, c20);
                c21 = a2.fma(w1, c21);
                FloatVector a3 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 3 * CELL));
                c30 = a3.fma(w0, c30);
                c31 = a3.fma(w1, c31);
                FloatVector a4 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 4 * CELL));
                c40 = a4.fma(w0, c40);
                c41 = a4.fma(w1, c41);
                FloatVector a5 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 5 * CELL));
                c50 = a5.fma(w0, c50);
                c51 = a5.fma(w1, c51);
                FloatVector a6 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 6 * CELL));
                c60 = a6.fma(w0, c60);
                c61 = a6.fma(w1, c61);
                FloatVector a7 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 7 * CELL));
                c70 = a7.fma(w0, c70);
                c71 = a7.fma(w1, c71);
                xp += ELEMENT;
                w += 2 * BYTES;
            }
        }
        long ya = y & ADDRESS;
        long ys = yStep & STEP;
        c00.intoMemorySegment(ALL, ya, LE);
        c01.intoMemorySegment(ALL, ya + BYTES, LE);
        c10.intoMemorySegment(ALL, ya + ys, LE);
        c11.intoMemorySegment(ALL, ya + ys + BYTES, LE);
        c20.intoMemorySegment(ALL, ya + 2 * ys, LE);
        c21.intoMemorySegment(ALL, ya + 2 * ys + BYTES, LE);
        c30.intoMemorySegment(ALL, ya + 3 * ys, LE);
        c31.intoMemorySegment(ALL, ya + 3 * ys + BYTES, LE);
        c40.intoMemorySegment(ALL, ya + 4 * ys, LE);
        c41.intoMemorySegment(ALL, ya + 4 * ys + BYTES, LE);
        c50.intoMemorySegment(ALL, ya + 5 * ys, LE);
        c51.intoMemorySegment(ALL, ya + 5 * ys + BYTES, LE);
        c60.intoMemorySegment(ALL, ya + 6 * ys, LE);
        c61.intoMemorySegment(ALL, ya + 6 * ys + BYTES, LE);
        c70.intoMemorySegment(ALL, ya + 7 * ys, LE);
        c71.intoMemorySegment(ALL, ya + 7 * ys + BYTES, LE);
    }

    private static void pixels4x2(
            long x,
            long[] offsets,
            int[] runs,
            int first,
            int last,
            long w,
            long start,
            int startStep,
            long y,
            int yStep) {
        long s = start & ADDRESS;
        long ss = startStep & STEP;
        FloatVector c00 = FloatVector.fromMemorySegment(S, ALL, s, LE);
        FloatVector c01 = FloatVector.fromMemorySegment(S, ALL, s + BYTES, LE);
        FloatVector c10 = FloatVector.fromMemorySegment(S, ALL, s + ss, LE);
        FloatVector c11 = FloatVector.fromMemorySegment(S, ALL, s + ss + BYTES, LE);
        FloatVector c20 = FloatVector.fromMemorySegment(S, ALL, s + 2 * ss, LE);
        FloatVector c21 = FloatVector.fromMemorySegment(S, ALL, s + 2 * ss + BYTES, LE);
        FloatVector c30 = FloatVector.fromMemorySegment(S, ALL, s + 3 * ss, LE);
        FloatVector c31 = FloatVector.fromMemorySegment(S, ALL, s + 3 * ss + BYTES, LE);
        for (int e = first; e < last; e++) { // cells of the reduction
            long xp = x + offsets[e];
            int run = runs[e];
            for (int p = 0; p < run; p++) { // channels of a cell, contiguous
                long xa = xp & ADDRESS;
                long wa = w & ADDRESS;
                FloatVector w0 = FloatVector.fromMemorySegment(S, ALL, wa, LE);
                FloatVector w1 = FloatVector.fromMemorySegment(S, ALL, wa + BYTES, LE);
                FloatVector a0 = FloatVector.broadcast(S, ALL.get(FLOAT, xa));
                c00 = a0.fma(w0, c00);
                c01 = a0.fma(w1, c01);
                FloatVector a1 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + CELL));
                c10 = a1.fma(w0, c10);
                c11 = a1.fma(w1, c11);
                FloatVector a2 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 2 * CELL));
                c20 = a2.fma(w0, c20);
                c21 = a2.fma(w1, c21);
                FloatVector a3 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 3 * CELL));
                c30 = a3.fma(w0, c30);
                c31 = a3.fma(w1, c31);
                xp += ELEMENT;
                w += 2 * BYTES;
            }
        }
        long ya = y & ADDRESS;
        long ys = yStep & STEP;
        c00.intoMemorySegment(ALL, ya, LE);
        c01.intoMemorySegment(ALL, ya + BYTES, LE);
        c10.intoMemorySegment(ALL, ya + ys, LE);
        c11.intoMemorySegment(ALL, ya + ys + BYTES, LE);
        c20.intoMemorySegment(ALL, ya + 2 * ys, LE);
        c21.intoMemorySegment(ALL, ya + 2 * ys + BYTES, LE);
        c30.intoMemorySegment(ALL, ya + 3 * ys, LE);
        c31.intoMemorySegment(ALL, ya + 3 * ys + BYTES, LE);
    }

    private static void pixels12x1(
            long x,
            long[] offsets,
            int[] runs,
            int first,
            int last,
            long w,
            long start,
            int startStep,
            long y,
            int yStep) {
        long s = start & ADDRESS;
        long ss = startStep & STEP;
        FloatVector c0 = FloatVector.fromMemorySegment(S, ALL, s, LE);
        FloatVector c1 = FloatVector.fromMemorySegment(S, ALL, s + ss, LE);
        FloatVector c2 = FloatVector.fromMemorySegment(S, ALL, s + 2 * ss, LE);
        FloatVector c3 = FloatVector.fromMemorySegment(S, ALL, s + 3 * ss, LE);
        FloatVector c4 = FloatVector.fromMemorySegment(S, ALL, s + 4 * ss, LE);
        FloatVector c5 = FloatVector.fromMemorySegment(S, ALL, s + 5 * ss, LE);
        FloatVector c6 = FloatVector.fromMemorySegment(S, ALL, s + 6 * ss, LE);
        FloatVector c7 = FloatVector.fromMemorySegment(S, ALL, s + 7 * ss, LE);
        FloatVector c8 = FloatVector.fromMemorySegment(S, ALL, s + 8 * ss, LE);
        FloatVector c9 = FloatVector.fromMemorySegment(S, ALL, s + 9 * ss, LE);
        FloatVector c10 = FloatVector.fromMemorySegment(S, ALL, s + 10 * ss, LE);
        FloatVector c11 = FloatVector.fromMemorySegment(S, ALL, s + 11 * ss, LE);
        for (int e = first; e < last; e++) { // cells of the reduction
            long xp = x + offsets[e];
            int run = runs[e];
            for (int p = 0; p < run; p++) { // channels of a cell, contiguous
                long xa = xp & ADDRESS;
                long wa = w & ADDRESS;
                FloatVector w0 = FloatVector.fromMemorySegment(S, ALL, wa, LE);
                FloatVector a0 = FloatVector.broadcast(S, ALL.get(FLOAT, xa));
                c0 = a0.fma(w0, c0);
                FloatVector a1 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + CELL));
                c1 = a1.fma(w0, c1);
                FloatVector a2 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 2 * CELL));
                c2 = a2.fma(w0, c2);
                FloatVector a3 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 3 * CELL));
                c3 = a3.fma(w0, c3);
                FloatVector a4 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 4 * CELL));
                c4 = a4.fma(w0, c4);
                FloatVector a5 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 5 * CELL));
                c5 = a5.fma(w0, c5);
                FloatVector a6 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 6 * CELL));
                c6 = a6.fma(w0, c6);
                FloatVector a7 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 7 * CELL));
                c7 = a7.fma(w0, c7);
                FloatVector a8 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 8 * CELL));
                c8 = a8.fma(w0, c8);
                FloatVector a9 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 9 * CELL));
                c9 = a9.fma(w0, c9);
                FloatVector a10 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 10 * CELL));
                c10 = a10.fma(w0, c10);
                FloatVector a11 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 11 * CELL));
                c11 = a11.fma(w0, c11);
                xp += ELEMENT;
                w += BYTES;
            }
        }
        long ya = y & ADDRESS;
        long ys = yStep & STEP;
        c0.intoMemorySegment(ALL, ya, LE);
        c1.intoMemorySegment(ALL, ya + ys, LE);
        c2.intoMemorySegment(ALL, ya + 2 * ys, LE);
        c3.intoMemorySegment(ALL, ya + 3 * ys, LE);
        c4.intoMemorySegment(ALL, ya + 4 * ys, LE);
        c5.intoMemorySegment(ALL, ya + 5 * ys, LE);
        c6.intoMemorySegment(ALL, ya + 6 * ys, LE);
        c7.intoMemorySegment(ALL, ya + 7 * ys, LE);
        c8.intoMemorySegment(ALL, ya + 8 * ys, LE);
        c9.intoMemorySegment(ALL, ya + 9 * ys, LE);
        c10.intoMemorySegment(ALL, ya + 10 * ys, LE);
        c11.intoMemorySegment(ALL, ya + 11 * ys, LE);
    }

    private static void pixels8x1(
            long x,
            long[] offsets,
            int[] runs,
            int first,
            int last,
            long w,
            long start,
            int startStep,
            long y,
            int yStep) {
        long s = start & ADDRESS;
        long ss = startStep & STEP;
        FloatVector c0 = FloatVector.fromMemorySegment(S, ALL, s, LE);
        FloatVector c1 = FloatVector.fromMemorySegment(S, ALL, s + ss, LE);
        FloatVector c2 = FloatVector.fromMemorySegment(S, ALL, s + 2 * ss, LE);
        FloatVector c3 = FloatVector.fromMemorySegment(S, ALL, s + 3 * ss, LE);
        FloatVector c4 = FloatVector.fromMemorySegment(S, ALL, s + 4 * ss, LE);
        FloatVector c5 = FloatVector.fromMemorySegment(S, ALL, s + 5 * ss, LE);
        FloatVector c6 = FloatVector.fromMemorySegment(S, ALL, s + 6 * ss, LE);
        FloatVector c7 = FloatVector.fromMemorySegment(S, ALL, s + 7 * ss, LE);
        for (int e = first; e < last; e++) { // cells of the reduction
            long xp = x + offsets[e];
            int run = runs[e];
            for (int p = 0; p < run; p++) { // channels of a cell, contiguous
                long xa = xp & ADDRESS;
                long wa = w & ADDRESS;
                FloatVector w0 = FloatVector.fromMemorySegment(S, ALL, wa, LE);
                FloatVector a0 = FloatVector.broadcast(S, ALL.get(FLOAT, xa));
                c0 = a0.fma(w0, c0);
                FloatVector a1 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + CELL));
                c1 = a1.fma(w0, c1);
                FloatVector a2 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 2 * CELL));
                c2 = a2.fma(w0, c2);
                FloatVector a3 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 3 * CELL));
                c3 = a3.fma(w0, c3);
                FloatVector a4 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 4 * CELL));
                c4 = a4.fma(w0, c4);
                FloatVector a5 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 5 * CELL));
                c5 = a5.fma(w0, c5);
                FloatVector a6 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 6 * CELL));
                c6 = a6.fma(w0, c6);
                FloatVector a7 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 7 * CELL));
                c7 = a7.fma(w0, c7);
                xp += ELEMENT;
                w += BYTES;
            }
        }
        long ya = y & ADDRESS;
        long ys = yStep & STEP;
        c0.intoMemorySegment(ALL, ya, LE);
        c1.intoMemorySegment(ALL, ya + ys, LE);
        c2.intoMemorySegment(ALL, ya + 2 * ys, LE);
        c3.intoMemorySegment(ALL, ya + 3 * ys, LE);
        c4.intoMemorySegment(ALL, ya + 4 * ys, LE);
        c5.intoMemorySegment(ALL, ya + 5 * ys, LE);
        c6.intoMemorySegment(ALL, ya + 6 * ys, LE);
        c7.intoMemorySegment(ALL, ya + 7 * ys, LE);
    }
}
