package aligrad.nn;

import aligrad.tensor.DType;
import aligrad.tensor.Tensor;

/// What a [Dnc] carries from step to step, for a batch B. With the letters of [DncConfig]:
///
/// @param memory M, `(B, N, W)`
/// @param readWeights w^r, `(B, R, N)`
/// @param writeWeights w^w, `(B, 1, N)`
/// @param link L, `(B, N, N)`: entry i, j is how much slot i was written right after slot j
/// @param precedence p, `(B, 1, N)`: how much each slot was the last one written
/// @param usage u, `(B, 1, N)`
/// @param readWords r, `(B, R, W)`
/// @param hidden the controller's hidden state, `(B, H)`
/// @param cell the controller's cell, `(B, H)`
public record DncState(
        Tensor memory,
        Tensor readWeights,
        Tensor writeWeights,
        Tensor link,
        Tensor precedence,
        Tensor usage,
        Tensor readWords,
        Tensor hidden,
        Tensor cell) {

    /// How every sequence starts.
    public static DncState zeros(DncConfig config, int batch, DType dtype) {
        int n = config.slots();
        int w = config.wordSize();
        int r = config.readHeads();
        return new DncState(
                        Tensor.full(0, dtype, batch, n, w),
                        Tensor.full(0, dtype, batch, r, n),
                        Tensor.full(0, dtype, batch, 1, n),
                        Tensor.full(0, dtype, batch, n, n),
                        Tensor.full(0, dtype, batch, 1, n),
                        Tensor.full(0, dtype, batch, 1, n),
                        Tensor.full(0, dtype, batch, r, w),
                        Tensor.full(0, dtype, batch, config.hidden()),
                        Tensor.full(0, dtype, batch, config.hidden()))
                .evaluate();
    }

    /// Computes what is pending, so that every step is made of the same kernels, the first too.
    DncState evaluate() {
        memory.evaluate();
        readWeights.evaluate();
        writeWeights.evaluate();
        link.evaluate();
        precedence.evaluate();
        usage.evaluate();
        readWords.evaluate();
        hidden.evaluate();
        cell.evaluate();
        return this;
    }
}
