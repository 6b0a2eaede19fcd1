package aligrad.backends.conformance;

import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

/// Linear recurrences, running sums and products.
abstract class ScanConformance {

    private final Oracle oracle;
    private final Samples samples = new Samples(26);

    ScanConformance(Oracle oracle) {
        this.oracle = oracle;
    }

    @Test
    void everyShapeAxisAndDirection() {
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            for (Shape shape : Samples.shapes()) {
                for (int axis = 0; axis < shape.rank(); axis++) {
                    Operand a = oracle.operand(samples.uniform(dtype, shape, -1, 1));
                    Operand b = oracle.operand(samples.draw(dtype, shape));
                    check(a, b, axis);
                }
            }
        }
    }

    @Test
    void everyArrangement() {
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            for (Arrangement p : Arrangement.values()) {
                for (Arrangement q : Arrangement.values()) {
                    for (int axis = 0; axis < 3; axis++) {
                        Operand a =
                                oracle.operand(
                                        samples.uniform(dtype, Shape.of(5, 9, 17), -1, 1), p);
                        Operand b = oracle.operand(samples.draw(dtype, Shape.of(5, 9, 17)), q);
                        check(a, b, axis);
                    }
                }
            }
        }
    }

    @Test
    void factorsBroadcast() {
        Operand a = oracle.operand(samples.uniform(DType.F32, Shape.of(9, 1), -1, 1));
        Operand b = oracle.operand(samples.draw(DType.F32, Shape.of(5, 9, 17)));
        for (int axis = 0; axis < 3; axis++) {
            check(a, b, axis);
        }
    }

    @Test
    void runningSumsAndProducts() {
        for (int[] extents : new int[][] {{33}, {9, 17}, {100, 3}, {3, 100}, {64, 300}}) {
            Operand x = oracle.operand(samples.draw(DType.F32, Shape.of(extents)));
            Operand factors =
                    oracle.operand(samples.uniform(DType.F32, Shape.of(extents), 0.9, 1.1));
            for (int axis = 0; axis < extents.length; axis++) {
                int at = axis;
                int n = extents[axis];
                oracle.check(
                        "cumsum",
                        Bound.roundings(n, y -> y[0].abs().cumsum(at)),
                        y -> y[0].cumsum(at),
                        x);
                oracle.check(
                        "cumprod",
                        Bound.roundings(n, y -> y[0].cumprod(at)),
                        y -> y[0].cumprod(at),
                        factors);
                oracle.check(
                        "exclusive cumprod",
                        Bound.roundings(n, y -> y[0].cumprodExclusive(at)),
                        y -> y[0].cumprodExclusive(at),
                        factors);
            }
        }
    }

    @Test
    void theFirstFactorIsNotRead() {
        double inf = Double.POSITIVE_INFINITY;
        Operand x =
                oracle.operand(
                        Samples.of(
                                new double[] {inf, 2, 3, -inf, 1, 0.5}, DType.F32, Shape.of(2, 3)));
        oracle.check("cumprod", Bound.exact(), y -> y[0].cumprod(1), x);
        oracle.check("cumprod", Bound.exact(), y -> y[0].cumprod(0), x);
    }

    /// The error obeys the same recurrence, `e_t = |a_t|·e_{t-1}` plus a rounding of the product
    /// and one of the sum.
    private void check(Operand a, Operand b, int axis) {
        for (boolean reverse : new boolean[] {false, true}) {
            oracle.check(
                    "recurrence along " + axis + " reverse " + reverse,
                    Bound.roundings(
                            1,
                            x -> {
                                Tensor s = x[0].recurrence(x[1], axis, reverse);
                                Tensor added = s.abs().add(s.sub(x[1]).abs());
                                return x[0].abs().recurrence(added, axis, reverse).mul(1.001);
                            }),
                    x -> x[0].recurrence(x[1], axis, reverse),
                    a,
                    b);
        }
    }
}
