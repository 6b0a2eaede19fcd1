package aligrad.tensor;

import java.util.Locale;

/// How a reduction joins the elements along its axes. Means, variances, norms and log-sum-exp are
/// composed from these.
public enum ReduceOp {
    /// The sum; 0 of nothing.
    SUM,
    /// The product; 1 of nothing.
    PROD,
    /// The largest; not-a-number if any is; an error of nothing.
    MAX,
    /// The smallest; not-a-number if any is; an error of nothing.
    MIN;

    private final String label = name().toLowerCase(Locale.ROOT);

    /// The name as it stands in messages, such as `sum`.
    public String label() {
        return label;
    }

    /// The value that changes nothing when joined.
    public double identity() {
        return switch (this) {
            case SUM -> 0;
            case PROD -> 1;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
        };
    }

    /// Joins two numbers, in double precision.
    public double apply(double a, double b) {
        return switch (this) {
            case SUM -> a + b;
            case PROD -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
        };
    }
}
