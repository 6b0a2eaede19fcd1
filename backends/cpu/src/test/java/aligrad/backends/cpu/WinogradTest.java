package aligrad.backends.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.DType;
import aligrad.tensor.Window2d;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

class WinogradTest {

    private static final Window2d SAME = Window2d.of(3).withPadding(1);

    private final int threads = Workers.threads();

    @AfterEach
    void restore() {
        Workers.setThreads(threads);
        Winograd.setEnabled(true);
    }

    private static Conv2dGeometry geometry(int n, int h, int w, int c, int o, Window2d window) {
        return new Conv2dGeometry(n, h, w, c, o, window, 1);
    }

    /// Sizes with and without a remainder by 4, every padding, channels that do and do not fill
    /// vectors, one block of tiles and several, sums in one chain and in several.
    private static List<Conv2dGeometry> geometries() {
        List<Conv2dGeometry> all = new ArrayList<>();
        for (int size = 3; size <= 9; size++) {
            all.add(geometry(8, size, 12 - size, 32, 48, SAME));
        }
        for (int padding = 0; padding <= 2; padding++) {
            all.add(geometry(6, 8, 11, 33, 40, Window2d.of(3).withPadding(padding)));
        }
        all.add(geometry(16, 8, 8, 47, 65, SAME));
        all.add(geometry(3, 20, 20, 160, 40, SAME));
        all.add(geometry(2, 8, 8, 256, 256, SAME));
        all.add(geometry(11, 28, 28, 32, 32, SAME)); // 539 tiles: two chains
        all.add(geometry(9, 9, 11, 16, 17, SAME)); // the fewest channels
        all.add(geometry(20, 8, 8, 128, 80, SAME)); // large filters, two blocks
        all.add(geometry(13, 16, 16, 96, 96, SAME)); // large sums, two blocks
        return all;
    }

    private record Passes(double[] y, double[] dx, double[] dw) {}

    private static Passes run(Conv2dGeometry s, Operand x, Operand w, Operand g, Operand bias) {
        try (Operand y = Operand.result(DType.F32, Conv2dOracle.results(s));
                Operand dx = Operand.result(DType.F32, Conv2dOracle.images(s));
                Operand dw = Operand.result(DType.F32, Conv2dOracle.filters(s))) {
            Filters filters = Filters.at(w.address());
            Conv2d.forward(DType.F32, s, x.address(), filters, bias.address(), y.address());
            Conv2d.inputGradient(DType.F32, s, g.address(), filters, dx.address());
            Conv2d.filterGradient(DType.F32, s, x.address(), g.address(), dw.address());
            return new Passes(y.values(), dx.values(), dw.values());
        }
    }

    private interface Check {
        void of(Operand x, Operand w, Operand g, Operand bias);
    }

    private static void withNumbers(Conv2dGeometry s, Check check) {
        Random random = new Random(11);
        try (Operand x = Operand.of(DType.F32, Conv2dOracle.images(s), random::nextGaussian);
                Operand w = Operand.of(DType.F32, Conv2dOracle.filters(s), random::nextGaussian);
                Operand g = Operand.of(DType.F32, Conv2dOracle.results(s), random::nextGaussian);
                Operand bias = Operand.of(DType.F32, s.o(), random::nextGaussian)) {
            check.of(x, w, g, bias);
        }
    }

    @Test
    void everyPassIsWithinOneHundredThousandthOfSumsInDouble() {
        for (Conv2dGeometry s : geometries()) {
            assertThat(Winograd.pays(DType.F32, s)).as("%s", s).isTrue();
            withNumbers(
                    s,
                    (x, w, g, bias) -> {
                        Passes p = run(s, x, w, g, bias);
                        assertThat(
                                        error(
                                                p.y,
                                                Conv2dOracle.forward(
                                                        s, x.values(), w.values(), bias.values())))
                                .as("forward of %s", s)
                                .isLessThan(1e-5);
                        assertThat(
                                        error(
                                                p.dx,
                                                Conv2dOracle.inputGradient(
                                                        s, g.values(), w.values())))
                                .as("input gradient of %s", s)
                                .isLessThan(1e-5);
                        assertThat(
                                        error(
                                                p.dw,
                                                Conv2dOracle.filterGradient(
                                                        s, x.values(), g.values())))
                                .as("filter gradient of %s", s)
                                .isLessThan(1e-5);
                    });
        }
    }

    /// The error in norm, relative to the norm.
    private static double error(double[] actual, double[] expected) {
        double error = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            error += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            norm += expected[i] * expected[i];
        }
        return Math.sqrt(error / norm);
    }

    @Test
    void anyNumberOfThreadsGivesTheSameBits() {
        for (Conv2dGeometry s : geometries()) {
            withNumbers(
                    s,
                    (x, w, g, bias) -> {
                        Workers.setThreads(1);
                        Passes one = run(s, x, w, g, bias);
                        Workers.setThreads(3);
                        Passes three = run(s, x, w, g, bias);
                        assertThat(three.y).as("forward of %s", s).isEqualTo(one.y);
                        assertThat(three.dx).as("input gradient of %s", s).isEqualTo(one.dx);
                        assertThat(three.dw).as("filter gradient of %s", s).isEqualTo(one.dw);
                    });
        }
    }

    @Test
    void anEmptyBatchGivesZeroFilterGradient() {
        Conv2dGeometry s = geometry(0, 8, 8, 32, 32, SAME);
        try (Operand none = Operand.of(DType.F32, 0, () -> 0);
                Operand dw = Operand.result(DType.F32, Conv2dOracle.filters(s))) {
            new WinogradFilterGradient(s).run(none.address(), none.address(), dw.address());
            assertThat(dw.values()).containsOnly(0);
        }
    }

    @Test
    void isChosenForLargeFiltersOfThreeByThreeOnly() {
        Conv2dGeometry typical = geometry(32, 16, 16, 64, 64, SAME);
        assertThat(Winograd.pays(DType.F32, typical)).isTrue();
        assertThat(Winograd.pays(DType.F64, typical)).isFalse();
        List<Conv2dGeometry> others =
                List.of(
                        geometry(32, 16, 16, 3, 64, SAME),
                        geometry(32, 16, 16, 64, 64, SAME.withStride(2)),
                        geometry(32, 16, 16, 64, 64, SAME.withDilation(2)),
                        geometry(32, 16, 16, 64, 64, SAME.withPadding(3)),
                        geometry(32, 16, 16, 64, 64, Window2d.of(5).withPadding(2)),
                        geometry(1, 4, 4, 64, 64, SAME), // one tile does not pay for the filters
                        new Conv2dGeometry(32, 16, 16, 64, 64, SAME, 2));
        for (Conv2dGeometry s : others) {
            assertThat(Winograd.pays(DType.F32, s)).as("%s", s).isFalse();
        }
    }

    @Test
    void canBeTurnedOff() {
        Conv2dGeometry s = geometry(4, 8, 8, 32, 32, SAME);
        withNumbers(
                s,
                (x, w, g, bias) -> {
                    Passes fast = run(s, x, w, g, bias);
                    Winograd.setEnabled(false);
                    assertThat(Winograd.pays(DType.F32, s)).isFalse();
                    Passes direct = run(s, x, w, g, bias);
                    assertThat(Arrays.equals(direct.y, fast.y)).isFalse();
                    assertThat(error(direct.y, fast.y)).isLessThan(1e-5);
                });
    }
}
