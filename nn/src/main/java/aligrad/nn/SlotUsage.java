package aligrad.nn;

import aligrad.tensor.Tensor;

/// Which slots of a memory are in use, and which to write next.
final class SlotUsage {

    /// Keeps usages away from 0.
    private static final double EPSILON = 1e-6;

    private SlotUsage() {}

    /// The usage `(B, 1, N)` after the previous step's writing, and after the freeing of what it
    /// read. No gradient flows through the write weights.
    ///
    /// @param usage of the previous step, `(B, 1, N)`
    /// @param writeWeights of the previous step, `(B, 1, N)`
    /// @param readWeights of the previous step, `(B, R, N)`
    /// @param freeGates of this step, `(B, R, 1)`
    static Tensor next(Tensor usage, Tensor writeWeights, Tensor readWeights, Tensor freeGates) {
        Tensor written = usage.add(usage.subtractedFrom(1).mul(writeWeights.detach()));
        Tensor kept = freeGates.mul(readWeights).subtractedFrom(1);
        return written.mul(kept.prod(1).unsqueeze(1));
    }

    /// Weights `(B, 1, N)` of free slots: nearly 1 for the freest if it is quite free, what is left
    /// for the next one, and so on. Of equally free slots the first comes first.
    ///
    /// With `φ = 1 - usage`, `a_i = φ_i·Π (1 - φ_l)` over the slots `l` before `i` in that order,
    /// which is constant for the gradient.
    ///
    /// @param isBefore that of [#isBefore(int)]
    static Tensor allocation(Tensor usage, Tensor isBefore) {
        Tensor used = usage.mul(1 - EPSILON).add(EPSILON);
        Tensor product = Tensor.of(new FreerProduct(used, isBefore));
        return used.subtractedFrom(1).mul(product);
    }

    /// Whether row `l` is a smaller index than column `i`: `BOOL (N, N)`.
    static Tensor isBefore(int slots) {
        Tensor index = Tensor.range(slots);
        return index.unsqueeze(1).lt(index).copy();
    }
}
