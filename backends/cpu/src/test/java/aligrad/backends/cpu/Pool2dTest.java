package aligrad.backends.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import aligrad.tensor.DType;
import aligrad.tensor.Window2d;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;

class Pool2dTest {

    private static List<Pool2dGeometry> geometries() {
        List<Pool2dGeometry> all = new ArrayList<>();
        all.add(new Pool2dGeometry(2, 8, 8, 16, Window2d.of(2).withStride(2)));
        all.add(new Pool2dGeometry(1, 8, 8, 70, Window2d.of(8))); // global, two blocks of channels
        all.add(new Pool2dGeometry(0, 8, 8, 16, Window2d.of(2).withStride(2)));
        for (int c : new int[] {1, 8, 15, 16, 17, 40}) { // side by side, odd edges without a window
            all.add(new Pool2dGeometry(2, 7, 5, c, Window2d.of(2).withStride(2)));
            all.add(new Pool2dGeometry(3, 2, 9, c, Window2d.of(2).withStride(2)));
        }
        Random random = new Random(11);
        int[] kernels = {1, 2, 3, 5, 7};
        int[] channels = {1, 3, 7, 8, 9, 16, 17, 33};
        while (all.size() < 200) {
            int h = 1 + random.nextInt(9);
            int w = 1 + random.nextInt(9);
            int kh = kernels[random.nextInt(5)];
            int kw = kernels[random.nextInt(5)];
            Window2d window =
                    new Window2d(
                            kh,
                            kw,
                            1 + random.nextInt(3),
                            1 + random.nextInt(3),
                            random.nextInt(kh / 2 + 1),
                            random.nextInt(kw / 2 + 1),
                            1 + random.nextInt(2),
                            1 + random.nextInt(2));
            if (window.outputHeight(h) >= 1 && window.outputWidth(w) >= 1) {
                int c = channels[random.nextInt(channels.length)];
                all.add(new Pool2dGeometry(1 + random.nextInt(3), h, w, c, window));
            }
        }
        return all;
    }

    private static int images(Pool2dGeometry s) {
        return s.n() * s.h() * s.w() * s.c();
    }

    private static int results(Pool2dGeometry s) {
        return s.n() * s.oh() * s.ow() * s.c();
    }

    /// A result element and the image elements in its window, in row-major order.
    private interface Place {
        void at(int result, List<Integer> window);
    }

    private static void visit(Pool2dGeometry s, Place place) {
        Window2d window = s.window();
        for (int o = 0; o < results(s); o++) {
            int c = o % s.c();
            int ox = o / s.c() % s.ow();
            int oy = o / s.c() / s.ow() % s.oh();
            int n = o / s.c() / s.ow() / s.oh();
            List<Integer> inside = new ArrayList<>();
            for (int ky = 0; ky < window.kernelHeight(); ky++) {
                int y =
                        oy * window.strideHeight()
                                - window.paddingHeight()
                                + ky * window.dilationHeight();
                for (int kx = 0; kx < window.kernelWidth(); kx++) {
                    int x =
                            ox * window.strideWidth()
                                    - window.paddingWidth()
                                    + kx * window.dilationWidth();
                    if (y >= 0 && y < s.h() && x >= 0 && x < s.w()) {
                        inside.add(((n * s.h() + y) * s.w() + x) * s.c() + c);
                    }
                }
            }
            place.at(o, inside);
        }
    }

    /// The first of the largest; the first not-a-number if there is one.
    private static int largest(double[] x, List<Integer> window) {
        int best = window.getFirst();
        for (int i : window) {
            if (x[i] > x[best] || Double.isNaN(x[i]) && !Double.isNaN(x[best])) {
                best = i;
            }
        }
        return best;
    }

    private static double[] maxPick(DType dtype, Pool2dGeometry s, Operand x, Operand v) {
        try (Operand y = Operand.result(dtype, results(s))) {
            Pool2d.maxPick(dtype, s, x.address(), v.address(), y.address());
            return y.values();
        }
    }

    private static double[] maxSpread(DType dtype, Pool2dGeometry s, Operand x, Operand g) {
        try (Operand dx = Operand.result(dtype, images(s))) {
            Pool2d.maxSpread(dtype, s, x.address(), g.address(), dx.address());
            return dx.values();
        }
    }

    private static double[] average(
            DType dtype, Pool2dGeometry s, boolean includePadding, Operand x) {
        try (Operand y = Operand.result(dtype, results(s))) {
            Pool2d.average(dtype, s, includePadding, x.address(), y.address());
            return y.values();
        }
    }

    private static double[] averageSpread(
            DType dtype, Pool2dGeometry s, boolean includePadding, Operand g) {
        try (Operand dx = Operand.result(dtype, images(s))) {
            Pool2d.averageSpread(dtype, s, includePadding, g.address(), dx.address());
            return dx.values();
        }
    }

    /// Few different numbers, so that most windows have ties, and some that are none.
    private static DoubleSupplier ties(Random random) {
        return () -> random.nextInt(12) == 0 ? Double.NaN : random.nextInt(4) - 3;
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64"})
    void picksAndSpreadsAtTheFirstOfTheLargest(DType dtype) {
        Random random = new Random(1);
        for (Pool2dGeometry s : geometries()) {
            int[] next = {0};
            try (Operand x = Operand.of(dtype, images(s), ties(random));
                    Operand places = Operand.of(dtype, images(s), () -> next[0]++);
                    Operand g = Operand.of(dtype, results(s), () -> random.nextInt(9) - 4)) {
                double[] values = x.values();
                double[] picked = new double[results(s)];
                double[] spread = new double[images(s)];
                double[] gradients = g.values();
                visit(
                        s,
                        (o, window) -> {
                            if (window.isEmpty()) {
                                picked[o] = Double.NEGATIVE_INFINITY;
                            } else {
                                int best = largest(values, window);
                                picked[o] = best;
                                spread[best] += gradients[o];
                            }
                        });
                assertThat(maxPick(dtype, s, x, places)).as("%s", s).isEqualTo(picked);
                double[] largest = new double[picked.length];
                Arrays.setAll(
                        largest,
                        o -> picked[o] >= 0 ? values[(int) picked[o]] : Double.NEGATIVE_INFINITY);
                assertThat(maxPick(dtype, s, x, x)).as("%s", s).isEqualTo(largest);
                assertThat(maxSpread(dtype, s, x, g)).as("%s", s).isEqualTo(spread);
            }
        }
    }

    /// One rounding for each pixel of the window and one for the division; for the adjoint one for
    /// each window that covers the pixel and one for each division.
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64"})
    void averagesEqualPlainLoops(DType dtype) {
        Random random = new Random(2);
        double unit = dtype == DType.F32 ? 0x1p-24 : 0x1p-52; // the loops round in double as well
        for (Pool2dGeometry s : geometries()) {
            int taps = s.window().kernelHeight() * s.window().kernelWidth();
            for (boolean includePadding : new boolean[] {true, false}) {
                try (Operand x = Operand.of(dtype, images(s), random::nextGaussian);
                        Operand g = Operand.of(dtype, results(s), random::nextGaussian)) {
                    double[] in = x.values();
                    double[] gradients = g.values();
                    double[] mean = new double[results(s)];
                    double[] meanSize = new double[results(s)];
                    double[] spread = new double[images(s)];
                    double[] spreadSize = new double[images(s)];
                    visit(
                            s,
                            (o, window) -> {
                                int count = includePadding ? taps : window.size();
                                for (int i : window) {
                                    mean[o] += in[i] / count;
                                    meanSize[o] += Math.abs(in[i]) / count;
                                    spread[i] += gradients[o] / count;
                                    spreadSize[i] += Math.abs(gradients[o]) / count;
                                }
                            });
                    requireClose(
                            s, average(dtype, s, includePadding, x), mean, meanSize, taps * unit);
                    requireClose(
                            s,
                            averageSpread(dtype, s, includePadding, g),
                            spread,
                            spreadSize,
                            (taps + 1) * unit);
                }
            }
        }
    }

    private static void requireClose(
            Pool2dGeometry s, double[] actual, double[] expected, double[] size, double bound) {
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i])
                    .as("%s [%d]", s, i)
                    .isCloseTo(expected[i], within(2 * bound * size[i]));
        }
    }

    /// The window of the last result covers rows 2 and 3 of the image and one row of padding: (9 +
    /// 10 + 13 + 14 ... ) is spelled out below for a 2x2 window on a 3x3 image, padding 1, stride
    /// 2.
    @Test
    void paddingCountsAsZerosOnlyIfAsked() {
        // 1 2 3      windows (top left): only 1 is inside, of 4 places; (top right): 2 and 3;
        // 4 5 6      (bottom left): 4 and 7; (bottom right): 5, 6, 8, 9
        // 7 8 9
        Pool2dGeometry s =
                new Pool2dGeometry(1, 3, 3, 1, Window2d.of(2).withStride(2).withPadding(1));
        int[] next = {1};
        try (Operand x = Operand.of(DType.F32, 9, () -> next[0]++)) {
            assertThat(average(DType.F32, s, true, x)).containsExactly(0.25, 1.25, 2.75, 7);
            assertThat(average(DType.F32, s, false, x)).containsExactly(1, 2.5, 5.5, 7);
        }
    }

    @Test
    void theSpreadsAreAdjoint() {
        Random random = new Random(3);
        for (Pool2dGeometry s : geometries()) {
            try (Operand x = Operand.of(DType.F64, images(s), random::nextGaussian);
                    Operand v = Operand.of(DType.F64, images(s), random::nextGaussian);
                    Operand g = Operand.of(DType.F64, results(s), random::nextGaussian)) {
                double[] picked = maxPick(DType.F64, s, x, v);
                for (int i = 0; i < picked.length; i++) {
                    picked[i] = Double.isInfinite(picked[i]) ? 0 : picked[i]; // an empty window
                }
                assertThat(dot(maxSpread(DType.F64, s, x, g), v.values()))
                        .as("%s", s)
                        .isCloseTo(dot(picked, g.values()), within(1e-10));
                assertThat(dot(averageSpread(DType.F64, s, false, g), v.values()))
                        .as("%s", s)
                        .isCloseTo(dot(average(DType.F64, s, false, v), g.values()), within(1e-10));
            }
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64"})
    void anyNumberOfThreadsGivesTheSameBits(DType dtype) {
        Random random = new Random(4);
        Pool2dGeometry s =
                new Pool2dGeometry(5, 32, 32, 70, Window2d.of(3).withStride(2).withPadding(1));
        int before = Workers.threads();
        try (Operand x = Operand.of(dtype, images(s), random::nextGaussian);
                Operand g = Operand.of(dtype, results(s), random::nextGaussian)) {
            Workers.setThreads(1);
            double[] y = maxPick(dtype, s, x, x);
            double[] dx = maxSpread(dtype, s, x, g);
            double[] mean = average(dtype, s, false, x);
            double[] shares = averageSpread(dtype, s, true, g);
            for (int threads = 2; threads <= 4; threads++) {
                Workers.setThreads(threads);
                assertThat(maxPick(dtype, s, x, x)).isEqualTo(y);
                assertThat(maxSpread(dtype, s, x, g)).isEqualTo(dx);
                assertThat(average(dtype, s, false, x)).isEqualTo(mean);
                assertThat(averageSpread(dtype, s, true, g)).isEqualTo(shares);
            }
        } finally {
            Workers.setThreads(before);
        }
    }
}
