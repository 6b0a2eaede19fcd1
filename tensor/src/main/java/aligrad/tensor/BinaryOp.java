package aligrad.tensor;

import java.util.Locale;

/// A function of two numbers, applied element by element with broadcasting.
///
/// [#apply(double, double)] is its meaning, see [UnaryOp].
public enum BinaryOp {
    ADD(1),
    SUB(1),
    MUL(1),
    DIV(4),
    POW(20),
    /// The larger one; not-a-number if either is.
    MAX(1),
    /// The smaller one; not-a-number if either is.
    MIN(1),
    /// The angle of the point (b, a), as in `atan2(y, x)`.
    ATAN2(20),
    /// `a - floor(a / b)·b`: the remainder with the sign of `b`.
    MOD(6),
    EQ(1),
    NE(1),
    LT(1),
    LE(1),
    GT(1),
    GE(1),
    AND(1),
    OR(1),
    XOR(1);

    private final int cost;
    private final String label = name().toLowerCase(Locale.ROOT);

    BinaryOp(int cost) {
        this.cost = cost;
    }

    /// The name as it stands in messages, such as `add`.
    public String label() {
        return label;
    }

    /// Roughly how many additions it costs; decides between computing twice and storing.
    public int cost() {
        return cost;
    }

    /// Whether it compares two numbers and answers with a `BOOL`.
    public boolean isComparison() {
        return switch (this) {
            case EQ, NE, LT, LE, GT, GE -> true;
            default -> false;
        };
    }

    /// Whether it combines two `BOOL`s.
    public boolean isLogical() {
        return this == AND || this == OR || this == XOR;
    }

    /// The function itself, in double precision. `BOOL` is 0 or 1.
    public double apply(double a, double b) {
        return switch (this) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case POW -> Math.pow(a, b);
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case ATAN2 -> Math.atan2(a, b);
            case MOD -> a - Math.floor(a / b) * b;
            case EQ -> a == b ? 1 : 0;
            case NE -> a != b ? 1 : 0;
            case LT -> a < b ? 1 : 0;
            case LE -> a <= b ? 1 : 0;
            case GT -> a > b ? 1 : 0;
            case GE -> a >= b ? 1 : 0;
            case AND -> a != 0 && b != 0 ? 1 : 0;
            case OR -> a != 0 || b != 0 ? 1 : 0;
            case XOR -> (a != 0) != (b != 0) ? 1 : 0;
        };
    }
}
