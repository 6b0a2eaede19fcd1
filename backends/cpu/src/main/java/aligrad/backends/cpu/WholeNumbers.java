package aligrad.backends.cpu;

import aligrad.tensor.BinaryOp;
import aligrad.tensor.DType;
import aligrad.tensor.UnaryOp;

/// The scalar functions on whole numbers, exact where `double` would round.
final class WholeNumbers {

    private WholeNumbers() {}

    static long apply(UnaryOp f, long x) {
        return switch (f) {
            case IDENTITY -> x;
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case SIGN -> Long.signum(x);
            case SQUARE -> x * x;
            case RELU -> Math.max(x, 0);
            case SQRT,
                    RSQRT,
                    RECIPROCAL,
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
                    ERF,
                    FLOOR,
                    CEIL,
                    ROUND,
                    TRUNC,
                    IS_NAN,
                    IS_FINITE,
                    NOT ->
                    throw new AssertionError(f + " is checked to be floating when it is written");
        };
    }

    /// The quotient drops the fraction; the remainder has the sign of `b`.
    ///
    /// @throws ArithmeticException if `b` is 0 in a quotient or remainder
    static long apply(BinaryOp f, long a, long b) {
        return switch (f) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / nonZero(f, b);
            case MOD -> Math.floorMod(a, nonZero(f, b));
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case POW, ATAN2, EQ, NE, LT, LE, GT, GE, AND, OR, XOR ->
                    throw new AssertionError(f + " is checked when it is written");
        };
    }

    private static long nonZero(BinaryOp f, long b) {
        if (b == 0) {
            throw new ArithmeticException(
                    f.label() + " of whole numbers by 0; replace zeros with where, or cast to F32");
        }
        return b;
    }

    static boolean compare(BinaryOp f, long a, long b) {
        return switch (f) {
            case EQ -> a == b;
            case NE -> a != b;
            case LT -> a < b;
            case LE -> a <= b;
            case GT -> a > b;
            case GE -> a >= b;
            case ADD, SUB, MUL, DIV, POW, MAX, MIN, ATAN2, MOD, AND, OR, XOR ->
                    throw new AssertionError(f + " is no comparison");
        };
    }

    static long saturate(DType type, long x) {
        return switch (type) {
            case I32 -> Math.clamp(x, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case U8 -> Math.clamp(x, 0, 255);
            case I64, F32, F64, BOOL -> x;
        };
    }
}
