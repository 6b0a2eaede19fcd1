package aligrad.nn;

import aligrad.tensor.Recording;
import aligrad.tensor.Tensor;

/// The multi-class hinge loss of Crammer and Singer: how far the label's score is from being larger
/// than every other by 1, `ℓ_i = max_j (s_ij + [j ≠ y_i] - s_{i,y_i})`.
///
/// Scores are `(B, C)`, labels whole numbers `(B)`. The weights over classes, one-hot at the
/// maximum, are constants for the gradient; of several maxima the first counts.
///
/// Source: Crammer, Singer, *On the Algorithmic Implementation of Multiclass Kernel-based Vector
/// Machines*, JMLR 2, 2001.
public final class MulticlassHinge {

    private static final Options PLAIN = new Options(false);
    private static final Options SMOOTHED = new Options(true);

    private MulticlassHinge() {}

    /// The mean over the batch, a single number.
    public static Tensor mean(Tensor scores, Tensor labels) {
        return PLAIN.mean(scores, labels);
    }

    /// The sum over the batch, a single number.
    public static Tensor sum(Tensor scores, Tensor labels) {
        return PLAIN.sum(scores, labels);
    }

    /// The loss of each sample, `(B)`.
    public static Tensor perSample(Tensor scores, Tensor labels) {
        return PLAIN.perSample(scores, labels);
    }

    /// The loss as it is, as an object.
    public static Options plain() {
        return PLAIN;
    }

    /// The loss smoothed for Frank-Wolfe steps: the weights over classes are `softmax(s_i)`
    /// wherever that gives a loss of at least 0. Source: Berrada, Zisserman, Kumar, *Deep
    /// Frank-Wolfe For Neural Network Optimization*, ICLR 2019.
    public static Options smoothed() {
        return SMOOTHED;
    }

    /// @param isSmoothed whether the weights over classes are softmax where that gives a loss of at
    ///   least 0
    public record Options(boolean isSmoothed) implements Loss {

        @Override
        public Tensor perSample(Tensor scores, Tensor labels) {
            Tensor index = Targets.labels("multi-class hinge", scores, labels);
            Tensor margin = Targets.isLabel(scores, index).not().to(scores.dtype());
            Tensor augmented =
                    scores.add(margin).sub(Targets.pick("multi-class hinge", scores, index));
            Tensor weights = Recording.off(() -> weights(scores, augmented));
            return weights.mul(augmented).sum(1);
        }

        private Tensor weights(Tensor scores, Tensor augmented) {
            Tensor largest = Targets.isLabel(augmented, augmented.argmax(1)).to(scores.dtype());
            if (!isSmoothed) {
                return largest;
            }
            Tensor soft = scores.softmax(1);
            return soft.mul(augmented).sumKeep(1).ge(0).where(soft, largest);
        }
    }
}
