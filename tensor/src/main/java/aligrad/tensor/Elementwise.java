package aligrad.tensor;

/// Arithmetic, comparisons and functions, element by element.
///
/// Two tensors must have the same type and shapes that broadcast; a number takes the tensor's type.
/// Everything here stays pending and is fused.
public sealed interface Elementwise permits Tensor {

    Tensor self();

    Shape shape();

    DType dtype();

    Device device();

    default Tensor add(Tensor b) {
        return arithmetic(BinaryOp.ADD, self(), b);
    }

    default Tensor add(double b) {
        return arithmetic(BinaryOp.ADD, self(), constant(b));
    }

    default Tensor sub(Tensor b) {
        return arithmetic(BinaryOp.SUB, self(), b);
    }

    default Tensor sub(double b) {
        return arithmetic(BinaryOp.SUB, self(), constant(b));
    }

    /// `a - x` for a number `a`.
    default Tensor subtractedFrom(double a) {
        return arithmetic(BinaryOp.SUB, constant(a), self());
    }

    default Tensor mul(Tensor b) {
        return arithmetic(BinaryOp.MUL, self(), b);
    }

    default Tensor mul(double b) {
        return arithmetic(BinaryOp.MUL, self(), constant(b));
    }

    /// The quotient; between whole numbers the fraction is dropped.
    default Tensor div(Tensor b) {
        return arithmetic(BinaryOp.DIV, self(), b);
    }

    default Tensor div(double b) {
        return arithmetic(BinaryOp.DIV, self(), constant(b));
    }

    /// `x - floor(x / b)·b`: the remainder with the sign of `b`.
    default Tensor mod(Tensor b) {
        return arithmetic(BinaryOp.MOD, self(), b);
    }

    default Tensor mod(double b) {
        return arithmetic(BinaryOp.MOD, self(), constant(b));
    }

    /// `x` to the power `b`. Floating types.
    default Tensor pow(Tensor b) {
        return floating(BinaryOp.POW, self(), b);
    }

    default Tensor pow(double b) {
        return b == 2 ? square() : b == 0.5 ? sqrt() : floating(BinaryOp.POW, self(), constant(b));
    }

    /// The larger of both; not-a-number if either is.
    default Tensor maximum(Tensor b) {
        return arithmetic(BinaryOp.MAX, self(), b);
    }

    default Tensor maximum(double b) {
        return arithmetic(BinaryOp.MAX, self(), constant(b));
    }

    /// The smaller of both; not-a-number if either is.
    default Tensor minimum(Tensor b) {
        return arithmetic(BinaryOp.MIN, self(), b);
    }

    default Tensor minimum(double b) {
        return arithmetic(BinaryOp.MIN, self(), constant(b));
    }

    /// The elements moved into `[low, high]`; the gradient is 0 where that changed them.
    default Tensor clip(double low, double high) {
        if (!(low <= high)) {
            throw new IllegalArgumentException(
                    "clip to ["
                            + low
                            + ", "
                            + high
                            + "]: the lower bound must not be above the upper");
        }
        // Not maximum and minimum, whose derivatives also look for ties.
        Tensor below = gt(high).where(high, self());
        return lt(low).where(low, below);
    }

    /// The angle of the point (b, x), as in `y.atan2(x)`. Floating types.
    default Tensor atan2(Tensor b) {
        return floating(BinaryOp.ATAN2, self(), b);
    }

    default Tensor eq(Tensor b) {
        return compare(BinaryOp.EQ, self(), b);
    }

    default Tensor eq(double b) {
        return compare(BinaryOp.EQ, self(), constant(b));
    }

    default Tensor ne(Tensor b) {
        return compare(BinaryOp.NE, self(), b);
    }

    default Tensor ne(double b) {
        return compare(BinaryOp.NE, self(), constant(b));
    }

    default Tensor lt(Tensor b) {
        return compare(BinaryOp.LT, self(), b);
    }

    default Tensor lt(double b) {
        return compare(BinaryOp.LT, self(), constant(b));
    }

    default Tensor le(Tensor b) {
        return compare(BinaryOp.LE, self(), b);
    }

    default Tensor le(double b) {
        return compare(BinaryOp.LE, self(), constant(b));
    }

    default Tensor gt(Tensor b) {
        return compare(BinaryOp.GT, self(), b);
    }

    default Tensor gt(double b) {
        return compare(BinaryOp.GT, self(), constant(b));
    }

    default Tensor ge(Tensor b) {
        return compare(BinaryOp.GE, self(), b);
    }

    default Tensor ge(double b) {
        return compare(BinaryOp.GE, self(), constant(b));
    }

    default Tensor and(Tensor b) {
        return logical(BinaryOp.AND, self(), b);
    }

    default Tensor or(Tensor b) {
        return logical(BinaryOp.OR, self(), b);
    }

    default Tensor xor(Tensor b) {
        return logical(BinaryOp.XOR, self(), b);
    }

    default Tensor not() {
        requireBool("not", self());
        return Tensor.make(new Pointwise.Unary(UnaryOp.NOT, self(), DType.BOOL));
    }

    default Tensor isNaN() {
        return predicate(UnaryOp.IS_NAN);
    }

    /// Neither infinite nor not-a-number.
    default Tensor isFinite() {
        return predicate(UnaryOp.IS_FINITE);
    }

    /// Where this `BOOL` is true `a`, elsewhere `b`; the three broadcast.
    default Tensor where(Tensor a, Tensor b) {
        requireBool("where", self());
        if (a.dtype() != b.dtype()) {
            throw mismatch("where", a, b);
        }
        Shape wide =
                Shape.broadcast("where", shape(), Shape.broadcast("where", a.shape(), b.shape()));
        return Tensor.make(new Pointwise.Where(self(), a, b, wide));
    }

    default Tensor where(Tensor a, double b) {
        return where(a, Tensor.fill(b, a.dtype(), Shape.SCALAR, device()));
    }

    default Tensor where(double a, Tensor b) {
        return where(Tensor.fill(a, b.dtype(), Shape.SCALAR, device()), b);
    }

    default Tensor neg() {
        return unary(UnaryOp.NEG);
    }

    default Tensor abs() {
        return unary(UnaryOp.ABS);
    }

    /// -1, 0 or 1.
    default Tensor sign() {
        return unary(UnaryOp.SIGN);
    }

    default Tensor square() {
        return unary(UnaryOp.SQUARE);
    }

    default Tensor sqrt() {
        return unary(UnaryOp.SQRT);
    }

    /// `1 / √x`.
    default Tensor rsqrt() {
        return unary(UnaryOp.RSQRT);
    }

    /// `1 / x`.
    default Tensor reciprocal() {
        return unary(UnaryOp.RECIPROCAL);
    }

    default Tensor exp() {
        return unary(UnaryOp.EXP);
    }

    /// `exp(x) - 1`, exact near 0.
    default Tensor expm1() {
        return unary(UnaryOp.EXPM1);
    }

    default Tensor log() {
        return unary(UnaryOp.LOG);
    }

    /// `log(1 + x)`, exact near 0.
    default Tensor log1p() {
        return unary(UnaryOp.LOG1P);
    }

    default Tensor log2() {
        return log().mul(1 / Math.log(2));
    }

    default Tensor sin() {
        return unary(UnaryOp.SIN);
    }

    default Tensor cos() {
        return unary(UnaryOp.COS);
    }

    default Tensor tan() {
        return unary(UnaryOp.TAN);
    }

    default Tensor asin() {
        return unary(UnaryOp.ASIN);
    }

    default Tensor acos() {
        return unary(UnaryOp.ACOS);
    }

    default Tensor atan() {
        return unary(UnaryOp.ATAN);
    }

    default Tensor sinh() {
        return unary(UnaryOp.SINH);
    }

    default Tensor cosh() {
        return unary(UnaryOp.COSH);
    }

    default Tensor tanh() {
        return unary(UnaryOp.TANH);
    }

    /// `1 / (1 + exp(-x))`.
    default Tensor sigmoid() {
        return unary(UnaryOp.SIGMOID);
    }

    /// `log(1 + exp(x))`, without overflow.
    default Tensor softplus() {
        return unary(UnaryOp.SOFTPLUS);
    }

    /// The error function `2/√π ∫₀ˣ exp(-t²) dt`.
    default Tensor erf() {
        return unary(UnaryOp.ERF);
    }

    /// `max(x, 0)`; the gradient at 0 is 0.
    default Tensor relu() {
        return unary(UnaryOp.RELU);
    }

    /// `x > 0 ? x : slope·x`.
    default Tensor leakyRelu(double slope) {
        return gt(0).where(self(), mul(slope));
    }

    /// `x > 0 ? x : exp(x) - 1`.
    default Tensor elu() {
        return gt(0).where(self(), minimum(0).expm1());
    }

    /// `x · Φ(x)` with the normal distribution function `Φ`, exact form.
    default Tensor gelu() {
        return mul(0.5).mul(mul(Math.sqrt(0.5)).erf().add(1));
    }

    /// `x · sigmoid(x)`.
    default Tensor silu() {
        return mul(sigmoid());
    }

    default Tensor floor() {
        return unary(UnaryOp.FLOOR);
    }

    default Tensor ceil() {
        return unary(UnaryOp.CEIL);
    }

    /// The nearest whole number; halves go to the even one.
    default Tensor round() {
        return unary(UnaryOp.ROUND);
    }

    /// The whole number towards 0.
    default Tensor trunc() {
        return unary(UnaryOp.TRUNC);
    }

    /// The elements as another type: towards whole numbers the fraction is dropped and the range
    /// saturates; to `BOOL`, everything but 0 is true.
    default Tensor to(DType type) {
        return dtype() == type ? self() : Tensor.make(new Pointwise.Cast(self(), type));
    }

    /// The same numbers in memory of their own.
    default Tensor copy() {
        Tensor copy = Tensor.make(new Pointwise.Unary(UnaryOp.IDENTITY, self(), dtype()));
        copy.storage();
        return copy;
    }

    private Tensor constant(double value) {
        return Tensor.fill(value, dtype(), Shape.SCALAR, device());
    }

    private Tensor unary(UnaryOp f) {
        boolean ok = dtype().isFloating() || (dtype().isInteger() && f.acceptsIntegers());
        if (!ok) {
            throw new ShapeException(
                    "%s of %s %s: it needs %s; cast with to(DType.F32)"
                            .formatted(
                                    f.label(),
                                    dtype(),
                                    shape(),
                                    f.acceptsIntegers() ? "numbers" : "F32 or F64"));
        }
        return Tensor.make(new Pointwise.Unary(f, self(), dtype()));
    }

    private Tensor predicate(UnaryOp f) {
        if (!dtype().isFloating()) {
            throw new ShapeException(
                    f.label() + " of " + dtype() + ": only F32 and F64 can be infinite or NaN");
        }
        return Tensor.make(new Pointwise.Unary(f, self(), DType.BOOL));
    }

    private static Tensor arithmetic(BinaryOp f, Tensor a, Tensor b) {
        if (a.dtype() != b.dtype()) {
            throw mismatch(f.label(), a, b);
        }
        if (a.dtype() == DType.U8) {
            throw new ShapeException(
                    "%s of U8 %s: pixels must be cast first, with to(DType.F32)"
                            .formatted(f.label(), a.shape()));
        }
        if (a.dtype() == DType.BOOL) {
            throw new ShapeException(
                    "%s of BOOL %s: masks combine with and, or, xor; to count, cast with to(DType.F32)"
                            .formatted(f.label(), a.shape()));
        }
        return binary(f, a, b, a.dtype());
    }

    private static Tensor floating(BinaryOp f, Tensor a, Tensor b) {
        if (a.dtype() != b.dtype()) {
            throw mismatch(f.label(), a, b);
        }
        if (!a.dtype().isFloating()) {
            throw new ShapeException(
                    "%s of %s: it needs F32 or F64; cast with to(DType.F32)"
                            .formatted(f.label(), a.dtype()));
        }
        return binary(f, a, b, a.dtype());
    }

    private static Tensor compare(BinaryOp f, Tensor a, Tensor b) {
        if (a.dtype() != b.dtype()) {
            throw mismatch(f.label(), a, b);
        }
        return binary(f, a, b, DType.BOOL);
    }

    private static Tensor logical(BinaryOp f, Tensor a, Tensor b) {
        requireBool(f.label(), a);
        requireBool(f.label(), b);
        return binary(f, a, b, DType.BOOL);
    }

    private static Tensor binary(BinaryOp f, Tensor a, Tensor b, DType type) {
        Shape shape =
                a.shape() == b.shape()
                        ? a.shape()
                        : Shape.broadcast(f.label(), a.shape(), b.shape());
        return Tensor.make(new Pointwise.Binary(f, a, b, shape, type));
    }

    private static void requireBool(String op, Tensor t) {
        if (t.dtype() != DType.BOOL) {
            throw new ShapeException(
                    "%s of %s %s: it needs BOOL; compare first, as in x.gt(0)"
                            .formatted(op, t.dtype(), t.shape()));
        }
    }

    private static ShapeException mismatch(String op, Tensor a, Tensor b) {
        return new ShapeException(
                "%s of %s %s and %s %s: both must have the same type; cast one with to(DType)"
                        .formatted(op, a.dtype(), a.shape(), b.dtype(), b.shape()));
    }
}
