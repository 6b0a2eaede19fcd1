package aligrad.tensor;

import java.nio.charset.StandardCharsets;

/// A named stream of random tensors.
///
/// A stream is a key and a count of calls; each call's numbers depend on nothing else ([Philox]).
/// Saving the count saves the stream. Streams of one seed with different names are independent:
/// derive one for each purpose, so that adding a dropout layer does not change the initial weights.
///
/// ```java
/// Random random = Random.stream(42);
/// Tensor w = random.named("weights").normal(0, 0.1, 64, 32);
/// ```
public final class Random {

    private final long key;
    private long calls;

    private Random(long key) {
        this.key = key;
    }

    /// The stream of a seed.
    public static Random stream(long seed) {
        return new Random(mix(seed + 0x9E3779B97F4A7C15L));
    }

    /// An independent stream, given by this one's key and a name. This stream does not advance.
    public Random named(String name) {
        long hash = key;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = mix(hash ^ b & 0xff);
        }
        return new Random(mix(hash ^ name.length()));
    }

    /// The finalizer of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): neighbouring seeds give
    /// unlike keys.
    private static long mix(long z) {
        long x = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        x = (x ^ x >>> 27) * 0x94D049BB133111EBL;
        return x ^ x >>> 31;
    }

    /// How many calls were made; what a checkpoint saves.
    public long position() {
        return calls;
    }

    /// Continues after this many calls, as saved from [#position()].
    public void seek(long position) {
        calls = position;
    }

    /// `F32` numbers uniform in [0, 1). They are computed where they are used, and never stored
    /// unless somebody asks for them.
    public Tensor uniform(int... extents) {
        return uniform(DType.F32, Shape.of(extents));
    }

    /// Numbers uniform in [0, 1), `F32` or `F64`.
    public Tensor uniform(DType dtype, Shape shape) {
        requireFloating(dtype);
        return Tensor.make(new Pointwise.Uniform(key, calls++, shape, dtype));
    }

    /// `F32` numbers uniform in [low, high).
    public Tensor uniform(double low, double high, Shape shape) {
        float below = (float) high; // rounding must not reach the bound
        below = below < high ? below : Math.nextDown(below);
        return uniform(DType.F32, shape).mul(high - low).add(low).minimum(below);
    }

    /// `BOOL`s that are true with this probability.
    public Tensor bernoulli(double probability, Shape shape) {
        return uniform(DType.F32, shape).lt(probability);
    }

    /// `F32` numbers of a normal distribution.
    public Tensor normal(double mean, double deviation, int... extents) {
        Shape shape = Shape.of(extents);
        long call = calls++;
        float[] values = new float[checkedLength(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (mean + deviation * gaussian(call, i));
        }
        return Tensor.of(values, extents);
    }

    /// `F32` numbers of a normal distribution, drawn again where they lie more than two deviations
    /// from the mean.
    public Tensor truncatedNormal(double mean, double deviation, int... extents) {
        Shape shape = Shape.of(extents);
        float[] values = new float[checkedLength(shape)];
        long first = calls;
        calls += ATTEMPTS;
        for (int i = 0; i < values.length; i++) {
            double z = 3;
            for (int attempt = 0; Math.abs(z) > 2 && attempt < ATTEMPTS; attempt++) {
                z = gaussian(first + attempt, i);
            }
            values[i] = (float) (mean + deviation * Math.clamp(z, -2, 2));
        }
        return Tensor.of(values, extents);
    }

    /// One draw in 22 lies outside; that this many in a row do happens once in 10^42.
    private static final int ATTEMPTS = 32;

    /// The numbers 0 to n-1 in random order, `I64` (Fisher and Yates).
    public Tensor permutation(int n) {
        return Tensor.of(permutationArray(n), n);
    }

    /// The numbers 0 to n-1 in random order.
    public long[] permutationArray(int n) {
        long call = calls++;
        long[] order = new long[n];
        java.util.Arrays.setAll(order, i -> i);
        for (int i = n - 1; i > 0; i--) {
            int j = (int) (Philox.uniformDouble(key, call, i) * (i + 1));
            long swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return order;
    }

    /// A whole number from `low` (included) to `high` (excluded).
    public int integer(int low, int high) {
        if (low >= high) {
            throw new IllegalArgumentException(
                    "integer from " + low + " to " + high + ": the range must not be empty");
        }
        return (int) (low + (long) (Philox.uniformDouble(key, calls++, 0) * ((long) high - low)));
    }

    /// A standard normal number, by the transformation of Box and Muller: pairs share a radius.
    private double gaussian(long call, long i) {
        double u = 1 - Philox.uniformDouble(key, call, i & ~1L); // in (0, 1]
        double v = Philox.uniformDouble(key, call, i | 1L);
        double radius = Math.sqrt(-2 * Math.log(u));
        return radius * ((i & 1) == 0 ? Math.cos(2 * Math.PI * v) : Math.sin(2 * Math.PI * v));
    }

    private static int checkedLength(Shape shape) {
        return Math.toIntExact(shape.size());
    }

    private static void requireFloating(DType dtype) {
        if (!dtype.isFloating()) {
            throw new IllegalArgumentException(
                    "uniform " + dtype + ": random numbers are F32 or F64; compare or cast them");
        }
    }
}
