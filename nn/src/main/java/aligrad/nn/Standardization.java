package aligrad.nn;

import aligrad.tensor.Reductions;
import aligrad.tensor.Tensor;

import java.util.List;

/// Mean and variance along axes, arranged so that normalizing and its derivative read the input as
/// few times as possible: what batch, layer and group normalization share.
///
/// Written plainly, as `(x - mean)·rsqrt(variance + ε)`, the gradient would need a sum over `x -
/// mean` twice more: through the mean inside the variance, where it is 0, and through the shift. So
/// the input is centred with the mean as a constant `d`, and what that leaves out is put back in
/// terms as small as the statistics: with `drift = mean - d`, which carries the gradient of the
/// mean,
///
/// ```
/// variance = Σ (x - d)²/n - drift²
/// (x - mean)·a + b = (x - d)·a + (b - drift·a)
/// ```
///
/// Both hold for every constant `d`, so derivatives of all orders are right.
///
/// @param centred `x - d`, pending
/// @param drift `mean - d`, of the shape of the statistics
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

    /// The same along axes among which is the first, in one pass instead of two: `d` is the mean of
    /// the first item, near enough to that of all for `drift²` to cost no digits that count. (It is
    /// off by some deviations at most, and each factor of ten between the two costs two digits of
    /// seven.)
    static Standardization ofBatch(Tensor x, int... axes) {
        double n = 1;
        for (int axis : axes) {
            n *= x.extent(axis);
        }
        Tensor constant = x.slice(0, 0, 1).meanKeep(axes).detach();
        Tensor centred = x.sub(constant);
        List<Tensor> sums = Reductions.sumsKeep(List.of(centred, centred.square()), axes);
        Tensor drift = sums.get(0).mul(1 / n);
        Tensor variance = sums.get(1).mul(1 / n).sub(drift.square());
        return new Standardization(centred, drift, constant.add(drift), variance);
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
        // the shift first: its gradient is then asked for last, and summed with the factor's
        return shift.sub(drift.mul(factor)).add(centred.mul(factor));
    }
}
