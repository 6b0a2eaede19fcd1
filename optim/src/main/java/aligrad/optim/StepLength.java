package aligrad.optim;

import aligrad.tensor.Tensor;

/// The step length of ALI-G,
///
/// ```
/// γ = min( η, ℓ / (‖g‖² + ε) ),
/// ```
///
/// 0 where the loss is negative or the denominator 0. Each formula stands here for numbers of the
/// host and for those of a device, which are rank-0 `F64` tensors: the same operations in the same
/// order, so that both give the same bits.
///
/// @param released whether a negative loss steps uphill and a denominator of 0 divides, as in the
///   authors' program; on the host only
record StepLength(double epsilon, boolean released) {

    /// Before η bounds it.
    double unclipped(double loss, double squaredNorm) {
        double denominator = squaredNorm + epsilon;
        return !released && denominator == 0 ? 0 : loss / denominator;
    }

    /// See [#unclipped(double, double)].
    Tensor unclipped(Tensor loss, Tensor squaredNorm) {
        Tensor denominator = squaredNorm.add(epsilon);
        return denominator.eq(0).where(0, loss.div(denominator));
    }

    /// γ of a group.
    double clipped(double unclipped, double eta) {
        double gamma = unclipped > eta ? eta : unclipped; // not-a-number stays
        return !released && gamma < 0 ? 0 : gamma;
    }

    /// See [#clipped(double, double)].
    Tensor clipped(Tensor unclipped, double eta) {
        Tensor gamma = unclipped.gt(eta).where(eta, unclipped);
        return gamma.lt(0).where(0, gamma);
    }
}
