package aligrad.backends.conformance;

import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Window2d;

import org.junit.jupiter.api.Test;

import java.util.Arrays;

/// Maximum and average pooling and their adjoints.
abstract class PoolingConformance {

    private static final Window2d[] WINDOWS = {
        Window2d.of(1),
        Window2d.of(2).withStride(2),
        Window2d.of(2),
        Window2d.of(3).withStride(2).withPadding(1),
        Window2d.of(3).withPadding(1),
        Window2d.of(2, 3).withStride(1, 2).withPadding(1, 1),
        Window2d.of(4).withStride(3).withPadding(2),
        Window2d.of(5, 1).withStride(5, 1),
    };

    private final Oracle oracle;
    private final Samples samples = new Samples(22);

    PoolingConformance(Oracle oracle) {
        this.oracle = oracle;
    }

    @Test
    void everyWindow() {
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            for (Window2d window : WINDOWS) {
                for (int channels : new int[] {1, 7, 16, 17, 33}) {
                    Shape images = Shape.of(2, 9, 8, channels);
                    maximum(oracle.operand(samples.draw(dtype, images)), window);
                    average(oracle.operand(samples.draw(dtype, images)), window);
                }
            }
            maximum(oracle.operand(samples.draw(dtype, Shape.of(0, 4, 4, 3))), Window2d.of(2));
            average(oracle.operand(samples.draw(dtype, Shape.of(0, 4, 4, 3))), Window2d.of(2));
            maximum(
                    oracle.operand(samples.draw(dtype, Shape.of(3, 32, 32, 33))),
                    Window2d.of(2).withStride(2));
            average(
                    oracle.operand(samples.draw(dtype, Shape.of(3, 32, 32, 33))),
                    Window2d.of(8).withStride(8));
        }
    }

    @Test
    void everyArrangement() {
        for (Arrangement arrangement : Arrangement.values()) {
            for (Window2d window : WINDOWS) {
                Operand x =
                        oracle.operand(samples.draw(DType.F32, Shape.of(2, 7, 6, 9)), arrangement);
                maximum(x, window);
                average(x, window);
            }
        }
    }

    @Test
    void dilatedMaximum() {
        Operand x = oracle.operand(samples.draw(DType.F32, Shape.of(2, 9, 8, 5)));
        maximum(x, Window2d.of(3).withDilation(2));
        maximum(x, Window2d.of(3).withDilation(2).withPadding(1));
        maximum(x, Window2d.of(2, 3).withDilation(3, 1).withStride(2));
    }

    @Test
    void tiesGoToTheFirst() {
        for (Window2d window : WINDOWS) { // few different values: ties in nearly every window
            Operand x = oracle.operand(samples.indices(DType.F32, Shape.of(2, 9, 8, 17), 3));
            maximum(x, window);
            Operand zeros =
                    oracle.operand(
                            Samples.of(new double[5 * 6 * 3], DType.F32, Shape.of(1, 5, 6, 3)));
            maximum(zeros, window);
        }
    }

    @Test
    void notANumberIsTheLargestAndPaddingNeverWins() {
        double[] values = new double[7 * 6 * 3];
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    switch (i % 11) {
                        case 3 -> Double.NaN;
                        case 5 -> Double.NEGATIVE_INFINITY;
                        case 8 -> Double.POSITIVE_INFINITY;
                        default -> -1 - i;
                    };
        }
        double[] low = new double[values.length];
        Arrays.fill(low, Double.NEGATIVE_INFINITY);
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            for (Window2d window : WINDOWS) {
                maximum(oracle.operand(Samples.of(values, dtype, Shape.of(1, 7, 6, 3))), window);
                maximum(oracle.operand(Samples.of(low, dtype, Shape.of(1, 7, 6, 3))), window);
            }
        }
    }

    private void maximum(Operand x, Window2d window) {
        Shape images = x.expected().shape();
        DType dtype = x.expected().dtype();
        oracle.check("max_pool2d " + window, Bound.exact(), y -> y[0].maxPool2d(window), x);
        Operand v = oracle.operand(samples.draw(dtype, images), Arrangement.PITCHED);
        oracle.check("max_pick " + window, Bound.exact(), y -> y[0].maxPick(y[1], window), x, v);
        Operand g =
                oracle.operand(samples.draw(dtype, pooled(images, window)), Arrangement.PITCHED);
        int overlaps = window.kernelHeight() * window.kernelWidth();
        oracle.check(
                "max_spread " + window,
                Bound.roundings(overlaps, y -> y[0].maxSpread(y[1].abs(), window)),
                y -> y[0].maxSpread(y[1], window),
                x,
                g);
    }

    private void average(Operand x, Window2d window) {
        Shape images = x.expected().shape();
        Operand g =
                oracle.operand(
                        samples.draw(x.expected().dtype(), pooled(images, window)),
                        Arrangement.PITCHED);
        int taps = window.kernelHeight() * window.kernelWidth();
        for (boolean padding : new boolean[] {true, false}) {
            oracle.check(
                    "average_pool2d " + window + " padding counts " + padding,
                    Bound.roundings(taps + 2, y -> y[0].abs().averagePool2d(window, padding)),
                    y -> y[0].averagePool2d(window, padding),
                    x);
            oracle.check(
                    "average_spread " + window + " padding counts " + padding,
                    Bound.roundings(
                            taps + 2, y -> y[0].abs().averageSpread(window, padding, images)),
                    y -> y[0].averageSpread(window, padding, images),
                    g);
        }
    }

    private static Shape pooled(Shape images, Window2d window) {
        return Shape.of(
                images.extent(0),
                window.outputHeight(images.extent(1)),
                window.outputWidth(images.extent(2)),
                images.extent(3));
    }
}
