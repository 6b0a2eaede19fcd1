package aligrad.backends.conformance;

import aligrad.tensor.BinaryOp;
import aligrad.tensor.DType;
import aligrad.tensor.ReduceOp;
import aligrad.tensor.Tensor;
import aligrad.tensor.UnaryOp;

/// The method of [Tensor] behind each constant, so that the suite can loop over all of them. A new
/// constant does not compile before it stands here.
final class Methods {

    private Methods() {}

    static Tensor apply(UnaryOp f, Tensor x) {
        return switch (f) {
            case IDENTITY -> x.copy();
            case NEG -> x.neg();
            case ABS -> x.abs();
            case SIGN -> x.sign();
            case SQUARE -> x.square();
            case SQRT -> x.sqrt();
            case RSQRT -> x.rsqrt();
            case RECIPROCAL -> x.reciprocal();
            case EXP -> x.exp();
            case EXPM1 -> x.expm1();
            case LOG -> x.log();
            case LOG1P -> x.log1p();
            case SIN -> x.sin();
            case COS -> x.cos();
            case TAN -> x.tan();
            case ASIN -> x.asin();
            case ACOS -> x.acos();
            case ATAN -> x.atan();
            case SINH -> x.sinh();
            case COSH -> x.cosh();
            case TANH -> x.tanh();
            case SIGMOID -> x.sigmoid();
            case SOFTPLUS -> x.softplus();
            case ERF -> x.erf();
            case RELU -> x.relu();
            case FLOOR -> x.floor();
            case CEIL -> x.ceil();
            case ROUND -> x.round();
            case TRUNC -> x.trunc();
            case IS_NAN -> x.isNaN();
            case IS_FINITE -> x.isFinite();
            case NOT -> x.not();
        };
    }

    static boolean accepts(UnaryOp f, DType type) {
        return switch (type) {
            case F32, F64 -> f != UnaryOp.NOT;
            case I32, I64, U8 -> f.acceptsIntegers();
            case BOOL -> f == UnaryOp.NOT || f == UnaryOp.IDENTITY;
        };
    }

    /// Whether the result is that of exact arithmetic, rounded once.
    static boolean isCorrectlyRounded(UnaryOp f) {
        return switch (f) {
            case IDENTITY,
                    NEG,
                    ABS,
                    SIGN,
                    SQUARE,
                    SQRT,
                    RECIPROCAL,
                    RELU,
                    FLOOR,
                    CEIL,
                    ROUND,
                    TRUNC,
                    IS_NAN,
                    IS_FINITE,
                    NOT ->
                    true;
            case RSQRT,
                    EXP,
                    EXPM1,
                    LOG,
                    LOG1P,
                    SIN,
                    COS,
                    TAN,
                    ASIN,
                    ACOS,
                    ATAN,
                    SINH,
                    COSH,
                    TANH,
                    SIGMOID,
                    SOFTPLUS,
                    ERF ->
                    false;
        };
    }

    static Tensor apply(BinaryOp f, Tensor a, Tensor b) {
        return switch (f) {
            case ADD -> a.add(b);
            case SUB -> a.sub(b);
            case MUL -> a.mul(b);
            case DIV -> a.div(b);
            case POW -> a.pow(b);
            case MAX -> a.maximum(b);
            case MIN -> a.minimum(b);
            case ATAN2 -> a.atan2(b);
            case MOD -> a.mod(b);
            case EQ -> a.eq(b);
            case NE -> a.ne(b);
            case LT -> a.lt(b);
            case LE -> a.le(b);
            case GT -> a.gt(b);
            case GE -> a.ge(b);
            case AND -> a.and(b);
            case OR -> a.or(b);
            case XOR -> a.xor(b);
        };
    }

    static boolean accepts(BinaryOp f, DType type) {
        return switch (type) {
            case F32, F64 -> !f.isLogical();
            case I32, I64 -> !f.isLogical() && f != BinaryOp.POW && f != BinaryOp.ATAN2;
            case U8 -> f.isComparison();
            case BOOL -> f.isComparison() || f.isLogical();
        };
    }

    /// Whether the result is that of exact arithmetic, rounded once.
    static boolean isCorrectlyRounded(BinaryOp f) {
        return switch (f) {
            case ADD, SUB, MUL, DIV, MAX, MIN, EQ, NE, LT, LE, GT, GE, AND, OR, XOR -> true;
            case POW, ATAN2, MOD -> false;
        };
    }

    static Tensor apply(ReduceOp f, Tensor x, int... axes) {
        return switch (f) {
            case SUM -> x.sum(axes);
            case PROD -> x.prod(axes);
            case MAX -> x.max(axes);
            case MIN -> x.min(axes);
        };
    }
}
