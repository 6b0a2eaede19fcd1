package aligrad.backends.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.BinaryOp;
import aligrad.tensor.DType;
import aligrad.tensor.UnaryOp;
import aligrad.tensor.Window2d;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/// A network's numbers must not depend on how long a loop has run: what stands in for it gives the
/// same bits.
class ColdLoopTest {

    private static final int LANES = Species.LANES_32;

    static long[] blackHole = {};

    private final SplittableRandom random = new SplittableRandom(7);
    private final long limit = ColdLoop.limit();

    @AfterEach
    void restore() {
        ColdLoop.setLimit(limit);
    }

    @Test
    void isReplacedInTheBackgroundOnceItsTimeIsUp() throws InterruptedException {
        ColdLoop.setLimit(1_000_000);
        AtomicInteger turns = new AtomicInteger();
        ColdLoop loop =
                new ColdLoop( // allocates in its first 100 turns, as cold vectors do
                        (memory, turn) -> {
                            if (turns.getAndIncrement() < 100) {
                                blackHole = new long[1000];
                            }
                        });
        loop.ranSince(System.nanoTime());
        Thread.sleep(20);
        assertThat(turns).hasValue(0);
        assertThat(loop.isCold()).isTrue();

        loop.ranSince(System.nanoTime() - 1_000_000);
        for (int i = 0; i < 1000 && loop.isCold(); i++) {
            Thread.sleep(10);
        }
        assertThat(loop.isCold()).isFalse();
        assertThat(turns).hasValueGreaterThan(100);
    }

    @Test
    void neverStandsInWhereThatIsTurnedOff() {
        ColdLoop.setLimit(0);
        assertThat(new ColdLoop((_, _) -> {}).isCold()).isFalse();
    }

    @Test
    void givesTheBitsOfASquaredNorm() {
        for (int n : new int[] {0, 1, 31, 32, 33, 64 * LANES + 5, 10_000}) {
            same(n, 1, 2, (x, _, y) -> Lanes.putF64(y, SquaredNormKernel.block(true, x, n)));
        }
    }

    @Test
    void givesTheBitsOfEveryTileOfAProduct() {
        int k = 37;
        for (int rows = 1; rows <= GemmTile.ROWS; rows++) {
            for (int vectors = 1; vectors <= (rows <= GemmTile.LOW_ROWS ? 3 : 2); vectors++) {
                if (vectors == 3 && !GemmTile.LOW) {
                    continue;
                }
                tile(rows, vectors, k, 4 * k, 4);
                tile(rows, vectors, k, 4, 4 * rows);
            }
        }
    }

    /// A tile stores whole rows of registers; those past `rows` are of no account.
    private void tile(int rows, int vectors, int k, long aRow, long aCol) {
        long row = 4L * vectors * LANES;
        same(
                rows * k,
                k * vectors * LANES,
                GemmTile.ROWS * vectors * LANES,
                rows * vectors * LANES,
                (a, b, c) ->
                        GemmTileF32.INSTANCE.tile(
                                rows, vectors, k, a, aRow, aCol, b, row, c, row, c, row));
    }

    @Test
    void givesTheBitsOfPackedTilesOfAProduct() {
        int width = GemmTile.STRIP_BYTES / 4;
        for (int k : new int[] {1, 36, 37}) {
            same(
                    GemmTile.ROWS * k,
                    k * width,
                    GemmTile.ROWS * width,
                    (a, b, c) ->
                            GemmTileF32.INSTANCE.panel(
                                    k, a, b, c, GemmTile.STRIP_BYTES, c, GemmTile.STRIP_BYTES));
        }
    }

    @Test
    void givesTheBitsOfSingleRowsOfAProduct() {
        int k = 37;
        for (int vectors : new int[] {1, GemmTile.ROW_VECTORS}) {
            same(
                    k,
                    k * vectors * LANES,
                    vectors * LANES,
                    (a, b, c) ->
                            GemmTileF32.INSTANCE.row(
                                    vectors, k, a, 4, b, 4L * vectors * LANES, c, c));
        }
    }

    @Test
    void givesTheBitsOfEveryTileOfAConvolution() {
        Conv2dTileF32 tile = new Conv2dTileF32();
        int cell = Conv2dCells.CELL_BYTES / 4;
        long[] offsets = {0, 4L * 13 * cell, 4L * 27 * cell};
        int[] runs = {5, 16, 3};
        int[][] shapes = {{8, 2}, {4, 2}, {12, 1}, {8, 1}};
        for (int[] shape : shapes) {
            int width = shape[1] * LANES;
            same(
                    40 * cell,
                    24 * width,
                    shape[0] * width,
                    (x, w, y) ->
                            tile.correlate(
                                    shape[0], shape[1], x, offsets, runs, 0, 3, w, y, 4 * width, y,
                                    4 * width));
        }
    }

    @Test
    void givesTheBitsOfEveryTileOfAFilterGradient() {
        Conv2dFilterTileF32 tile = new Conv2dFilterTileF32();
        int cell = Conv2dCells.CELL_BYTES / 4;
        int[][] shapes = {{8, 2}, {4, 2}, {12, 1}, {8, 1}};
        for (int[] shape : shapes) {
            int width = shape[1] * LANES;
            long xRow = 20L * cell;
            long gRow = 20L * width;
            same(
                    12 * 5 * cell,
                    12 * 5 * width,
                    shape[0] * width,
                    (x, g, sums) ->
                            tile.accumulate(
                                    shape[0], shape[1], x, 3 * xRow, xRow, g, 3 * gRow, gRow, 4, 3,
                                    5, sums));
        }
    }

    @Test
    void givesTheBitsOfMaximumPooling() {
        WindowLanesF32 lanes = new WindowLanesF32();
        int channels = 2 * LANES + 3;
        long column = 4L * channels;
        long row = 3 * column;
        same(
                9 * channels,
                9 * channels,
                channels,
                (x, v, y) -> lanes.maxPick(x, v, 3, row, 3, column, channels, y));
        same(
                9 * channels,
                channels,
                9 * channels,
                (x, g, dx) -> lanes.maxSpread(x, g, 3, row, 3, column, channels, dx));
    }

    @Test
    void givesTheBitsOfMaximumPoolingSideBySide() {
        int channels = 2 * LANES + 3;
        Pool2dGeometry s = new Pool2dGeometry(2, 5, 7, channels, Window2d.of(2).withStride(2));
        same(70 * channels, 1, 12 * channels, (x, _, y) -> MaxPool2x2.pick(s, x, y));
        same(
                70 * channels,
                12 * channels,
                70 * channels,
                (x, g, dx) -> MaxPool2x2.spread(s, x, g, dx));
    }

    @Test
    void givesTheBitsOfRandomNumbers() {
        same(1, 1, 1000, (_, _, y) -> PhiloxLoops.uniform(3, 5, 2, 1000, y));
    }

    @Test
    void givesTheBitsOfTheTransformsOfWinograd() {
        int channels = 2 * LANES + 3;
        int row = 3 * LANES;
        long bytes = 4L * row;
        try (Workspace lines = Workspace.of(WinogradLoops.SCRATCH_BYTES, "test")) {
            long scratch = lines.address();
            same(
                    36 * row,
                    1,
                    36 * row,
                    (x, _, v) ->
                            WinogradLoops.ofPatch(
                                    pixels(x, 36, bytes), channels, v, bytes, scratch));
            same(
                    36 * row,
                    row,
                    16 * row,
                    (m, bias, y) ->
                            WinogradLoops.ofPoints(
                                    m, bytes, bias, pixels(y, 16, bytes), channels, scratch));
            same(
                    16 * row,
                    1,
                    36 * row,
                    (g, _, v) ->
                            WinogradLoops.ofGradient(
                                    pixels(g, 16, bytes), channels, v, bytes, scratch));
            same(
                    9 * row,
                    1,
                    36 * row,
                    (w, _, u) ->
                            WinogradLoops.ofFilter(
                                    w + 8 * bytes, -bytes, channels, u, bytes, scratch));
            same(
                    36 * row,
                    1,
                    9 * row,
                    (u, _, dw) ->
                            WinogradLoops.ofFilterPoints(u, bytes, dw, bytes, channels, scratch));
        }
    }

    private static long[] pixels(long first, int count, long step) {
        return LongStream.range(0, count).map(i -> first + i * step).toArray();
    }

    @ParameterizedTest
    @EnumSource
    void givesTheBitsOfUnaryFunctions(UnaryOp f) {
        same(99, 1, 112, (x, _, y) -> FloatUnaryLoops.run(f, x, y, 4 * 96));
    }

    @ParameterizedTest
    @EnumSource
    void givesTheBitsOfBinaryFunctions(BinaryOp f) {
        same(99, 99, 112, (a, b, y) -> FloatBinaryLoops.run(f, a, b, y, 4 * 96));
    }

    @Test
    void givesTheBitsOfAChoice() {
        same(99, 99, 112, (a, b, y) -> FloatBinaryLoops.where(a, a, b, y, 4 * 96));
    }

    private interface Loop {
        void run(long a, long b, long c);
    }

    /// Runs a loop as it starts and as it is later, over numbers of which some are special, and
    /// compares all bits of the third operand.
    private void same(int sizeA, int sizeB, int sizeC, Loop loop) {
        same(sizeA, sizeB, sizeC, sizeC, loop);
    }

    /// @param compared numbers at the front of the third operand
    private void same(int sizeA, int sizeB, int sizeC, int compared, Loop loop) {
        try (Operand a = Operand.of(DType.F32, sizeA, this::number);
                Operand b = Operand.of(DType.F32, sizeB, this::number);
                Operand c = Operand.of(DType.F32, sizeC, random::nextGaussian)) {
            double[] start = c.values();
            Consumer<Long> run =
                    limit -> {
                        for (int i = 0; i < sizeC; i++) {
                            c.set(i, start[i]);
                        }
                        ColdLoop.setLimit(limit);
                        loop.run(a.address(), b.address(), c.address());
                    };
            run.accept(Long.MAX_VALUE);
            double[] cold = Arrays.copyOf(c.values(), compared);
            run.accept(0L);
            assertThat(cold).isEqualTo(Arrays.copyOf(c.values(), compared));
        }
    }

    private double number() {
        return switch (random.nextInt(40)) {
            case 0 -> 0.0;
            case 1 -> -0.0;
            case 2 -> Double.NaN;
            case 3 -> Double.POSITIVE_INFINITY;
            case 4 -> Double.NEGATIVE_INFINITY;
            default -> random.nextGaussian();
        };
    }
}
