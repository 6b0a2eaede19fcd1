package aligrad.nn;

import aligrad.tensor.Tensor;

/// Cross-entropy that forgives the `k` highest scores: a smooth surrogate of the top-k error.
///
/// With `T_i` the classes that are not among the `k` largest scores of sample `i`,
///
/// ```
/// ℓ_i = log( 1 + Σ_{j ∈ T_i, j ≠ y_i} exp(min(s_ij - s_{i,y_i}, 80)) )
/// ```
///
/// Scores are `(B, C)`, labels whole numbers `(B)`. `T_i` is constant for the gradient; of equal
/// scores the smaller index counts as larger. No gradient flows through a difference above 80.
///
/// @param k how many scores are forgiven, 1 to C - 1
public record TruncatedTopK(int k) implements Loss {

    /// In the exponent; larger differences would overflow.
    private static final double LARGEST = 80;

    public TruncatedTopK {
        if (k < 1) {
            throw new IllegalArgumentException(
                    "truncated top-k cross-entropy with k " + k + ": it must be at least 1");
        }
    }

    @Override
    public Tensor perSample(Tensor scores, Tensor labels) {
        Tensor index = Targets.labels("truncated top-k cross-entropy", scores, labels);
        int classes = scores.extent(1);
        if (k >= classes) {
            throw new IllegalArgumentException(
                    "truncated top-%d cross-entropy of %d classes: k must be 1 to %d, or no class is left"
                            .formatted(k, classes, classes - 1));
        }
        Tensor outside = scores.argsort(1, true).slice(1, k, classes);
        Tensor differences =
                scores.takeAlong(1, outside)
                        .sub(Targets.pick("truncated top-k cross-entropy", scores, index));
        Tensor isOther = outside.ne(index.to(outside.dtype()).unsqueeze(1));
        Tensor terms = isOther.where(differences.minimum(LARGEST), Double.NEGATIVE_INFINITY);
        // log Σ exp over the terms and 0, with the largest of them taken out of the sum; log1p
        // keeps
        // small losses exact
        Tensor largest = terms.detach().maxKeep(1).maximum(0);
        Tensor sum = terms.sub(largest).exp().sumKeep(1).add(largest.neg().expm1());
        return sum.log1p().add(largest).squeeze(1);
    }
}
