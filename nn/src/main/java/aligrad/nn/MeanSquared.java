package aligrad.nn;

import aligrad.tensor.Tensor;

/// The squared difference of each number from its target, `(x - z)²`.
public final class MeanSquared {

    private MeanSquared() {}

    /// The mean over all elements, a single number.
    public static Tensor mean(Tensor x, Tensor targets) {
        return perElement(x, targets).mean();
    }

    /// The sum over all elements, a single number.
    public static Tensor sum(Tensor x, Tensor targets) {
        return perElement(x, targets).sum();
    }

    /// The squared difference of each element.
    public static Tensor perElement(Tensor x, Tensor targets) {
        Targets.requireSame("mean squared error", x, targets);
        return x.sub(targets).square();
    }
}
