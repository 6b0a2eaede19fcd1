package aligrad.nn;

import aligrad.tensor.Tensor;

/// Which rows of a memory `(B, N, W)` are like given keys `(B, K, W)`.
final class ContentWeighting {

    /// Guards norms and quotients against zeros.
    private static final double EPSILON = 1e-6;

    private ContentWeighting() {}

    /// `Σ M_i²` of each row, `(B, 1, N)`. Reading at one step and writing at the next need the
    /// same.
    static Tensor squares(Tensor memory) {
        return memory.square().sumKeep(2).reshape(memory.extent(0), 1, memory.extent(1));
    }

    /// `(k·M_i) / (√(‖k‖² + ε)·√(‖M_i‖² + ε) + ε)`: `(B, K, N)`.
    ///
    /// @param squares those of the memory's rows
    static Tensor similarities(Tensor keys, Tensor memory, Tensor squares) {
        Tensor dots = keys.matmul(memory.transpose());
        Tensor keyNorms = keys.square().sumKeep(2).add(EPSILON).sqrt();
        Tensor rowNorms = squares.add(EPSILON).sqrt();
        return dots.div(keyNorms.mul(rowNorms).add(EPSILON));
    }

    /// Softmax over the slots of the similarities, sharpened by `softplus(strength)`: `(B, K, N)`.
    ///
    /// @param strengths `(B, K, 1)`
    static Tensor weights(Tensor keys, Tensor strengths, Tensor memory, Tensor squares) {
        return similarities(keys, memory, squares).mul(strengths.softplus()).softmax(2);
    }
}
