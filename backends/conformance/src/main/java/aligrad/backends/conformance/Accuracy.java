package aligrad.backends.conformance;

/// How closely a device promises to follow the reference backend where arithmetic leaves freedom.
///
/// Everything else is fixed by the suite: addition, multiplication, division and square root are
/// correctly rounded, and sums of `n` terms are off by at most `n` roundings of the sum of their
/// magnitudes.
///
/// @param functionUlps the largest error of exp, log, sin and their kin, in units in the last place
///   of the result
/// @param convolution the largest error of a convolution relative to the largest sum of magnitudes
///   `Σ|x·f|` in the result, for algorithms such as Winograd's that add and subtract neighbours; 0
///   if it is a plain sum everywhere
/// @param subnormals whether numbers below the smallest normal one are kept; if not, they may count
///   as 0
public record Accuracy(double functionUlps, double convolution, boolean subnormals) {}
