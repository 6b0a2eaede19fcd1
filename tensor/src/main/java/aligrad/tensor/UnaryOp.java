package aligrad.tensor;

import java.util.Locale;

/// A function of one number, applied to every element.
///
/// This is the one description of each function: [#apply(double)] is its meaning, which the
/// reference backend runs and every other backend is compared with. A backend's kernel and the
/// derivative are `switch`es over these constants without `default`, so a forgotten one does not
/// compile.
public enum UnaryOp {
    IDENTITY(1),
    NEG(1),
    ABS(1),
    SIGN(1),
    SQUARE(1),
    SQRT(4),
    RSQRT(4),
    RECIPROCAL(4),
    EXP(8),
    EXPM1(10),
    LOG(8),
    LOG1P(10),
    SIN(12),
    COS(12),
    TAN(20),
    ASIN(20),
    ACOS(20),
    ATAN(20),
    SINH(20),
    COSH(20),
    TANH(10),
    SIGMOID(10),
    SOFTPLUS(14),
    ERF(14),
    RELU(1),
    FLOOR(1),
    CEIL(1),
    ROUND(1),
    TRUNC(1),
    /// Whether the element is not a number. The result is `BOOL`.
    IS_NAN(1),
    /// Whether the element is neither infinite nor not-a-number. The result is `BOOL`.
    IS_FINITE(1),
    /// Logical negation of a `BOOL`.
    NOT(1);

    private final int cost;
    private final String label = name().toLowerCase(Locale.ROOT);

    UnaryOp(int cost) {
        this.cost = cost;
    }

    /// The name as it stands in messages, such as `tanh`.
    public String label() {
        return label;
    }

    /// Roughly how many additions it costs; decides between computing twice and storing.
    public int cost() {
        return cost;
    }

    /// Whether the result is a `BOOL` whatever the input is.
    public boolean isPredicate() {
        return this == IS_NAN || this == IS_FINITE || this == NOT;
    }

    /// Whether it is defined for whole numbers too.
    public boolean acceptsIntegers() {
        return switch (this) {
            case IDENTITY, NEG, ABS, SIGN, SQUARE, RELU -> true;
            default -> false;
        };
    }

    /// The function itself, in double precision. `BOOL` is 0 or 1.
    public double apply(double x) {
        return switch (this) {
            case IDENTITY -> x;
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case SIGN -> Math.signum(x);
            case SQUARE -> x * x;
            case SQRT -> Math.sqrt(x);
            case RSQRT -> 1 / Math.sqrt(x);
            case RECIPROCAL -> 1 / x;
            case EXP -> Math.exp(x);
            case EXPM1 -> Math.expm1(x);
            case LOG -> Math.log(x);
            case LOG1P -> Math.log1p(x);
            case SIN -> Math.sin(x);
            case COS -> Math.cos(x);
            case TAN -> Math.tan(x);
            case ASIN -> Math.asin(x);
            case ACOS -> Math.acos(x);
            case ATAN -> Math.atan(x);
            case SINH -> Math.sinh(x);
            case COSH -> Math.cosh(x);
            case TANH -> Math.tanh(x);
            case SIGMOID -> 1 / (1 + Math.exp(-x));
            case SOFTPLUS -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
            case ERF -> Erf.erf(x);
            case RELU -> x > 0 || Double.isNaN(x) ? x : 0;
            case FLOOR -> Math.floor(x);
            case CEIL -> Math.ceil(x);
            case ROUND -> Math.rint(x);
            case TRUNC -> x < 0 ? Math.ceil(x) : Math.floor(x);
            case IS_NAN -> Double.isNaN(x) ? 1 : 0;
            case IS_FINITE -> Double.isFinite(x) ? 1 : 0;
            case NOT -> x == 0 ? 1 : 0;
        };
    }
}
