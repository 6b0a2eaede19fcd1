package aligrad.backends.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The register tiles of the filter gradient in single precision.
final class Conv2dFilterTileF32 implements Conv2dFilterTile {

    private static final boolean MANY_REGISTERS = Species.REGISTERS == 32;
    private static final VectorSpecies<Float> S = Species.F32;
    private static final MemorySegment ALL = Lanes.MEMORY;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ByteOrder LE = Lanes.ORDER;
    private static final long ADDRESS = Lanes.ADDRESS;
    private static final long BYTES = S.vectorByteSize();
    private static final long CELL = Conv2dCells.CELL_BYTES;
    private static final long ELEMENT = Float.BYTES;

    private static final ColdLoop TILE_8X2 =
            new ColdLoop(rehearsal(Conv2dFilterTileF32::channels8x2));
    private static final ColdLoop TILE_4X2 =
            new ColdLoop(rehearsal(Conv2dFilterTileF32::channels4x2));
    private static final ColdLoop TILE_12X1 =
            new ColdLoop(rehearsal(Conv2dFilterTileF32::channels12x1));
    private static final ColdLoop TILE_8X1 =
            new ColdLoop(rehearsal(Conv2dFilterTileF32::channels8x1));

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
        if (vectors == 2) {
            return MANY_REGISTERS && left > 4 ? 8 : 4;
        }
        return MANY_REGISTERS && left > 8 && left <= 12 ? 12 : 8;
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
        ColdLoop tile = coldLoop(channels, vectors);
        if (tile.isCold()) {
            long started = System.nanoTime();
            ScalarLoops.accumulate(
                    channels,
                    vectors * lanes(),
                    x,
                    xImage,
                    xRow,
                    g,
                    gImage,
                    gRow,
                    images,
                    rows,
                    columns,
                    sums);
            tile.ranSince(started);
        } else if (tile == TILE_8X2) {
            channels8x2(x, xImage, xRow, g, gImage, gRow, images, rows, columns, sums);
        } else if (tile == TILE_4X2) {
            channels4x2(x, xImage, xRow, g, gImage, gRow, images, rows, columns, sums);
        } else if (tile == TILE_12X1) {
            channels12x1(x, xImage, xRow, g, gImage, gRow, images, rows, columns, sums);
        } else {
            channels8x1(x, xImage, xRow, g, gImage, gRow, images, rows, columns, sums);
        }
    }

    private interface Tile {
        void run(
                long x,
                long xImage,
                long xRow,
                long g,
                long gImage,
                long gRow,
                int images,
                int rows,
                int columns,
                long sums);
    }

    private static Warmup.Rehearsal rehearsal(Tile tile) {
        long row = 16 * 2 * BYTES;
        return (m, turn) ->
                tile.run(
                        m,
                        2 * row,
                        row,
                        m,
                        2 * row,
                        row,
                        1 + turn % 2,
                        2,
                        15 + turn % 2,
                        m + Warmup.MEMORY / 2);
    }

    private static ColdLoop coldLoop(int channels, int vectors) {
        if (channels == 8 && vectors == 2) {
            return TILE_8X2;
        }
        if (channels == 4 && vectors == 2) {
            return TILE_4X2;
        }
        if (channels == 12 && vectors == 1) {
            return TILE_12X1;
        }
        if (channels == 8 && vectors == 1) {
            return TILE_8X1;
        }
        throw new IllegalArgumentException(
                "no tile of %d channels and %d vectors".formatted(channels, vectors));
    }

    @Override
    public void add(long from, long to, long count) {
        for (long b = 0; b < count * ELEMENT; b += BYTES) {
            Lanes.store(Lanes.loadF32(to + b).add(Lanes.loadF32(from + b)), to + b);
        }
    }

    private static void channels8x2(
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
        FloatVector c00 = FloatVector.fromMemorySegment(S, ALL, s, LE);
        FloatVector c01 = FloatVector.fromMemorySegment(S, ALL, s + BYTES, LE);
        FloatVector c10 = FloatVector.fromMemorySegment(S, ALL, s + 2 * BYTES, LE);
        FloatVector c11 = FloatVector.fromMemorySegment(S, ALL, s + 3 * BYTES, LE);
        FloatVector c20 = FloatVector.fromMemorySegment(S, ALL, s + 4 * BYTES, LE);
        FloatVector c21 = FloatVector.fromMemorySegment(S, ALL, s + 5 * BYTES, LE);
        FloatVector c30 = FloatVector.fromMemorySegment(S, ALL, s + 6 * BYTES, LE);
        FloatVector c31 = FloatVector.fromMemorySegment(S, ALL, s + 7 * BYTES, LE);
        FloatVector c40 = FloatVector.fromMemorySegment(S, ALL, s + 8 * BYTES, LE);
        FloatVector c41 = FloatVector.fromMemorySegment(S, ALL, s + 9 * BYTES, LE);
        FloatVector c50 = FloatVector.fromMemorySegment(S, ALL, s + 10 * BYTES, LE);
        FloatVector c51 = FloatVector.fromMemorySegment(S, ALL, s + 11 * BYTES, LE);
        FloatVector c60 = FloatVector.fromMemorySegment(S, ALL, s + 12 * BYTES, LE);
        FloatVector c61 = FloatVector.fromMemorySegment(S, ALL, s + 13 * BYTES, LE);
        FloatVector c70 = FloatVector.fromMemorySegment(S, ALL, s + 14 * BYTES, LE);
        FloatVector c71 = FloatVector.fromMemorySegment(S, ALL, s + 15 * BYTES, LE);
        for (int n = 0; n < images; n++) {
            for (int r = 0; r < rows; r++) {
                long xp = x + n * xImage + r * xRow;
                long gp = g + n * gImage + r * gRow;
                for (int q = 0; q < columns; q++) {
                    long xa = xp & ADDRESS;
                    long ga = gp & ADDRESS;
                    FloatVector g0 = FloatVector.fromMemorySegment(S, ALL, ga, LE);
                    FloatVector g1 = FloatVector.fromMemorySegment(S, ALL, ga + BYTES, LE);
                    FloatVector a0 = FloatVector.broadcast(S, ALL.get(FLOAT, xa));
                    c00 = a0.fma(g0, c00);
                    c01 = a0.fma(g1, c01);
                    FloatVector a1 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + ELEMENT));
                    c10 = a1.fma(g0, c10);
                    c11 = a1.fma(g1, c11);
                    FloatVector a2 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 2 * ELEMENT));
                    c20 = a2.fma(g0, c20);
                    c21 = a2.fma(g1, c21);
                    FloatVector a3 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 3 * ELEMENT));
                    c30 = a3.fma(g0, c30);
                    c31 = a3.fma(g1, c31);
                    FloatVector a4 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 4 * ELEMENT));
                    c40 = a4.fma(g0, c40);
                    c41 = a4.fma(g1, c41);
                    FloatVector a5 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 5 * ELEMENT));
                    c50 = a5.fma(g0, c50);
                    c51 = a5.fma(g1, c51);
                    FloatVector a6 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 6 * ELEMENT));
                    c60 = a6.fma(g0, c60);
                    c61 = a6.fma(g1, c61);
                    FloatVector a7 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 7 * ELEMENT));
                    c70 = a7.fma(g0, c70);
                    c71 = a7.fma(g1, c71);
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
        c40.intoMemorySegment(ALL, s + 8 * BYTES, LE);
        c41.intoMemorySegment(ALL, s + 9 * BYTES, LE);
        c50.intoMemorySegment(ALL, s + 10 * BYTES, LE);
        c51.intoMemorySegment(ALL, s + 11 * BYTES, LE);
        c60.intoMemorySegment(ALL, s + 12 * BYTES, LE);
        c61.intoMemorySegment(ALL, s + 13 * BYTES, LE);
        c70.intoMemorySegment(ALL, s + 14 * BYTES, LE);
        c71.intoMemorySegment(ALL, s + 15 * BYTES, LE);
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
        FloatVector c00 = FloatVector.fromMemorySegment(S, ALL, s, LE);
        FloatVector c01 = FloatVector.fromMemorySegment(S, ALL, s + BYTES, LE);
        FloatVector c10 = FloatVector.fromMemorySegment(S, ALL, s + 2 * BYTES, LE);
        FloatVector c11 = FloatVector.fromMemorySegment(S, ALL, s + 3 * BYTES, LE);
        FloatVector c20 = FloatVector.fromMemorySegment(S, ALL, s + 4 * BYTES, LE);
        FloatVector c21 = FloatVector.fromMemorySegment(S, ALL, s + 5 * BYTES, LE);
        FloatVector c30 = FloatVector.fromMemorySegment(S, ALL, s + 6 * BYTES, LE);
        FloatVector c31 = FloatVector.fromMemorySegment(S, ALL, s + 7 * BYTES, LE);
        for (int n = 0; n < images; n++) {
            for (int r = 0; r < rows; r++) {
                long xp = x + n * xImage + r * xRow;
                long gp = g + n * gImage + r * gRow;
                for (int q = 0; q < columns; q++) {
                    long xa = xp & ADDRESS;
                    long ga = gp & ADDRESS;
                    FloatVector g0 = FloatVector.fromMemorySegment(S, ALL, ga, LE);
                    FloatVector g1 = FloatVector.fromMemorySegment(S, ALL, ga + BYTES, LE);
                    FloatVector a0 = FloatVector.broadcast(S, ALL.get(FLOAT, xa));
                    c00 = a0.fma(g0, c00);
                    c01 = a0.fma(g1, c01);
                    FloatVector a1 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + ELEMENT));
                    c10 = a1.fma(g0, c10);
                    c11 = a1.fma(g1, c11);
                    FloatVector a2 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 2 * ELEMENT));
                    c20 = a2.fma(g0, c20);
                    c21 = a2.fma(g1, c21);
                    FloatVector a3 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 3 * ELEMENT));
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

    private static void channels12x1(
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
        FloatVector c0 = FloatVector.fromMemorySegment(S, ALL, s, LE);
        FloatVector c1 = FloatVector.fromMemorySegment(S, ALL, s + BYTES, LE);
        FloatVector c2 = FloatVector.fromMemorySegment(S, ALL, s + 2 * BYTES, LE);
        FloatVector c3 = FloatVector.fromMemorySegment(S, ALL, s + 3 * BYTES, LE);
        FloatVector c4 = FloatVector.fromMemorySegment(S, ALL, s + 4 * BYTES, LE);
        FloatVector c5 = FloatVector.fromMemorySegment(S, ALL, s + 5 * BYTES, LE);
        FloatVector c6 = FloatVector.fromMemorySegment(S, ALL, s + 6 * BYTES, LE);
        FloatVector c7 = FloatVector.fromMemorySegment(S, ALL, s + 7 * BYTES, LE);
        FloatVector c8 = FloatVector.fromMemorySegment(S, ALL, s + 8 * BYTES, LE);
        FloatVector c9 = FloatVector.fromMemorySegment(S, ALL, s + 9 * BYTES, LE);
        FloatVector c10 = FloatVector.fromMemorySegment(S, ALL, s + 10 * BYTES, LE);
        FloatVector c11 = FloatVector.fromMemorySegment(S, ALL, s + 11 * BYTES, LE);
        for (int n = 0; n < images; n++) {
            for (int r = 0; r < rows; r++) {
                long xp = x + n * xImage + r * xRow;
                long gp = g + n * gImage + r * gRow;
                for (int q = 0; q < columns; q++) {
                    long xa = xp & ADDRESS;
                    long ga = gp & ADDRESS;
                    FloatVector g0 = FloatVector.fromMemorySegment(S, ALL, ga, LE);
                    FloatVector a0 = FloatVector.broadcast(S, ALL.get(FLOAT, xa));
                    c0 = a0.fma(g0, c0);
                    FloatVector a1 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + ELEMENT));
                    c1 = a1.fma(g0, c1);
                    FloatVector a2 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 2 * ELEMENT));
                    c2 = a2.fma(g0, c2);
                    FloatVector a3 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 3 * ELEMENT));
                    c3 = a3.fma(g0, c3);
                    FloatVector a4 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 4 * ELEMENT));
                    c4 = a4.fma(g0, c4);
                    FloatVector a5 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 5 * ELEMENT));
                    c5 = a5.fma(g0, c5);
                    FloatVector a6 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 6 * ELEMENT));
                    c6 = a6.fma(g0, c6);
                    FloatVector a7 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 7 * ELEMENT));
                    c7 = a7.fma(g0, c7);
                    FloatVector a8 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 8 * ELEMENT));
                    c8 = a8.fma(g0, c8);
                    FloatVector a9 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 9 * ELEMENT));
                    c9 = a9.fma(g0, c9);
                    FloatVector a10 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 10 * ELEMENT));
                    c10 = a10.fma(g0, c10);
                    FloatVector a11 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 11 * ELEMENT));
                    c11 = a11.fma(g0, c11);
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
        c8.intoMemorySegment(ALL, s + 8 * BYTES, LE);
        c9.intoMemorySegment(ALL, s + 9 * BYTES, LE);
        c10.intoMemorySegment(ALL, s + 10 * BYTES, LE);
        c11.intoMemorySegment(ALL, s + 11 * BYTES, LE);
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
        FloatVector c0 = FloatVector.fromMemorySegment(S, ALL, s, LE);
        FloatVector c1 = FloatVector.fromMemorySegment(S, ALL, s + BYTES, LE);
        FloatVector c2 = FloatVector.fromMemorySegment(S, ALL, s + 2 * BYTES, LE);
        FloatVector c3 = FloatVector.fromMemorySegment(S, ALL, s + 3 * BYTES, LE);
        FloatVector c4 = FloatVector.fromMemorySegment(S, ALL, s + 4 * BYTES, LE);
        FloatVector c5 = FloatVector.fromMemorySegment(S, ALL, s + 5 * BYTES, LE);
        FloatVector c6 = FloatVector.fromMemorySegment(S, ALL, s + 6 * BYTES, LE);
        FloatVector c7 = FloatVector.fromMemorySegment(S, ALL, s + 7 * BYTES, LE);
        for (int n = 0; n < images; n++) {
            for (int r = 0; r < rows; r++) {
                long xp = x + n * xImage + r * xRow;
                long gp = g + n * gImage + r * gRow;
                for (int q = 0; q < columns; q++) {
                    long xa = xp & ADDRESS;
                    long ga = gp & ADDRESS;
                    FloatVector g0 = FloatVector.fromMemorySegment(S, ALL, ga, LE);
                    FloatVector a0 = FloatVector.broadcast(S, ALL.get(FLOAT, xa));
                    c0 = a0.fma(g0, c0);
                    FloatVector a1 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + ELEMENT));
                    c1 = a1.fma(g0, c1);
                    FloatVector a2 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 2 * ELEMENT));
                    c2 = a2.fma(g0, c2);
                    FloatVector a3 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 3 * ELEMENT));
                    c3 = a3.fma(g0, c3);
                    FloatVector a4 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 4 * ELEMENT));
                    c4 = a4.fma(g0, c4);
                    FloatVector a5 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 5 * ELEMENT));
                    c5 = a5.fma(g0, c5);
                    FloatVector a6 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 6 * ELEMENT));
                    c6 = a6.fma(g0, c6);
                    FloatVector a7 = FloatVector.broadcast(S, ALL.get(FLOAT, xa + 7 * ELEMENT));
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
