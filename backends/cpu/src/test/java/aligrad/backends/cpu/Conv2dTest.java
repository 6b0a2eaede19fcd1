package aligrad.backends.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import aligrad.tensor.DType;
import aligrad.tensor.Window2d;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;

/// The forms whose sums are plain: [WinogradTest] has the other.
class Conv2dTest {

    @BeforeEach
    void plainSums() {
        Winograd.setEnabled(false);
    }

    @AfterEach
    void restore() {
        Winograd.setEnabled(true);
    }

    private static final int RANDOM_GEOMETRIES = 250;

    /// Half an ulp of 1.
    private static double unit(DType dtype) {
        return dtype == DType.F32 ? 0x1p-24 : 0x1p-53;
    }

    private static Conv2dGeometry geometry(
            int n, int h, int w, int c, int o, Window2d window, int groups) {
        return new Conv2dGeometry(n, h, w, c, o, window, groups);
    }

    /// One geometry of each kind that has its own path, then ragged ones at random.
    private static List<Conv2dGeometry> geometries() {
        Window2d three = Window2d.of(3).withPadding(1);
        List<Conv2dGeometry> all =
                new ArrayList<>(
                        List.of(
                                geometry(2, 9, 9, 3, 16, three, 1), // folded columns
                                geometry(
                                        1,
                                        9,
                                        9,
                                        3,
                                        7,
                                        Window2d.of(7).withStride(2).withPadding(3),
                                        1),
                                geometry(2, 8, 8, 33, 33, three, 1), // ragged vectors both ways
                                geometry(2, 8, 8, 16, 64, three, 1), // whole tiles
                                geometry(1, 9, 9, 17, 32, three.withStride(2), 1),
                                geometry(1, 9, 9, 8, 9, three.withStride(3), 1),
                                // gradients as products with windows
                                geometry(3, 21, 23, 115, 97, three.withStride(2), 1),
                                geometry(2, 13, 9, 128, 96, three.withDilation(2, 3), 1),
                                geometry(0, 9, 9, 128, 96, three.withStride(2), 1),
                                geometry(
                                        1,
                                        7,
                                        6,
                                        42,
                                        99,
                                        Window2d.of(5).withStride(3).withPadding(4),
                                        1),
                                geometry(1, 4, 4, 200, 40, three, 1), // a reduction in chunks
                                geometry(2, 5, 6, 16, 33, Window2d.of(1), 1), // a matrix product
                                geometry(2, 7, 8, 16, 33, Window2d.of(1).withStride(2), 1),
                                geometry(2, 8, 7, 5, 4, Window2d.of(1).withStride(3), 1),
                                geometry(2, 9, 9, 17, 17, three, 17), // depthwise
                                geometry(1, 9, 9, 16, 32, three, 16), // two filters a channel
                                geometry(1, 9, 9, 16, 8, three, 2),
                                geometry(1, 9, 9, 8, 8, three.withDilation(2, 2), 1),
                                geometry(1, 1, 1, 1, 1, three, 1),
                                geometry(
                                        1,
                                        1,
                                        1,
                                        4,
                                        4,
                                        Window2d.of(1).withStride(2).withPadding(1),
                                        1),
                                geometry(1, 40, 70, 2, 3, three, 1), // many bands and walks
                                geometry(20, 3, 3, 5, 6, three, 1))); // several images a walk
        Random random = new Random(7);
        while (all.size() < RANDOM_GEOMETRIES) {
            int[] channels = {1, 3, 7, 8, 9, 16, 17, 33};
            int c = pick(random, channels);
            int o = pick(random, channels);
            int groups = pick(random, 1, 1, 2, c);
            if (c % groups != 0) {
                continue;
            }
            if (o % groups != 0) {
                o = groups * (1 + random.nextInt(2));
            }
            int h = 1 + random.nextInt(9);
            int w = 1 + random.nextInt(9);
            Window2d window =
                    new Window2d(
                            pick(random, 1, 2, 3, 5, 7),
                            pick(random, 1, 2, 3, 5, 7),
                            1 + random.nextInt(3),
                            1 + random.nextInt(3),
                            random.nextInt(4),
                            random.nextInt(4),
                            1 + random.nextInt(2),
                            1 + random.nextInt(2));
            if (window.outputHeight(h) >= 1 && window.outputWidth(w) >= 1) {
                all.add(geometry(1 + random.nextInt(3), h, w, c, o, window, groups));
            }
        }
        return all;
    }

    private static int pick(Random random, int... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /// With whole numbers this small no sum is ever rounded, so every order of summation must give
    /// the very same numbers as the plain loops.
    private static DoubleSupplier wholeNumbers(Random random) {
        return () -> random.nextInt(9) - 4;
    }

    private static double[] forward(
            DType dtype, Conv2dGeometry s, Operand x, Operand w, Operand bias) {
        try (Operand y = Operand.result(dtype, Conv2dOracle.results(s))) {
            Conv2d.forward(
                    dtype, s, x.address(), Filters.at(w.address()), bias.address(), y.address());
            return y.values();
        }
    }

    private static double[] inputGradient(DType dtype, Conv2dGeometry s, Operand g, Operand w) {
        try (Operand dx = Operand.result(dtype, Conv2dOracle.images(s))) {
            Conv2d.inputGradient(dtype, s, g.address(), Filters.at(w.address()), dx.address());
            return dx.values();
        }
    }

    private static double[] filterGradient(DType dtype, Conv2dGeometry s, Operand x, Operand g) {
        try (Operand dw = Operand.result(dtype, Conv2dOracle.filters(s))) {
            Conv2d.filterGradient(dtype, s, x.address(), g.address(), dw.address());
            return dw.values();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64"})
    void allPassesEqualPlainLoopsOnWholeNumbers(DType dtype) {
        Random random = new Random(1);
        for (Conv2dGeometry s : geometries()) {
            DoubleSupplier numbers = wholeNumbers(random);
            try (Operand x = Operand.of(dtype, Conv2dOracle.images(s), numbers);
                    Operand w = Operand.of(dtype, Conv2dOracle.filters(s), numbers);
                    Operand g = Operand.of(dtype, Conv2dOracle.results(s), numbers);
                    Operand bias = Operand.of(dtype, s.o(), numbers)) {
                assertThat(forward(dtype, s, x, w, bias))
                        .as("forward of %s", s)
                        .isEqualTo(Conv2dOracle.forward(s, x.values(), w.values(), bias.values()));
                assertThat(inputGradient(dtype, s, g, w))
                        .as("input gradient of %s", s)
                        .isEqualTo(Conv2dOracle.inputGradient(s, g.values(), w.values()));
                assertThat(filterGradient(dtype, s, x, g))
                        .as("filter gradient of %s", s)
                        .isEqualTo(Conv2dOracle.filterGradient(s, x.values(), g.values()));
            }
        }
    }

    /// A sum of `k` products in any order, each step rounded once, is off by at most `k · u` times
    /// the sum of the magnitudes (to first order; Higham, *Accuracy and Stability*, section 3.1).
    /// The sum of magnitudes is the same convolution of absolute values.
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64"})
    void errorsStayWithinTheBoundOfSummation(DType dtype) {
        Random random = new Random(2);
        for (Conv2dGeometry s : geometries().subList(0, 60)) {
            DoubleSupplier normal = random::nextGaussian;
            try (Operand x = Operand.of(dtype, Conv2dOracle.images(s), normal);
                    Operand w = Operand.of(dtype, Conv2dOracle.filters(s), normal);
                    Operand g = Operand.of(dtype, Conv2dOracle.results(s), normal);
                    Operand bias = Operand.of(dtype, s.o(), normal)) {
                double[] ax = magnitudes(x);
                double[] aw = magnitudes(w);
                double[] ag = magnitudes(g);
                int perFilter = s.kh() * s.kw() * s.channelsPerGroup() + 1;
                requireBound(
                        s + " forward",
                        forward(dtype, s, x, w, bias),
                        Conv2dOracle.forward(s, x.values(), w.values(), bias.values()),
                        Conv2dOracle.forward(s, ax, aw, magnitudes(bias)),
                        perFilter * unit(dtype));
                requireBound(
                        s + " input gradient",
                        inputGradient(dtype, s, g, w),
                        Conv2dOracle.inputGradient(s, g.values(), w.values()),
                        Conv2dOracle.inputGradient(s, ag, aw),
                        s.kh() * s.kw() * s.filtersPerGroup() * unit(dtype));
                requireBound(
                        s + " filter gradient",
                        filterGradient(dtype, s, x, g),
                        Conv2dOracle.filterGradient(s, x.values(), g.values()),
                        Conv2dOracle.filterGradient(s, ax, ag),
                        s.n() * s.oh() * s.ow() * unit(dtype));
            }
        }
    }

    private static double[] magnitudes(Operand operand) {
        return Arrays.stream(operand.values()).map(Math::abs).toArray();
    }

    private static void requireBound(
            String what, double[] actual, double[] expected, double[] magnitude, double bound) {
        for (int i = 0; i < expected.length; i++) {
            // the oracle itself is rounded in double precision, hence twice in F64
            double allowed = (bound + bound * 0x1p-20 + expected.length * 0x1p-53) * magnitude[i];
            assertThat(actual[i]).as("%s [%d]", what, i).isCloseTo(expected[i], within(allowed));
        }
    }

    /// The order of summation is part of the contract: it is the same for every number of threads
    /// and every vector width, and so are the bits. The forward pass adds channels in cells of 16,
    /// in a cell tap after tap; the filter gradient adds pixels in their order.
    @Test
    void sumsAreChainsOfFusedMultiplyAddsInTheStatedOrder() {
        Conv2dGeometry s = geometry(2, 6, 5, 33, 19, Window2d.of(3).withPadding(1), 1);
        Random random = new Random(5);
        try (Operand x = Operand.of(DType.F32, Conv2dOracle.images(s), random::nextGaussian);
                Operand w = Operand.of(DType.F32, Conv2dOracle.filters(s), random::nextGaussian);
                Operand g = Operand.of(DType.F32, Conv2dOracle.results(s), random::nextGaussian);
                Operand bias = Operand.of(DType.F32, s.o(), random::nextGaussian)) {
            float[] y = new float[Conv2dOracle.results(s)];
            for (int i = 0; i < y.length; i++) {
                y[i] = (float) bias.values()[i % s.o()];
            }
            double[] xs = x.values();
            double[] ws = w.values();
            double[] gs = g.values();
            for (int cell = 0; cell < 3; cell++) {
                int first = 16 * cell;
                Conv2dOracle.visit(
                        s,
                        (i, k, o) -> {
                            if (i % s.c() / 16 * 16 == first) {
                                y[o] = Math.fma((float) xs[i], (float) ws[k], y[o]);
                            }
                        });
            }
            float[] dw = new float[Conv2dOracle.filters(s)];
            Conv2dOracle.visit(
                    s, (i, k, o) -> dw[k] = Math.fma((float) xs[i], (float) gs[o], dw[k]));
            assertThat(forward(DType.F32, s, x, w, bias)).isEqualTo(doubles(y));
            assertThat(filterGradient(DType.F32, s, x, g)).isEqualTo(doubles(dw));
        }
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    @Test
    void theGradientsAreAdjointToTheForwardPass() {
        Random random = new Random(3);
        for (Conv2dGeometry s : geometries()) {
            try (Operand x = Operand.of(DType.F64, Conv2dOracle.images(s), random::nextGaussian);
                    Operand w =
                            Operand.of(DType.F64, Conv2dOracle.filters(s), random::nextGaussian);
                    Operand g =
                            Operand.of(DType.F64, Conv2dOracle.results(s), random::nextGaussian);
                    Operand zero = Operand.of(DType.F64, s.o(), () -> 0)) {
                double[] y = forward(DType.F64, s, x, w, zero);
                double size = dot(magnitudes(g), Arrays.stream(y).map(Math::abs).toArray());
                double yg = dot(y, g.values());
                double tolerance = 1e-12 * (1 + size);
                assertThat(dot(x.values(), inputGradient(DType.F64, s, g, w)))
                        .as("⟨x, dx⟩ of %s", s)
                        .isCloseTo(yg, within(tolerance));
                assertThat(dot(w.values(), filterGradient(DType.F64, s, x, g)))
                        .as("⟨w, dw⟩ of %s", s)
                        .isCloseTo(yg, within(tolerance));
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
        Window2d three = Window2d.of(3).withPadding(1);
        List<Conv2dGeometry> shared =
                List.of(
                        geometry(5, 32, 32, 3, 16, three, 1), // three parts in the filter gradient
                        geometry(3, 16, 16, 17, 33, three, 1),
                        geometry(1, 9, 9, 72, 80, three, 1), // tasks by blocks of channels
                        geometry(9, 32, 32, 8, 24, three.withStride(2), 1),
                        geometry(9, 32, 32, 40, 40, three, 40),
                        geometry(6, 16, 16, 64, 64, Window2d.of(1), 1),
                        geometry(6, 16, 16, 64, 64, Window2d.of(1).withStride(2), 1));
        int before = Workers.threads();
        try {
            for (Conv2dGeometry s : shared) {
                Random random = new Random(4);
                try (Operand x = Operand.of(dtype, Conv2dOracle.images(s), random::nextGaussian);
                        Operand w =
                                Operand.of(dtype, Conv2dOracle.filters(s), random::nextGaussian);
                        Operand g =
                                Operand.of(dtype, Conv2dOracle.results(s), random::nextGaussian);
                        Operand bias = Operand.of(dtype, s.o(), random::nextGaussian)) {
                    Workers.setThreads(1);
                    double[] y = forward(dtype, s, x, w, bias);
                    double[] dx = inputGradient(dtype, s, g, w);
                    double[] dw = filterGradient(dtype, s, x, g);
                    for (int threads = 2; threads <= 4; threads++) {
                        Workers.setThreads(threads);
                        String what = s + " with " + threads + " threads";
                        assertThat(forward(dtype, s, x, w, bias)).as(what).isEqualTo(y);
                        assertThat(inputGradient(dtype, s, g, w)).as(what).isEqualTo(dx);
                        assertThat(filterGradient(dtype, s, x, g)).as(what).isEqualTo(dw);
                    }
                }
            }
        } finally {
            Workers.setThreads(before);
        }
    }

    @Test
    void anEmptyBatchGivesAnEmptyResultAndZeroFilterGradient() {
        Window2d three = Window2d.of(3).withPadding(1);
        for (Conv2dGeometry s :
                List.of(
                        geometry(0, 8, 8, 16, 16, three, 1),
                        geometry(0, 8, 8, 16, 16, three, 16),
                        geometry(0, 8, 8, 16, 16, Window2d.of(1), 1))) {
            try (Operand none = Operand.of(DType.F32, 0, () -> 0);
                    Operand w = Operand.of(DType.F32, Conv2dOracle.filters(s), () -> 1);
                    Operand bias = Operand.of(DType.F32, s.o(), () -> 1)) {
                assertThat(forward(DType.F32, s, none, w, bias)).isEmpty();
                assertThat(inputGradient(DType.F32, s, none, w)).isEmpty();
                assertThat(filterGradient(DType.F32, s, none, none))
                        .hasSize(Conv2dOracle.filters(s))
                        .containsOnly(0);
            }
        }
    }

    @Test
    void withoutInputChannelsTheResultIsTheBias() {
        Conv2dGeometry s = geometry(1, 4, 4, 0, 3, Window2d.of(3).withPadding(1), 1);
        try (Operand none = Operand.of(DType.F32, 0, () -> 0);
                Operand bias = Operand.of(DType.F32, 3, () -> 2)) {
            assertThat(forward(DType.F32, s, none, none, bias)).hasSize(48).containsOnly(2);
        }
    }
}
