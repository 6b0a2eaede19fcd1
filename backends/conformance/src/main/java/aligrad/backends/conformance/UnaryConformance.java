package aligrad.backends.conformance;

import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.UnaryOp;

import org.junit.jupiter.api.Test;

/// Every function of one number.
abstract class UnaryConformance {

    private final Oracle oracle;
    private final Samples samples = new Samples(12);

    UnaryConformance(Oracle oracle) {
        this.oracle = oracle;
    }

    @Test
    void everyFunctionTakesEveryShape() {
        for (UnaryOp f : UnaryOp.values()) {
            for (DType dtype : DType.values()) {
                if (Methods.accepts(f, dtype)) {
                    for (Shape shape : Samples.shapes()) {
                        check(f, oracle.operand(samples.draw(dtype, shape)));
                    }
                }
            }
        }
    }

    @Test
    void everyFunctionTakesEveryArrangement() {
        Shape[] shapes = {Shape.of(33), Shape.of(9, 17), Shape.of(3, 16, 15), Shape.of(2, 3, 4, 7)};
        for (UnaryOp f : UnaryOp.values()) {
            for (DType dtype : DType.values()) {
                if (Methods.accepts(f, dtype)) {
                    for (Shape shape : shapes) {
                        for (Arrangement arrangement : Arrangement.values()) {
                            check(f, oracle.operand(samples.draw(dtype, shape), arrangement));
                        }
                    }
                }
            }
        }
    }

    @Test
    void everyFunctionTakesSpecialValues() {
        for (UnaryOp f : UnaryOp.values()) {
            for (DType dtype : new DType[] {DType.F32, DType.F64}) {
                if (Methods.accepts(f, dtype)) {
                    double[] specials = Samples.specials(dtype);
                    check(
                            f,
                            oracle.operand(Samples.of(specials, dtype, Shape.of(specials.length))));
                    for (double special :
                            specials) { // alone, it meets the code for the rest of a vector
                        check(
                                f,
                                oracle.operand(
                                        Samples.of(new double[] {special}, dtype, Shape.of(1))));
                    }
                }
            }
        }
    }

    @Test
    void everyFunctionTakesEveryMagnitude() {
        for (UnaryOp f : UnaryOp.values()) {
            for (DType dtype : new DType[] {DType.F32, DType.F64}) {
                if (Methods.accepts(f, dtype)) {
                    check(f, oracle.operand(samples.everyMagnitude(dtype, 20_000)));
                }
            }
        }
    }

    @Test
    void wholeNumbersWrapAround() {
        double[] ends = {
            Integer.MIN_VALUE, Integer.MAX_VALUE, 65536, -65536, 46341, 0, 1, -1, Long.MIN_VALUE
        };
        for (UnaryOp f : UnaryOp.values()) {
            for (DType dtype : new DType[] {DType.I32, DType.I64}) {
                if (Methods.accepts(f, dtype)) {
                    check(f, oracle.operand(Samples.of(ends, dtype, Shape.of(ends.length))));
                }
            }
        }
    }

    @Test
    void zerosKeepTheirSign() {
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            Operand x = oracle.operand(Samples.of(new double[] {0, -0.0}, dtype, Shape.of(2)));
            for (UnaryOp f :
                    new UnaryOp[] {UnaryOp.IDENTITY, UnaryOp.NEG, UnaryOp.ABS, UnaryOp.SQRT}) {
                oracle.check(
                        "sign of " + f.label() + " of zeros",
                        Bound.exact(),
                        y -> {
                            Tensor one = Methods.apply(f, y[0]).mul(0).add(1);
                            return one.div(Methods.apply(f, y[0])); // ∞ or -∞
                        },
                        x);
            }
        }
    }

    private void check(UnaryOp f, Operand x) {
        Bound bound =
                Methods.isCorrectlyRounded(f)
                        ? Bound.exact()
                        : Bound.ulps(ulps(x.expected().dtype()));
        oracle.check(f.label(), bound, y -> Methods.apply(f, y[0]), x);
    }

    /// In `F64` the reference itself is off by up to 3: Java's functions by 1 to 2.5, and some are
    /// made of two of them.
    private double ulps(DType dtype) {
        double own = oracle.accuracy().functionUlps();
        return dtype == DType.F64 ? own + 3 : own;
    }
}
