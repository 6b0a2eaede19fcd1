package aligrad.nn;

import aligrad.tensor.Tensor;

/// The order in which the slots of a memory were written.
final class TemporalLink {

    private TemporalLink() {}

    /// The link after writing: `L_ij ← (1 - w_i - w_j)·L_ij + w_i·p_j`, and 0 on the diagonal.
    ///
    /// It is computed as `L + w_i·(p_j - L) - w_j·L`, whose derivative has a sum less.
    ///
    /// @param link `(B, N, N)`
    /// @param row the write weights `(B, 1, N)`
    /// @param column the same, `(B, N, 1)`
    /// @param precedence of the previous step, `(B, 1, N)`
    /// @param offDiagonal 0 on the diagonal, 1 elsewhere, `(N, N)`
    static Tensor next(
            Tensor link, Tensor row, Tensor column, Tensor precedence, Tensor offDiagonal) {
        Tensor gained = column.mul(precedence.sub(link));
        return link.add(gained).sub(row.mul(link)).mul(offDiagonal);
    }

    /// How much each slot was the last one written: `p ← (1 - Σ_i w_i)·p + w`, `(B, 1, N)`.
    static Tensor nextPrecedence(Tensor precedence, Tensor writeWeights) {
        return writeWeights.sumKeep(2).subtractedFrom(1).mul(precedence).add(writeWeights);
    }

    /// Weights of what was written right after what was read, `Σ_j L_ij·w_j`: `(B, R, N)`.
    static Tensor forward(Tensor link, Tensor readWeights) {
        return readWeights.matmul(link.transpose());
    }

    /// Weights of what was written right before what was read, `Σ_i w_i·L_ij`: `(B, R, N)`.
    static Tensor backward(Tensor link, Tensor readWeights) {
        return readWeights.matmul(link);
    }
}
