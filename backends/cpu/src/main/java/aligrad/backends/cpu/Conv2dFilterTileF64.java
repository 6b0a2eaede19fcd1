package aligrad.backends.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The register tiles of the filter gradient in double precision.
final class Conv2dFilterTileF64 implements Conv2dFilterTile {

    private static final VectorSpecies<Double> S = Species.F64;
    private static final MemorySegment ALL = Lanes.MEMORY;
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;
    private static final ByteOrder LE = Lanes.ORDER;
    private static final long ADDRESS = Lanes.ADDRESS;
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
    public int channels(int vectors, int left) {
        return vectors == 2 ? 4 : 8;
    }

    @Override
    public void accumulate(
            int channels,
            int vectors,
            long x,
            long xImage,
            long xRow,
            long g,
            long gImage,
            long gRow,
            int images,
            int rows,
            int columns,
            long sums) {
        if (Lanes.CHECKED) {
            check(channels, vectors, x, xImage, xRow, g, gImage, gRow, images, rows, columns, sums);
        }
        if (channels == 4 && vectors == 2) {
            channels4x2(x, xImage, xRow, g, gImage, gRow, images, rows, columns, sums);
        } else if (channels == 8 && vectors == 1) {
            channels8x1(x, xImage, xRow, g, gImage, gRow, images, rows, columns, sums);
        } else {
            throw new IllegalArgumentException(
                    "no tile of %d channels and %d vectors".formatted(channels, vectors));
        }
    }

    @Override
    public void add(long from, long to, long count) {
        for (long b = 0; b < count * ELEMENT; b += BYTES) {
            Lanes.store(Lanes.loadF64(to + b).add(Lanes.loadF64(from + b)), to + b);
        }
    }

    private static void channels4x2(
            long x,
            long xImage,
            long xRow,
            long g,
            long gImage,
            long gRow,
            int images,
            int rows,
            int columns,
            long sums) {
        long s = sums & ADDRESS;
        DoubleVector c00 = DoubleVector.fromMemorySegment(S, ALL, s, LE);
        DoubleVector c01 = DoubleVector.fromMemorySegment(S, ALL, s + BYTES, LE);
        DoubleVector c10 = DoubleVector.fromMemorySegment(S, ALL, s + 2 * BYTES, LE);
        DoubleVector c11 = DoubleVector.fromMemorySegment(S, ALL, s + 3 * BYTES, LE);
        DoubleVector c20 = DoubleVector.fromMemorySegment(S, ALL, s + 4 * BYTES, LE);
        DoubleVector c21 = DoubleVector.fromMemorySegment(S, ALL, s + 5 * BYTES, LE);
        DoubleVector c30 = DoubleVector.fromMemorySegment(S, ALL, s + 6 * BYTES, LE);
        DoubleVector c31 = DoubleVector.fromMemorySegment(S, ALL, s + 7 * BYTES, LE);
        for (int n = 0; n < images; n++) {
            for (int r = 0; r < rows; r++) {
                long xp = x + n * xImage + r * xRow;
                long gp = g + n * gImage + r * gRow;
                for (int q = 0; q < columns; q++) {
                    long xa = xp & ADDRESS;
                    long ga = gp & ADDRESS;
                    DoubleVector g0 = DoubleVector.fromMemorySegment(S, ALL, ga, LE);
                    DoubleVector g1 = DoubleVector.fromMemorySegment(S, ALL, ga + BYTES, LE);
                    DoubleVector a0 = DoubleVector.broadcast(S, ALL.get(DOUBLE, xa));
                    c00 = a0.fma(g0, c00);
                    c01 = a0.fma(g1, c01);
                    DoubleVector a1 = DoubleVector.broadcast(S, ALL.get(DOUBLE, xa + ELEMENT));
                    c10 = a1.fma(g0, c10);
                    c11 = a1.fma(g1, c11);
                    DoubleVector a2 = DoubleVector.broadcast(S, ALL.get(DOUBLE, xa + 2 * ELEMENT));
                    c20 = a2.fma(g0, c20);
                    c21 = a2.fma(g1, c21);
                    DoubleVector a3 = DoubleVector.broadcast(S, ALL.get(DOUBLE, xa + 3 * ELEMENT));
                    c30 = a3.fma(g0, c30);
                    c31 = a3.fma(g1, c31);
                    xp += CELL;
                    gp += 2 * BYTES;
                }
            }
        }
        c00.intoMemorySegment(ALL, s, LE);
        c01.intoMemorySegment(ALL, s + BYTES, LE);
        c10.intoMemorySegment(ALL, s + 2 * BYTES, LE);
        c11.intoMemorySegment(ALL, s + 3 * BYTES, LE);
        c20.intoMemorySegment(ALL, s + 4 * BYTES, LE);
        c21.intoMemorySegment(ALL, s + 5 * BYTES, LE);
        c30.intoMemorySegment(ALL, s + 6 * BYTES, LE);
        c31.intoMemorySegment(ALL, s + 7 * BYTES, LE);
    }

    private static void channels8x1(
            long x,
            long xImage,
            long xRow,
            long g,
            long gImage,
            long gRow,
            int images,
            int rows,
            int columns,
            long sums) {
        long s = sums & ADDRESS;
        DoubleVector c0 = DoubleVector.fromMemorySegment(S, ALL, s, LE);
        DoubleVector c1 = DoubleVector.fromMemorySegment(S, ALL, s + BYTES, LE);
        DoubleVector c2 = DoubleVector.fromMemorySegment(S, ALL, s + 2 * BYTES, LE);
        DoubleVector c3 = DoubleVector.fromMemorySegment(S, ALL, s + 3 * BYTES, LE);
        DoubleVector c4 = DoubleVector.fromMemorySegment(S, ALL, s + 4 * BYTES, LE);
        DoubleVector c5 = DoubleVector.fromMemorySegment(S, ALL, s + 5 * BYTES, LE);
        DoubleVector c6 = DoubleVector.fromMemorySegment(S, ALL, s + 6 * BYTES, LE);
        DoubleVector c7 = DoubleVector.fromMemorySegment(S, ALL, s + 7 * BYTES, LE);
        for (int n = 0; n < images; n++) {
            for (int r = 0; r < rows; r++) {
                long xp = x + n * xImage + r * xRow;
                long gp = g + n * gImage + r * gRow;
                for (int q = 0; q < columns; q++) {
                    long xa = xp & ADDRESS;
                    long ga = gp & ADDRESS;
                    DoubleVector g0 = DoubleVector.fromMemorySegment(S, ALL, ga, LE);
                    DoubleVector a0 = DoubleVector.broadcast(S, ALL.get(DOUBLE, xa));
                    c0 = a0.fma(g0, c0);
                    DoubleVector a1 = DoubleVector.broadcast(S, ALL.get(DOUBLE, xa + ELEMENT));
                    c1 = a1.fma(g0, c1);
                    DoubleVector a2 = DoubleVector.broadcast(S, ALL.get(DOUBLE, xa + 2 * ELEMENT));
                    c2 = a2.fma(g0, c2);
                    DoubleVector a3 = DoubleVector.broadcast(S, ALL.get(DOUBLE, xa + 3 * ELEMENT));
                    c3 = a3.fma(g0, c3);
                    DoubleVector a4 = DoubleVector.broadcast(S, ALL.get(DOUBLE, xa + 4 * ELEMENT));
                    c4 = a4.fma(g0, c4);
                    DoubleVector a5 = DoubleVector.broadcast(S, ALL.get(DOUBLE, xa + 5 * ELEMENT));
                    c5 = a5.fma(g0, c5);
                    DoubleVector a6 = DoubleVector.broadcast(S, ALL.get(DOUBLE, xa + 6 * ELEMENT));
                    c6 = a6.fma(g0, c6);
                    DoubleVector a7 = DoubleVector.broadcast(S, ALL.get(DOUBLE, xa + 7 * ELEMENT));
                    c7 = a7.fma(g0, c7);
                    xp += CELL;
                    gp += BYTES;
                }
            }
        }
        c0.intoMemorySegment(ALL, s, LE);
        c1.intoMemorySegment(ALL, s + BYTES, LE);
        c2.intoMemorySegment(ALL, s + 2 * BYTES, LE);
        c3.intoMemorySegment(ALL, s + 3 * BYTES, LE);
        c4.intoMemorySegment(ALL, s + 4 * BYTES, LE);
        c5.intoMemorySegment(ALL, s + 5 * BYTES, LE);
        c6.intoMemorySegment(ALL, s + 6 * BYTES, LE);
        c7.intoMemorySegment(ALL, s + 7 * BYTES, LE);
    }
}
