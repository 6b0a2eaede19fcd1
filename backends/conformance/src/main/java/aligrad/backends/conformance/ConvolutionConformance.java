package aligrad.backends.conformance;

import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Window2d;

import org.junit.jupiter.api.Test;

import java.util.Arrays;

/// Convolution seen from its three sides: forward, towards the images, towards the filter.
abstract class ConvolutionConformance {

    private static final DType[] TYPES = {DType.F32, DType.F64};

    private final Oracle oracle;
    private final Samples samples = new Samples(21);

    ConvolutionConformance(Oracle oracle) {
        this.oracle = oracle;
    }

    @Test
    void everyWindow() {
        Window2d[] windows = {
            Window2d.of(1),
            Window2d.of(1).withStride(2),
            Window2d.of(2),
            Window2d.of(3),
            Window2d.of(3).withPadding(1),
            Window2d.of(3).withStride(2).withPadding(1),
            Window2d.of(3).withPadding(2).withDilation(2),
            Window2d.of(3).withPadding(0, 1),
            Window2d.of(5).withPadding(2),
            Window2d.of(7).withStride(2).withPadding(3),
            Window2d.of(2, 3).withStride(3, 2).withPadding(1, 0),
            Window2d.of(1, 4).withDilation(1, 2),
            Window2d.of(3, 2).withDilation(2, 1).withPadding(1, 2),
            Window2d.of(4)
                    .withStride(3)
                    .withPadding(4), // more padding than the window reaches inside
        };
        for (DType dtype : TYPES) {
            for (Window2d window : windows) {
                for (int[] size : new int[][] {{9, 11}, {8, 8}, {7, 16}}) {
                    check(dtype, Shape.of(2, size[0], size[1], 5), 7, window, 1);
                }
            }
        }
    }

    @Test
    void raggedChannels() {
        for (int in : new int[] {1, 3, 8, 15, 16, 17, 33}) {
            for (int out : new int[] {1, 7, 16, 17, 31, 64}) {
                check(DType.F32, Shape.of(1, 6, 7, in), out, Window2d.of(3).withPadding(1), 1);
                check(DType.F32, Shape.of(1, 5, 4, in), out, Window2d.of(1), 1);
                check(
                        DType.F32,
                        Shape.of(2, 7, 5, in),
                        out,
                        Window2d.of(3).withStride(2).withPadding(1),
                        1);
            }
        }
    }

    /// Large enough for backends that convolve 3x3 filters in another domain.
    @Test
    void manyChannels() {
        for (int padding = 0; padding <= 2; padding++) {
            Window2d three = Window2d.of(3).withPadding(padding);
            check(DType.F32, Shape.of(3, 9, 10, 33), 40, three, 1);
            check(DType.F32, Shape.of(2, 8, 8, 64), 32, three, 1);
        }
    }

    @Test
    void raggedImages() {
        for (int height : new int[] {1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 17}) {
            for (int width : new int[] {1, 4, 6, 8, 15, 17}) {
                check(
                        DType.F32,
                        Shape.of(1, height, width, 16),
                        16,
                        Window2d.of(3).withPadding(1),
                        1);
            }
        }
        check(DType.F32, Shape.of(0, 5, 5, 3), 4, Window2d.of(3), 1);
        check(DType.F32, Shape.of(9, 8, 8, 16), 32, Window2d.of(3).withPadding(1), 1);
        check(DType.F32, Shape.of(3, 32, 32, 16), 16, Window2d.of(3).withPadding(1), 1);
        check(DType.F32, Shape.of(2, 16, 16, 64), 64, Window2d.of(3).withPadding(1), 1);
    }

    @Test
    void groups() {
        Window2d window = Window2d.of(3).withPadding(1);
        for (DType dtype : TYPES) {
            check(dtype, Shape.of(2, 6, 7, 8), 12, window, 2);
            check(dtype, Shape.of(2, 6, 7, 12), 8, window, 4);
            check(dtype, Shape.of(2, 6, 7, 9), 9, window, 9);
            check(dtype, Shape.of(1, 9, 8, 32), 64, window.withStride(2), 32);
            check(dtype, Shape.of(1, 5, 5, 34), 34, Window2d.of(1), 2);
        }
    }

    @Test
    void everyArrangement() {
        Window2d window = Window2d.of(3).withPadding(1);
        for (Arrangement arrangement : Arrangement.values()) {
            Operand x = oracle.operand(samples.draw(DType.F32, Shape.of(2, 6, 7, 9)), arrangement);
            Operand f = oracle.operand(samples.draw(DType.F32, Shape.of(8, 3, 3, 9)), arrangement);
            Operand g = oracle.operand(samples.draw(DType.F32, Shape.of(2, 6, 7, 8)), arrangement);
            check(x, f, g, window, 1);
        }
    }

    @Test
    void pendingOperandsAreComputedBefore() {
        Operand x = oracle.operand(samples.draw(DType.F32, Shape.of(2, 8, 8, 16)));
        Operand f = oracle.operand(samples.draw(DType.F32, Shape.of(16, 3, 3, 16)));
        Window2d window = Window2d.of(3).withPadding(1);
        oracle.check(
                "conv2d",
                bound(9 * 16, y -> y[0].relu().conv2d(y[1].abs().mul(2), window, 1)),
                y -> y[0].relu().conv2d(y[1].mul(2), window, 1),
                x,
                f);
    }

    private void check(DType dtype, Shape images, int out, Window2d window, int groups) {
        Shape filter =
                Shape.of(
                        out,
                        window.kernelHeight(),
                        window.kernelWidth(),
                        images.extent(3) / groups);
        int height = window.outputHeight(images.extent(1));
        int width = window.outputWidth(images.extent(2));
        check(
                oracle.operand(samples.draw(dtype, images)),
                oracle.operand(samples.draw(dtype, filter)),
                oracle.operand(samples.draw(dtype, Shape.of(images.extent(0), height, width, out))),
                window,
                groups);
    }

    private void check(Operand x, Operand f, Operand g, Window2d window, int groups) {
        Shape images = x.expected().shape();
        Shape filter = f.expected().shape();
        Shape result = g.expected().shape();
        int taps = filter.extent(1) * filter.extent(2);
        String what = window + " in " + groups + " groups ";
        oracle.check(
                "conv2d " + what,
                bound(taps * filter.extent(3), y -> y[0].abs().conv2d(y[1].abs(), window, groups)),
                y -> y[0].conv2d(y[1], window, groups),
                x,
                f);
        oracle.check(
                "conv2d_input_gradient " + what,
                bound(
                        taps * filter.extent(0) / groups,
                        y -> y[0].abs().conv2dInputGradient(y[1].abs(), window, groups, images)),
                y -> y[0].conv2dInputGradient(y[1], window, groups, images),
                g,
                f);
        oracle.check(
                "conv2d_filter_gradient " + what,
                bound(
                        result.extent(0) * result.extent(1) * result.extent(2),
                        y -> y[0].abs().conv2dFilterGradient(y[1].abs(), window, groups)),
                y -> y[0].conv2dFilterGradient(y[1], window, groups),
                x,
                g);
    }

    /// `terms` products are rounded and added. An algorithm that mixes neighbours is measured by
    /// the largest sum of magnitudes instead.
    private Bound bound(int terms, Calculation magnitude) {
        double mixed = oracle.accuracy().convolution();
        return (expected, x) -> {
            DType dtype = expected.dtype();
            double unit = Bound.unit(dtype);
            double[] sums = Bound.roundings(1 / unit, magnitude).of(expected, x);
            double relative = terms * unit + oracle.productError(expected);
            double[] values = expected.toDoubleArray();
            double largest = Arrays.stream(sums).max().orElse(0);
            double floor = dtype == DType.F32 ? mixed * largest : 0;
            Arrays.setAll(
                    sums, i -> Math.max(relative * sums[i] + Bound.ulp(dtype, values[i]), floor));
            return sums;
        };
    }
}
