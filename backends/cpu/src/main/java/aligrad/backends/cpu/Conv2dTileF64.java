package aligrad.backends.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The register tiles of the direct convolution in double precision.
final class Conv2dTileF64 implements Conv2dTile {

    private static final VectorSpecies<Double> S = Species.F64;
    private static final MemorySegment ALL = Lanes.MEMORY;
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;
    private static final ByteOrder LE = Lanes.ORDER;
    private static final long ADDRESS = Lanes.ADDRESS;
    private static final int STEP = Integer.MAX_VALUE;
    private static final long BYTES = S.vectorByteSize();
    private static final long CELL = Conv2dCells.CELL_BYTES;
    private static final long ELEMENT = Double.BYTES;

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
        return vectors == 2 ? 4 : 8;
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
        if (pixels == 4 && vectors == 2) {
            pixels4x2(x, offsets, runs, first, last, w, start, startStep, y, yStep);
        } else if (pixels == 8 && vectors == 1) {
            pixels8x1(x, offsets, runs, first, last, w, start, startStep, y, yStep);
        } else {
            throw new IllegalArgumentException(
                    "no tile of %d pixels and %d vectors".formatted(pixels, vectors));
        }
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
        DoubleVector c00 = DoubleVector.fromMemorySegment(S, ALL, s, LE);
        DoubleVector c01 = DoubleVector.fromMemorySegment(S, ALL, s + BYTES, LE);
        DoubleVector c10 = DoubleVector.fromMemorySegment(S, ALL, s + ss, LE);
        DoubleVector c11 = DoubleVector.fromMemorySegment(S, ALL, s + ss + BYTES, LE);
        DoubleVector c20 = DoubleVector.fromMemorySegment(S, ALL, s + 2 * ss, LE);
        DoubleVector c21 = DoubleVector.fromMemorySegment(S, ALL, s + 2 * ss + BYTES, LE);
        DoubleVector c30 = DoubleVector.fromMemorySegment(S, ALL, s + 3 * ss, LE);
        DoubleVector c31 = DoubleVector.fromMemorySegment(S, ALL, s + 3 * ss + BYTES, LE);
        for (int e = first; e < last; e++) { // cells of the reduction
            long xp = x + offsets[e];
            int run = runs[e];
            for (int p = 0; p < run; p++) { // channels of a cell, contiguous
                long xa = xp & ADDRESS;
                long wa = w & ADDRESS;
                DoubleVector w0 = DoubleVector.fromMemorySegment(S, ALL, wa, LE);
                DoubleVector w1 = DoubleVector.fromMemorySegment(S, ALL, wa + BYTES, LE);
                DoubleVector a0 = DoubleVector.broadcast(S, ALL.get(DOUBLE, xa));
                c00 = a0.fma(w0, c00);
                c01 = a0.fma(w1, c01);
                DoubleVector a1 = DoubleVector.broadcast(S, ALL.get(DOUBLE, xa + CELL));
                c10 = a1.fma(w0, c10);
                c11 = a1.fma(w1, c11);
                DoubleVector a2 = DoubleVector.broadcast(S, ALL.get(DOUBLE, xa + 2 * CELL));
                c20 = a2.fma(w0, c20);
                c21 = a2.fma(w1, c21);
                DoubleVector a3 = DoubleVector.broadcast(S, ALL.get(DOUBLE, xa + 3 * CELL));
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
        DoubleVector c0 = DoubleVector.fromMemorySegment(S, ALL, s, LE);
        DoubleVector c1 = DoubleVector.fromMemorySegment(S, ALL, s + ss, LE);
        DoubleVector c2 = DoubleVector.fromMemorySegment(S, ALL, s + 2 * ss, LE);
        DoubleVector c3 = DoubleVector.fromMemorySegment(S, ALL, s + 3 * ss, LE);
        DoubleVector c4 = DoubleVector.fromMemorySegment(S, ALL, s + 4 * ss, LE);
        DoubleVector c5 = DoubleVector.fromMemorySegment(S, ALL, s + 5 * ss, LE);
        DoubleVector c6 = DoubleVector.fromMemorySegment(S, ALL, s + 6 * ss, LE);
        DoubleVector c7 = DoubleVector.fromMemorySegment(S, ALL, s + 7 * ss, LE);
        for (int e = first; e < last; e++) { // cells of the reduction
            long xp = x + offsets[e];
            int run = runs[e];
            for (int p = 0; p < run; p++) { // channels of a cell, contiguous
                long xa = xp & ADDRESS;
                long wa = w & ADDRESS;
                DoubleVector w0 = DoubleVector.fromMemorySegment(S, ALL, wa, LE);
                DoubleVector a0 = DoubleVector.broadcast(S, ALL.get(DOUBLE, xa));
                c0 = a0.fma(w0, c0);
                DoubleVector a1 = DoubleVector.broadcast(S, ALL.get(DOUBLE, xa + CELL));
                c1 = a1.fma(w0, c1);
                DoubleVector a2 = DoubleVector.broadcast(S, ALL.get(DOUBLE, xa + 2 * CELL));
                c2 = a2.fma(w0, c2);
                DoubleVector a3 = DoubleVector.broadcast(S, ALL.get(DOUBLE, xa + 3 * CELL));
                c3 = a3.fma(w0, c3);
                DoubleVector a4 = DoubleVector.broadcast(S, ALL.get(DOUBLE, xa + 4 * CELL));
                c4 = a4.fma(w0, c4);
                DoubleVector a5 = DoubleVector.broadcast(S, ALL.get(DOUBLE, xa + 5 * CELL));
                c5 = a5.fma(w0, c5);
                DoubleVector a6 = DoubleVector.broadcast(S, ALL.get(DOUBLE, xa + 6 * CELL));
                c6 = a6.fma(w0, c6);
                DoubleVector a7 = DoubleVector.broadcast(S, ALL.get(DOUBLE, xa + 7 * CELL));
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
