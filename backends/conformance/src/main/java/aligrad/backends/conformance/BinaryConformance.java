package aligrad.backends.conformance;

import aligrad.tensor.BinaryOp;
import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.util.Arrays;

/// Every function of two numbers.
abstract class BinaryConformance {

    private final Oracle oracle;
    private final Samples samples = new Samples(13);

    BinaryConformance(Oracle oracle) {
        this.oracle = oracle;
    }

    @Test
    void everyFunctionTakesEveryShape() {
        for (BinaryOp f : BinaryOp.values()) {
            for (DType dtype : DType.values()) {
                if (Methods.accepts(f, dtype)) {
                    for (Shape shape : Samples.shapes()) {
                        check(
                                f,
                                oracle.operand(left(f, dtype, shape)),
                                oracle.operand(right(f, dtype, shape)));
                    }
                }
            }
        }
    }

    @Test
    void everyFunctionTakesEveryArrangement() {
        Shape shape = Shape.of(3, 9, 17);
        for (BinaryOp f : BinaryOp.values()) {
            for (DType dtype : DType.values()) {
                if (Methods.accepts(f, dtype)) {
                    for (Arrangement a : Arrangement.values()) {
                        Arrangement b = samples.oneOf(Arrays.asList(Arrangement.values()));
                        check(
                                f,
                                oracle.operand(left(f, dtype, shape), a),
                                oracle.operand(right(f, dtype, shape), b));
                    }
                }
            }
        }
    }

    @Test
    void additionTakesEveryPairOfArrangements() {
        Shape shape = Shape.of(3, 9, 17);
        for (Arrangement a : Arrangement.values()) {
            for (Arrangement b : Arrangement.values()) {
                check(
                        BinaryOp.ADD,
                        oracle.operand(samples.draw(DType.F32, shape), a),
                        oracle.operand(samples.draw(DType.F32, shape), b));
            }
        }
    }

    @Test
    void everyFunctionTakesEveryPairOfSpecialValues() {
        for (BinaryOp f : BinaryOp.values()) {
            for (DType dtype : new DType[] {DType.F32, DType.F64}) {
                if (Methods.accepts(f, dtype) && f != BinaryOp.MOD) {
                    double[] specials = Samples.specials(dtype);
                    int n = specials.length;
                    Operand a = oracle.operand(Samples.of(specials, dtype, Shape.of(n, 1)));
                    Operand b = oracle.operand(Samples.of(specials, dtype, Shape.of(n)));
                    check(f, a, b);
                    check(f, b, a);
                }
            }
        }
    }

    /// A remainder has correct digits only as long as the quotient's whole part is exact.
    @Test
    void remaindersTakeSpecialValuesWhoseQuotientsAreExact() {
        double inf = Double.POSITIVE_INFINITY;
        double[] a = {5, -5, 5, -5, 0, 7.5, -7.5, 1e6, -1e6, inf, -inf, Double.NaN, 5, 5, -6, 6};
        double[] b = {3, 3, -3, -3, 2, 2.5, 2.5, 3, 3, 2, 2, 2, Double.NaN, 0, 3, -3};
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            check(
                    BinaryOp.MOD,
                    oracle.operand(Samples.of(a, dtype, Shape.of(a.length))),
                    oracle.operand(Samples.of(b, dtype, Shape.of(b.length))));
        }
    }

    @Test
    void everyFunctionTakesEveryMagnitude() {
        for (BinaryOp f : BinaryOp.values()) {
            for (DType dtype : new DType[] {DType.F32, DType.F64}) {
                if (Methods.accepts(f, dtype) && f != BinaryOp.MOD) {
                    check(
                            f,
                            oracle.operand(samples.everyMagnitude(dtype, 20_000)),
                            oracle.operand(samples.everyMagnitude(dtype, 20_000)));
                }
            }
        }
    }

    @Test
    void everyFunctionTakesANumber() {
        for (DType dtype : new DType[] {DType.F32, DType.F64, DType.I32, DType.I64}) {
            Operand x = oracle.operand(samples.draw(dtype, Shape.of(33)));
            double c = dtype.isFloating() ? 0.1 : 3; // 0.1 is not a float
            oracle.check("add 0.1", Bound.exact(), y -> y[0].add(c), x);
            oracle.check("sub 0.1", Bound.exact(), y -> y[0].sub(c), x);
            oracle.check("0.1 sub", Bound.exact(), y -> y[0].subtractedFrom(c), x);
            oracle.check("mul 0.1", Bound.exact(), y -> y[0].mul(c), x);
            oracle.check("div 0.1", Bound.exact(), y -> y[0].div(c), x);
            oracle.check("maximum 0.1", Bound.exact(), y -> y[0].maximum(c), x);
            oracle.check("lt 0.1", Bound.exact(), y -> y[0].lt(c), x);
        }
    }

    @Test
    void wholeNumbersWrapAround() {
        double[] ends = {
            Integer.MIN_VALUE,
            Integer.MAX_VALUE,
            65536,
            -65536,
            46341,
            1,
            -1,
            7,
            -7,
            Long.MIN_VALUE,
            Long.MAX_VALUE
        };
        for (BinaryOp f : BinaryOp.values()) {
            for (DType dtype : new DType[] {DType.I32, DType.I64}) {
                if (Methods.accepts(f, dtype)) {
                    Operand a = oracle.operand(Samples.of(ends, dtype, Shape.of(ends.length, 1)));
                    Operand b = oracle.operand(Samples.of(ends, dtype, Shape.of(ends.length)));
                    check(f, a, b);
                }
            }
        }
    }

    @Test
    void largeI64AreComparedExactly() {
        Tensor a = Samples.of(new double[] {0, 0, 0}, DType.I64, Shape.of(3)).add(1L << 60);
        Tensor b = Samples.of(new double[] {0, 1, -1}, DType.I64, Shape.of(3)).add(1L << 60);
        for (BinaryOp f : BinaryOp.values()) {
            if (f.isComparison() || f == BinaryOp.MAX || f == BinaryOp.SUB) {
                check(f, oracle.operand(a), oracle.operand(b));
            }
        }
    }

    private Tensor left(BinaryOp f, DType dtype, Shape shape) {
        return f == BinaryOp.POW ? samples.uniform(dtype, shape, 0, 5) : samples.draw(dtype, shape);
    }

    private Tensor right(BinaryOp f, DType dtype, Shape shape) {
        Tensor b = samples.draw(dtype, shape);
        boolean divides = f == BinaryOp.DIV || f == BinaryOp.MOD;
        return divides && dtype.isInteger() ? b.eq(0).where(7, b) : b;
    }

    private void check(BinaryOp f, Operand a, Operand b) {
        oracle.check(f.label(), bound(f), y -> Methods.apply(f, y[0], y[1]), a, b);
    }

    private Bound bound(BinaryOp f) {
        if (f == BinaryOp.MOD) {
            return BinaryConformance::remainder;
        }
        return Methods.isCorrectlyRounded(f)
                ? Bound.exact()
                : Bound.ulps(oracle.accuracy().functionUlps() + 1); // Java's own error is 1 in F64
    }

    /// `a - floor(a / b)·b` inherits the rounding of a number of the size of `a`; and where `a / b`
    /// is so near a whole number that its rounding decides, the result may be off by one `b`.
    private static double[] remainder(Tensor expected, Tensor... x) {
        Tensor a = x[0].to(DType.F64);
        Tensor b = x[1].to(DType.F64);
        double unit = Bound.unit(expected.dtype());
        Tensor rounding = a.abs().add(b.abs()).mul(4 * unit);
        Tensor quotient = a.div(b);
        Tensor near = quotient.sub(quotient.round()).abs().le(quotient.abs().mul(2 * unit));
        return near.where(rounding.add(b.abs()), rounding).toDoubleArray();
    }
}
