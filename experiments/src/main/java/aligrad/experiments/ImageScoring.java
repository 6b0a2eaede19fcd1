package aligrad.experiments;

import aligrad.nn.CrossEntropy;
import aligrad.nn.Loss;
import aligrad.nn.TruncatedTopK;

/// How the scores of a network for images are judged in training, and which accuracies are
/// measured.
///
/// @param loss what all optimizers but DFW minimize, which has the hinge loss
/// @param smoothsHinge whether DFW has the smoothed one
/// @param countsFive whether it is measured how often the label is among the five highest scores
record ImageScoring(Loss loss, boolean smoothsHinge, boolean countsFive) {

    /// How many of the highest scores the loss of ImageNet forgives.
    static final int FORGIVEN = 5;

    /// The cross-entropy.
    ///
    /// @param smoothsHinge whether DFW has the smoothed hinge loss
    static ImageScoring crossEntropy(boolean smoothsHinge) {
        return new ImageScoring(CrossEntropy.options(), smoothsHinge, false);
    }

    /// Of images of many classes, of which five may be named.
    ///
    /// @param isTruncated whether the cross-entropy forgives the five highest scores
    static ImageScoring ofManyClasses(boolean isTruncated) {
        return new ImageScoring(
                isTruncated ? new TruncatedTopK(FORGIVEN) : CrossEntropy.options(), false, true);
    }
}
