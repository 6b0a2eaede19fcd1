package aligrad.backends.conformance;

import aligrad.tensor.DType;
import aligrad.tensor.Shape;

import org.junit.jupiter.api.Test;

/// Sorting, extremes' positions, the k largest; with ties and not-a-number.
abstract class OrderingConformance {

    private final Oracle oracle;
    private final Samples samples = new Samples(25);

    OrderingConformance(Oracle oracle) {
        this.oracle = oracle;
    }

    @Test
    void everyTypeShapeAndAxis() {
        for (DType dtype : DType.values()) {
            for (Shape shape : Samples.small()) {
                Operand x = oracle.operand(samples.draw(dtype, shape));
                for (int axis = 0; axis < shape.rank(); axis++) {
                    check(x, axis);
                }
            }
            for (Arrangement arrangement : Arrangement.values()) {
                for (int axis = 0; axis < 3; axis++) {
                    check(
                            oracle.operand(samples.draw(dtype, Shape.of(7, 9, 16)), arrangement),
                            axis);
                }
            }
        }
        check(oracle.operand(samples.draw(DType.F32, Shape.of(20_011))), 0);
        check(oracle.operand(samples.draw(DType.F32, Shape.of(9, 2003))), 1);
    }

    @Test
    void equalElementsKeepTheirOrder() {
        for (DType dtype : new DType[] {DType.F32, DType.F64, DType.I32, DType.I64, DType.U8}) {
            for (int n : Samples.EXTENTS) {
                for (int values = 1; values <= 4; values++) {
                    check(oracle.operand(samples.indices(dtype, Shape.of(3, n), values)), 1);
                    check(oracle.operand(samples.indices(dtype, Shape.of(n, 3), values)), 0);
                }
            }
        }
        check(oracle.operand(samples.indices(DType.F32, Shape.of(5000), 10)), 0);
    }

    @Test
    void notANumberIsTheLargestAndZerosAreEqual() {
        double inf = Double.POSITIVE_INFINITY;
        double[] pool = {0, -0.0, Double.NaN, inf, -inf, 1, -1};
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            for (int n : Samples.EXTENTS) {
                double[] values = new double[3 * n];
                for (int i = 0; i < values.length; i++) {
                    values[i] = pool[samples.choice(pool.length)];
                }
                check(oracle.operand(Samples.of(values, dtype, Shape.of(3, n))), 1);
                check(oracle.operand(Samples.of(values, dtype, Shape.of(n, 3))), 0);
            }
        }
    }

    private void check(Operand x, int axis) {
        for (boolean descending : new boolean[] {false, true}) {
            oracle.check(
                    "argsort along " + axis + " descending " + descending,
                    Bound.exact(),
                    y -> y[0].argsort(axis, descending),
                    x);
            oracle.check("sort along " + axis, Bound.exact(), y -> y[0].sort(axis, descending), x);
        }
        int n = x.expected().extent(axis);
        oracle.check(
                "top half along " + axis, Bound.exact(), y -> y[0].topK(n / 2, axis).values(), x);
        if (n > 0) {
            oracle.check("argmax along " + axis, Bound.exact(), y -> y[0].argmax(axis), x);
            oracle.check("argmin along " + axis, Bound.exact(), y -> y[0].argmin(axis), x);
        }
    }
}
