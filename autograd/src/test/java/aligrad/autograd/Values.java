package aligrad.autograd;

import aligrad.tensor.DType;
import aligrad.tensor.Random;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

/// Seeded `F64` numbers for gradient checks.
final class Values {

    private Values() {}

    /// Uniform in [low, high).
    static Tensor between(double low, double high, long seed, int... extents) {
        return Random.stream(seed)
                .uniform(DType.F64, Shape.of(extents))
                .mul(high - low)
                .add(low)
                .copy();
    }

    /// Of both signs, with absolute values in [0.3, 0.9): away from kinks at whole numbers and
    /// halves of theirs is up to the caller.
    static Tensor signed(long seed, int... extents) {
        Tensor size = between(0.3, 0.9, seed, extents);
        Tensor sign = between(-1, 1, seed + 1000, extents).sign();
        return size.mul(sign).copy();
    }

    /// A permutation of 0, 1, …, n-1 in tenths: no two are closer than 0.1.
    static Tensor distinct(long seed, int... extents) {
        int n = Math.toIntExact(Shape.of(extents).size());
        long[] order = Random.stream(seed).permutationArray(n);
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = order[i] / 10.0 - n / 20.0 + 0.05;
        }
        return Tensor.of(values, extents);
    }
}
