package aligrad.benchmarks.cases;

/// Numbers that both sides can make: a hash of a name and an index.
public final class Inputs {

    private Inputs() {}

    /// `n` numbers, uniform in ±`scale`.
    ///
    /// @param name which numbers, such as `x`
    public static float[] uniform(String name, int n, double scale) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) (scale * fraction(name.hashCode(), i));
        }
        return values;
    }

    /// `n` zeros and ones.
    public static float[] bits(String name, int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = fraction(name.hashCode(), i) < 0 ? 0 : 1;
        }
        return values;
    }

    /// `n` classes.
    public static long[] labels(int n, int classes) {
        long[] labels = new long[n];
        for (int i = 0; i < n; i++) {
            labels[i] = 7L * i % classes;
        }
        return labels;
    }

    /// Two numbers that tell whether values are the same: their Euclidean norm, and one that
    /// depends on each value's place, `Σ values[i]·u_i` with `u` uniform in ±1. To the latter,
    /// which is of the order of the norm, three norms are added so that it is not near 0.
    public static double[] check(float[] values) {
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < values.length; i++) {
            sum += values[i] * fraction(1, i);
            squares += (double) values[i] * values[i];
        }
        double norm = Math.sqrt(squares);
        return new double[] {norm, 3 * norm + sum};
    }

    /// In [-1, 1), from the finalizer of SplitMix64.
    private static double fraction(int stream, int i) {
        long z = ((long) stream << 32 ^ i) * 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return (z ^ z >>> 31) * 0x1p-63;
    }
}
