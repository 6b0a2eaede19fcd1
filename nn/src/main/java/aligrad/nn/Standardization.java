package aligrad.nn;

import aligrad.tensor.Tensor;

/// Mean and variance along axes, arranged so that normalizing and its derivative read the input as
/// few times as possible: what batch, layer and group normalization share.
///
/// Written plainly, as `(x - mean)·rsqrt(variance + ε)`, the gradient would need a sum over `x -
/// mean` twice more: through the mean inside the variance, where it is 0, and through the shift. So
/// the input is centred with the mean as a constant `d`, and what that leaves out is put back in
/// terms as small as the statistics: with `drift = mean - d`, which is 0 and carries the gradient
/// of the mean,
///
/// ```
/// variance = Σ (x - d)²/n - drift²
/// (x - mean)·a + b = (x - d)·a + (b - drift·a)
/// ```
///
/// Both hold for every constant `d`, so derivatives of all orders are right.
///
/// @param centred `x - d`, pending
/// @param drift 0, of the shape of the statistics
/// @param mean with the axes kept as 1
/// @param variance the biased one (divisor n), with the axes kept as 1
record Standardization(Tensor centred, Tensor drift, Tensor mean, Tensor variance) {

    static Standardization along(Tensor x, int... axes) {
        Tensor mean = x.meanKeep(axes);
        Tensor constant = mean.detach();
        Tensor centred = x.sub(constant);
        Tensor drift = mean.sub(constant);
        Tensor variance = centred.square().meanKeep(axes).sub(drift.square());
        return new Standardization(centred, drift, mean, variance);
    }

    /// `(x - mean) / √(variance + ε)`.
    Tensor standardized(double epsilon) {
        Tensor factor = variance.add(epsilon).rsqrt();
        return centred.mul(factor).sub(drift.mul(factor));
    }

    /// `(x - mean) / √(variance + ε) · scale + shift`, for a scale and shift that have the shape of
    /// the statistics.
    Tensor scaled(double epsilon, Tensor scale, Tensor shift) {
        Tensor factor = variance.add(epsilon).rsqrt().mul(scale);
        return centred.mul(factor).add(shift.sub(drift.mul(factor)));
    }
}
