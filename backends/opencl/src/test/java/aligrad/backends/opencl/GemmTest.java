package aligrad.backends.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import aligrad.backends.opencl.driver.Buffer;
import aligrad.backends.opencl.driver.Drivers;
import aligrad.backends.opencl.driver.Found;
import aligrad.tensor.DType;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.Random;

/// Every family of kernels on whatever device there is, also those that the device would not
/// choose, against sums in double precision. (The conformance suite sees only what is chosen.)
class GemmTest {

    private static final Optional<OpenClDevice> DEVICE =
            Drivers.here().devices().stream()
                    .filter(found -> found.obstacle() == null)
                    .findFirst()
                    .map(GemmTest::open);

    private final Random random = new Random(7);

    private static OpenClDevice open(Found found) {
        return new OpenClDevice("opencl:test", found.open(), ProgramCache.chosen());
    }

    private enum Family {
        TILES,
        PANELS_OF_64_BYTES,
        PANELS_OF_32_BYTES,
        PANELS_OF_16_BYTES,
        DOTS;

        Gemm on(OpenClDevice device) {
            GemmDots dots = new GemmDots(device);
            return new Gemm(
                    device,
                    switch (this) {
                        case TILES -> new GemmTiles(device, dots, Choices.of(Shipped.NVIDIA));
                        case PANELS_OF_64_BYTES ->
                                new GemmPanels(device, dots, Choices.of(Shipped.LONG_VECTORS));
                        case PANELS_OF_32_BYTES ->
                                new GemmPanels(device, dots, Choices.of(Shipped.SHORT_VECTORS));
                        case PANELS_OF_16_BYTES ->
                                new GemmPanels(device, dots, Choices.of(Shipped.SHORTEST_VECTORS));
                        case DOTS -> dots;
                    });
        }
    }

    private static OpenClDevice device() {
        assumeTrue(DEVICE.isPresent(), "no OpenCL device can be used here");
        return DEVICE.get();
    }

    /// Sizes on both sides of a panel's and of each tile's (16, 32, 64, 128), with few and many
    /// terms.
    @ParameterizedTest
    @EnumSource
    void multipliesMatricesOfEverySize(Family family) {
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            for (int[] mnk :
                    new int[][] {
                        {1, 1, 1}, {5, 7, 3}, {13, 16, 17}, {300, 15, 40}, {67, 31, 600},
                        {40, 48, 9}, {65, 63, 1100}, {130, 257, 35}, {301, 290, 20}, {9, 40, 2500}
                    }) {
                for (int order = 0; order < 4; order++) {
                    multiply(family, dtype, 1, 1, mnk, (order & 1) != 0, (order & 2) != 0, order);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void multipliesBatchesOfTwoAxes(Family family) {
        multiply(family, DType.F32, 2, 3, new int[] {9, 33, 20}, false, false, 1);
        multiply(family, DType.F32, 3, 2, new int[] {60, 20, 33}, true, true, 0);
        multiply(family, DType.F64, 2, 2, new int[] {17, 70, 9}, false, true, 1);
    }

    @ParameterizedTest
    @EnumSource
    void multipliesMoreMatricesThanALaunchHasGroups(Family family) {
        multiply(family, DType.F32, 1, 70_000, new int[] {2, 3, 2}, false, false, 0);
        multiply(family, DType.F32, 70_001, 1, new int[] {2, 3, 2}, false, false, 0);
    }

    @ParameterizedTest
    @EnumSource
    void aProductWithoutTermsIsTheBias(Family family) {
        multiply(family, DType.F32, 1, 2, new int[] {5, 7, 0}, false, false, 1);
    }

    private void multiply(
            Family family,
            DType dtype,
            int outer,
            int inner,
            int[] mnk,
            boolean turnsA,
            boolean turnsB,
            int withBias) {
        OpenClDevice device = device();
        int m = mnk[0];
        int n = mnk[1];
        int k = mnk[2];
        double[] a = draw(outer * inner * m * k);
        double[] b = draw(inner * k * n); // the same for all items of the outer axis
        double[] bias = draw(n);
        String what =
                "%s %s %d·%d (%d, %d)·(%d, %d) transposed: %s %s, bias: %s"
                        .formatted(
                                family, dtype, outer, inner, m, k, k, n, turnsA, turnsB, withBias);
        long[] sa = turnsA ? new long[] {1, m} : new long[] {k, 1};
        long[] sb = turnsB ? new long[] {1, k} : new long[] {n, 1};
        double[][] results = {new double[outer * inner * m * n]};
        device.run(
                () -> {
                    Buffer to = device.scratch(Math.max(1, results[0].length) * 8L);
                    Product p =
                            Product.of(
                                    dtype,
                                    outer,
                                    inner,
                                    m,
                                    n,
                                    k,
                                    new Matrix(
                                            upload(device, dtype, a),
                                            0,
                                            (long) inner * m * k,
                                            (long) m * k,
                                            sa[0],
                                            sa[1]),
                                    new Matrix(
                                            upload(device, dtype, b),
                                            0,
                                            0,
                                            (long) k * n,
                                            sb[0],
                                            sb[1]),
                                    withBias == 0
                                            ? null
                                            : new Matrix(
                                                    upload(device, dtype, bias), 0, 0, 0, 0, 1),
                                    Matrix.dense(to, inner, m, n));
                    family.on(device).run(p);
                    results[0] = download(device, dtype, to, results[0].length);
                });
        for (int item = 0; item < outer * inner; item++) {
            int itemOfB = item % inner;
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    Sum sum = new Sum();
                    for (int t = 0; t < k; t++) {
                        sum.add(
                                a[(int) (item * m * k + i * sa[0] + t * sa[1])],
                                b[(int) (itemOfB * k * n + t * sb[0] + j * sb[1])]);
                    }
                    if (withBias != 0) {
                        sum.add(bias[j], 1);
                    }
                    sum.check(what, dtype, results[0][(item * m + i) * n + j]);
                }
            }
        }
    }

    /// Windows with a step forward and back, with and without a stride, that reach over each side
    /// of the image; two groups; channels on both sides of a tile's rows.
    @ParameterizedTest
    @EnumSource
    void multipliesWindowsOverImages(Family family) {
        Patches.Axis dense = new Patches.Axis(7, 1, -1, 1);
        Patches.Axis strided = new Patches.Axis(5, 2, -2, 1);
        Patches.Axis dilated = new Patches.Axis(6, 1, -3, 3);
        Patches.Axis backwards = new Patches.Axis(8, 1, 2, -1);
        Patches.Axis outside = new Patches.Axis(4, 1, 20, 1);
        for (int channels : new int[] {1, 5, 13}) {
            for (int outs : new int[] {3, 16, 40}) {
                windows(family, DType.F32, channels, outs, dense, strided);
                windows(family, DType.F32, channels, outs, backwards, dilated);
            }
        }
        windows(family, DType.F32, 5, 9, outside, dense);
        windows(family, DType.F32, 70, 70, dense, dense);
        windows(family, DType.F64, 5, 40, dense, strided);
    }

    private static final int IMAGES = 3;
    private static final int HEIGHT = 7;
    private static final int WIDTH = 9;
    private static final int GROUPS = 2;
    private static final int TAPS_DOWN = 3;
    private static final int TAPS_ACROSS = 2;

    private void windows(
            Family family,
            DType dtype,
            int channels,
            int outs,
            Patches.Axis vertical,
            Patches.Axis horizontal) {
        Patches patches =
                new Patches(
                        HEIGHT,
                        WIDTH,
                        GROUPS * channels,
                        channels,
                        TAPS_ACROSS,
                        vertical,
                        horizontal,
                        Patches.Rows.dense(vertical, horizontal, (long) GROUPS * outs));
        double[] x = draw(IMAGES * HEIGHT * WIDTH * GROUPS * channels);
        int pixels = IMAGES * patches.area();
        int taps = TAPS_DOWN * TAPS_ACROSS * channels;
        double[][] rows = new double[GROUPS * pixels][taps];
        for (int row = 0; row < GROUPS * pixels; row++) {
            for (int tap = 0; tap < taps; tap++) {
                rows[row][tap] = element(x, patches, row / pixels, row % pixels, tap);
            }
        }
        String what = "%s %s %s to %d".formatted(family, dtype, patches, outs);
        forward(what, family, dtype, x, rows, patches, pixels, taps, outs);
        transposed(what, family, dtype, x, rows, patches, pixels, taps, outs);
    }

    /// Element (pixel, tap) of the windows over the channels of a group.
    private static double element(double[] x, Patches patches, int group, int pixel, int tap) {
        Patches.Axis down = patches.vertical();
        Patches.Axis across = patches.horizontal();
        int windowX = pixel % across.windows();
        int windowY = pixel / across.windows() % down.windows();
        int channel = tap % patches.channels();
        int tapX = tap / patches.channels() % TAPS_ACROSS;
        int tapY = tap / patches.channels() / TAPS_ACROSS;
        int py = windowY * down.stride() + down.start() + tapY * down.step();
        int px = windowX * across.stride() + across.start() + tapX * across.step();
        if (py < 0 || py >= HEIGHT || px < 0 || px >= WIDTH) {
            return 0;
        }
        int image = pixel / patches.area();
        return x[
                ((image * HEIGHT + py) * WIDTH + px) * patches.pitch()
                        + group * patches.channels()
                        + channel];
    }

    private void forward(
            String what,
            Family family,
            DType dtype,
            double[] x,
            double[][] rows,
            Patches patches,
            int pixels,
            int taps,
            int outs) {
        OpenClDevice device = device();
        double[] filter = draw(GROUPS * outs * taps);
        double[][] y = {new double[pixels * GROUPS * outs]};
        device.run(
                () -> {
                    Buffer to = device.scratch(y[0].length * 8L);
                    Matrix images =
                            new Matrix(upload(device, dtype, x), 0, 0, patches.channels(), 0, 0);
                    Matrix filters =
                            new Matrix(
                                    upload(device, dtype, filter),
                                    0,
                                    0,
                                    (long) outs * taps,
                                    1,
                                    taps);
                    Matrix c = new Matrix(to, 0, 0, outs, (long) GROUPS * outs, 1);
                    family.on(device)
                            .run(
                                    new Product(
                                            dtype,
                                            1,
                                            GROUPS,
                                            pixels,
                                            outs,
                                            taps,
                                            Product.Form.PATCHES,
                                            images,
                                            filters,
                                            null,
                                            c,
                                            patches));
                    y[0] = download(device, dtype, to, y[0].length);
                });
        for (int group = 0; group < GROUPS; group++) {
            for (int pixel = 0; pixel < pixels; pixel++) {
                for (int out = 0; out < outs; out++) {
                    Sum sum = new Sum();
                    for (int tap = 0; tap < taps; tap++) {
                        sum.add(
                                rows[group * pixels + pixel][tap],
                                filter[(group * outs + out) * taps + tap]);
                    }
                    sum.check(what, dtype, y[0][(pixel * GROUPS + group) * outs + out]);
                }
            }
        }
    }

    private void transposed(
            String what,
            Family family,
            DType dtype,
            double[] x,
            double[][] rows,
            Patches patches,
            int pixels,
            int taps,
            int outs) {
        OpenClDevice device = device();
        double[] g = draw(pixels * GROUPS * outs);
        double[][] filter = {new double[GROUPS * outs * taps]};
        device.run(
                () -> {
                    Buffer to = device.scratch(filter[0].length * 8L);
                    Matrix images =
                            new Matrix(upload(device, dtype, x), 0, 0, patches.channels(), 0, 0);
                    Matrix results =
                            new Matrix(
                                    upload(device, dtype, g), 0, 0, outs, (long) GROUPS * outs, 1);
                    Matrix c = new Matrix(to, 0, 0, (long) outs * taps, 1, taps);
                    family.on(device)
                            .run(
                                    new Product(
                                            dtype,
                                            1,
                                            GROUPS,
                                            taps,
                                            outs,
                                            pixels,
                                            Product.Form.TAPS,
                                            images,
                                            results,
                                            null,
                                            c,
                                            patches));
                    filter[0] = download(device, dtype, to, filter[0].length);
                });
        for (int group = 0; group < GROUPS; group++) {
            for (int out = 0; out < outs; out++) {
                for (int tap = 0; tap < taps; tap++) {
                    Sum sum = new Sum();
                    for (int pixel = 0; pixel < pixels; pixel++) {
                        sum.add(
                                rows[group * pixels + pixel][tap],
                                g[(pixel * GROUPS + group) * outs + out]);
                    }
                    sum.check(
                            what + ", transposed",
                            dtype,
                            filter[0][(group * outs + out) * taps + tap]);
                }
            }
        }
    }

    /// A sum of products, and by how much a device may differ from it: a rounding for each.
    private static final class Sum {
        private double value;
        private double magnitude;
        private int terms;

        void add(double a, double b) {
            value += a * b;
            magnitude += Math.abs(a * b);
            terms++;
        }

        /// In double precision the sum here is rounded as often.
        void check(String what, DType dtype, double result) {
            double unit = dtype == DType.F32 ? 0x1p-24 : 0x1p-52;
            double allowed = (terms + 1) * unit * magnitude;
            if (!(Math.abs(result - value) <= allowed)) {
                assertThat(result).as(what).isEqualTo(value);
            }
        }
    }

    /// Numbers that are floats, so that both types compute with the same.
    private double[] draw(int count) {
        return random.doubles(count, -1, 1).map(x -> (float) x).toArray();
    }

    private static Buffer upload(OpenClDevice device, DType dtype, double[] values) {
        Buffer buffer = device.scratch(Math.max(1, values.length) * 8L);
        device.session().write(bytes(dtype, values), buffer, 0);
        return buffer;
    }

    private static MemorySegment bytes(DType dtype, double[] values) {
        if (dtype == DType.F64) {
            return MemorySegment.ofArray(values);
        }
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return MemorySegment.ofArray(floats);
    }

    private static double[] download(OpenClDevice device, DType dtype, Buffer from, int count) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[count * dtype.bytes()]);
        device.session().read(from, 0, bytes);
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] =
                    dtype == DType.F32
                            ? bytes.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i)
                            : bytes.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 8L * i);
        }
        return values;
    }
}
