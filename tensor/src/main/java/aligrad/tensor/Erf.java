package aligrad.tensor;

/// The error function in double precision, from its two classical expansions.
///
/// Source: NIST Digital Library of Mathematical Functions, 7.6.2 (power series) and 7.9.1
/// (continued fraction of the complement).
final class Erf {

    private static final double TWO_OVER_SQRT_PI = 1.1283791670955126;

    private Erf() {}

    static double erf(double x) {
        double a = Math.abs(x);
        if (Double.isNaN(x) || a == 0) {
            return x;
        }
        if (a > 6) { // the complement is below 2^-53
            return Math.signum(x);
        }
        return Math.signum(x) * (a < 2.5 ? series(a) : 1 - complement(a));
    }

    /// All terms are positive in this form, so nothing cancels: 2/√π · exp(-x²) · Σ 2ⁿ x²ⁿ⁺¹ /
    /// (1·3·5 … (2n+1)).
    private static double series(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; term > sum * 1e-17; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum;
    }

    private static double complement(double x) {
        double tail = x;
        for (int n = 60; n >= 1; n--) { // 60 levels are enough from x = 2.5 on
            tail = x + 0.5 * n / tail;
        }
        return Math.exp(-x * x) / tail * TWO_OVER_SQRT_PI / 2;
    }
}
