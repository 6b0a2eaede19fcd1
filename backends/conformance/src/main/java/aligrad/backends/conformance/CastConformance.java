package aligrad.backends.conformance;

import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

/// Changes of type, constants, choices.
abstract class CastConformance {

    private final Oracle oracle;
    private final Samples samples = new Samples(15);

    CastConformance(Oracle oracle) {
        this.oracle = oracle;
    }

    @Test
    void everyTypeBecomesEveryOther() {
        for (DType from : DType.values()) {
            for (DType to : DType.values()) {
                for (Shape shape : Samples.small()) {
                    check(to, oracle.operand(samples.draw(from, shape)));
                }
                for (Arrangement arrangement : Arrangement.values()) {
                    check(to, oracle.operand(samples.draw(from, Shape.of(3, 5, 17)), arrangement));
                }
                check(to, oracle.operand(samples.draw(from, Shape.of(41, 1037))));
            }
        }
    }

    @Test
    void rangesSaturateAndFractionsAreDropped() {
        for (DType from : new DType[] {DType.F32, DType.F64}) {
            double[] specials = Samples.specials(from);
            for (DType to : DType.values()) {
                check(to, oracle.operand(Samples.of(specials, from, Shape.of(specials.length))));
                for (double special : specials) {
                    check(
                            to,
                            oracle.operand(Samples.of(new double[] {special}, from, Shape.of(1))));
                }
            }
        }
        double[] ends = {
            Long.MIN_VALUE,
            Long.MAX_VALUE,
            Integer.MIN_VALUE,
            Integer.MAX_VALUE,
            256,
            255,
            254,
            1,
            0,
            -1,
            16777217,
            -16777219,
            2147483648.0,
            -2147483649.0,
            9007199254740992.0
        };
        for (DType from : new DType[] {DType.I32, DType.I64, DType.U8}) {
            for (DType to : DType.values()) {
                check(to, oracle.operand(Samples.of(ends, from, Shape.of(ends.length))));
            }
        }
    }

    @Test
    void i64BecomeF32WithOneRounding() {
        // 2^60 + 2^36 + 1 lies just above the middle of two floats; through double it would land on
        // it
        Tensor x =
                Samples.of(new double[] {0}, DType.I64, Shape.of(1))
                        .add(1L << 60)
                        .add(1L << 36)
                        .add(1);
        check(DType.F32, oracle.operand(x));
    }

    @Test
    void f32ResultsAreRoundedBeforeTheyBecomeAnotherType() {
        Operand a = oracle.operand(samples.draw(DType.F32, Shape.of(100)));
        Operand b = oracle.operand(samples.draw(DType.F32, Shape.of(100)));
        for (DType to : new DType[] {DType.F64, DType.I32, DType.I64}) {
            oracle.check("product to " + to, Bound.exact(), x -> x[0].mul(x[1]).to(to), a, b);
        }
    }

    @Test
    void castsAreFusedWithWhatSurroundsThem() {
        Operand pixels =
                oracle.operand(samples.draw(DType.U8, Shape.of(5, 7, 9)), Arrangement.PITCHED);
        Operand labels = oracle.operand(samples.draw(DType.I64, Shape.of(9)));
        oracle.check(
                "normalized pixels",
                Bound.roundings(3, x -> x[0].to(DType.F64).mul(1 / 255.0).abs().add(0.5).mul(4)),
                x -> x[0].to(DType.F32).mul(1 / 255f).sub(0.5).mul(4),
                pixels);
        oracle.check(
                "counts",
                Bound.exact(),
                x -> x[0].to(DType.I64).add(x[1]).gt(100).to(DType.F32).mul(3),
                pixels,
                labels);
    }

    @Test
    void constantsFillEveryShape() {
        for (DType dtype : DType.values()) {
            for (Shape shape : Samples.small()) {
                double value = dtype == DType.BOOL ? 1 : dtype.isFloating() ? 0.1 : 77;
                oracle.check(
                        "full", Bound.exact(), _ -> Tensor.full(value, dtype, shape.toArray()));
            }
        }
    }

    @Test
    void conditionsChooseAmongEveryType() {
        for (DType dtype : DType.values()) {
            for (Shape shape : Samples.shapes()) {
                Operand condition = oracle.operand(samples.draw(DType.BOOL, shape));
                Operand a = oracle.operand(samples.draw(dtype, shape));
                Operand b = oracle.operand(samples.draw(dtype, shape));
                oracle.check("where", Bound.exact(), x -> x[0].where(x[1], x[2]), condition, a, b);
            }
            for (Arrangement arrangement : Arrangement.values()) {
                Shape shape = Shape.of(3, 5, 17);
                Operand condition = oracle.operand(samples.draw(DType.BOOL, shape), arrangement);
                Operand a = oracle.operand(samples.draw(dtype, shape), Arrangement.TRANSPOSED);
                Operand b = oracle.operand(samples.draw(dtype, shape), arrangement);
                oracle.check("where", Bound.exact(), x -> x[0].where(x[1], x[2]), condition, a, b);
            }
        }
    }

    private void check(DType to, Operand x) {
        oracle.check("to " + to, Bound.exact(), y -> y[0].to(to), x);
    }
}
