package aligrad.nn;

import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

/// Cross-entropy of independent yes-or-no questions, in nats: of logits `x`, before the sigmoid,
/// with targets `z` in [0, 1], `ℓ = max(x, 0) - x·z + log(1 + exp(-|x|))`.
///
/// This form keeps small losses exact: a logit of 20 for a target of 1 costs 2.1e-9 in `F32` too,
/// where `softplus(x) - x` would be 0, and optimizers that divide by the loss need the difference.
///
/// ```java
/// Tensor loss = BinaryCrossEntropy.mean(logits, targets);
/// Tensor masked = BinaryCrossEntropy.perElement(logits, targets).mul(mask).sum();
/// ```
public final class BinaryCrossEntropy {

    private static final Options USUAL = new Options(null);

    private BinaryCrossEntropy() {}

    /// The mean over all elements, a single number.
    public static Tensor mean(Tensor logits, Tensor targets) {
        return USUAL.mean(logits, targets);
    }

    /// The sum over all elements, a single number.
    public static Tensor sum(Tensor logits, Tensor targets) {
        return USUAL.sum(logits, targets);
    }

    /// The loss of each element, of the shape of the logits.
    public static Tensor perElement(Tensor logits, Tensor targets) {
        return USUAL.perSample(logits, targets);
    }

    /// The usual options, to be changed with their `with…` methods.
    public static Options options() {
        return USUAL;
    }

    /// @param positiveWeight how much more a positive target counts, broadcasting to the logits:
    ///   the loss is `(1 - z)·x + (1 + (p - 1)·z)·(log(1 + exp(-|x|)) + max(-x, 0))`; `null`: 1
    public record Options(@Nullable Tensor positiveWeight) implements Loss {

        public Options withPositiveWeight(Tensor weight) {
            return new Options(weight);
        }

        /// The loss of each element, of the shape of the logits.
        @Override
        public Tensor perSample(Tensor logits, Tensor targets) {
            Targets.requireSame("binary cross-entropy", logits, targets);
            // Not relu and abs: their derivatives at 0 are 0, where the sum of both must be 1/2.
            Tensor positive = logits.ge(0);
            Tensor tail = positive.where(logits.neg(), logits).softplus();
            if (positiveWeight == null) {
                // x·(1 - z) or -x·z: where a target is sure, the slope of this part is exactly 0,
                // and
                // the tail's, which may be 1e-9, is not lost in a difference.
                Tensor slope = positive.where(targets.subtractedFrom(1), targets.neg());
                return slope.mul(logits).add(tail);
            }
            Tensor weight = targets.mul(positiveWeight.sub(1)).add(1);
            Tensor negated = positive.where(0, logits.neg());
            return targets.subtractedFrom(1).mul(logits).add(weight.mul(tail.add(negated)));
        }
    }
}
