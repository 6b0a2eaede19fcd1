package aligrad.backends.conformance;

import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

/// Softmax and its logarithm.
abstract class NormalizationConformance {

    private static final double INF = Double.POSITIVE_INFINITY;

    private final Oracle oracle;
    private final Samples samples = new Samples(19);

    NormalizationConformance(Oracle oracle) {
        this.oracle = oracle;
    }

    @Test
    void everyShapeAndAxis() {
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            for (Shape shape : Samples.shapes()) {
                Operand x = oracle.operand(samples.draw(dtype, shape));
                for (int axis = 0; axis < shape.rank(); axis++) {
                    check(x, axis);
                }
            }
        }
    }

    @Test
    void everyArrangement() {
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            for (Arrangement arrangement : Arrangement.values()) {
                Operand x = oracle.operand(samples.draw(dtype, Shape.of(7, 9, 17)), arrangement);
                for (int axis = 0; axis < 3; axis++) {
                    check(x, axis);
                }
            }
        }
    }

    @Test
    void largeInputsDoNotOverflow() {
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            Operand x = oracle.operand(samples.draw(dtype, Shape.of(9, 33), 1000));
            check(x, 0);
            check(x, 1);
            check(oracle.operand(samples.draw(dtype, Shape.of(70_001))), 0);
        }
    }

    @Test
    void maskedPlacesGetNothing() {
        double[] rows = {
            -INF,
            1,
            2,
            -INF, //
            -INF,
            -INF,
            -INF,
            5, //
            -INF,
            -INF,
            -INF,
            -INF, //
            1,
            INF,
            2,
            3, //
            1,
            Double.NaN,
            2,
            -INF, //
            0,
            0,
            -1e30,
            -1e38
        };
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            Operand x = oracle.operand(Samples.of(rows, dtype, Shape.of(6, 4)));
            check(x, 1);
            check(
                    oracle.operand(Samples.of(rows, dtype, Shape.of(6, 4)), Arrangement.TRANSPOSED),
                    1);
        }
    }

    @Test
    void pendingInputs() {
        Operand x = oracle.operand(samples.draw(DType.F32, Shape.of(9, 33)));
        oracle.check(
                "softmax of x/8",
                Bound.roundings(40, y -> y[0].mul(0.125).softmax(1)),
                y -> y[0].mul(0.125).softmax(1), // an exact step before
                x);
    }

    /// The error of `exp(x - m)` is that of the difference and a few ulps; the sum adds one
    /// rounding for each term.
    private void check(Operand x, int axis) {
        double n = x.expected().extent(axis);
        double ulps = 2 * (oracle.accuracy().functionUlps() + 3);
        if (x.expected().size() == 0) {
            oracle.check("softmax", Bound.exact(), y -> y[0].softmax(axis), x);
            oracle.check("log_softmax", Bound.exact(), y -> y[0].logSoftmax(axis), x);
            return;
        }
        // an infinite distance from the maximum, times a result of 0, would be no number
        oracle.check(
                "softmax along " + axis,
                Bound.roundings(
                        1,
                        y -> {
                            Tensor s = y[0].softmax(axis);
                            Tensor distance = y[0].maxKeep(axis).sub(y[0]).minimum(1e4);
                            return s.mul(distance.add(n + 2 * ulps + 4));
                        }),
                y -> y[0].softmax(axis),
                x);
        oracle.check(
                "log_softmax along " + axis,
                Bound.roundings(
                        1,
                        y ->
                                y[0].logSoftmax(axis)
                                        .abs()
                                        .mul(4)
                                        .add(n + 2 * ulps + 4 + Math.log(n) * ulps)),
                y -> y[0].logSoftmax(axis),
                x);
    }
}
