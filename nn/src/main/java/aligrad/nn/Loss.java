package aligrad.nn;

import aligrad.tensor.Tensor;

/// How wrong scores are: what is minimized.
///
/// Each loss is also a final class with static methods for the usual case, as in
/// `CrossEntropy.mean(scores, labels)`; a `Loss` object is that with options, or for choosing one
/// at run time.
public interface Loss {

    /// The loss of each sample `(B)`; for losses of single numbers, such as [MeanSquared], of each
    /// number.
    Tensor perSample(Tensor scores, Tensor targets);

    /// The mean over the batch, a single number.
    default Tensor mean(Tensor scores, Tensor targets) {
        return perSample(scores, targets).mean();
    }

    /// The sum over the batch, a single number.
    default Tensor sum(Tensor scores, Tensor targets) {
        return perSample(scores, targets).sum();
    }
}
