package aligrad.nn;

import aligrad.tensor.ShapeException;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.OptionalLong;

/// Cross-entropy of softmax scores with labels or probabilities, in nats: `ℓ_i = logsumexp_j s_ij -
/// s_{i,y_i}`.
///
/// Scores are `(B, C)`, before the softmax. Targets are labels `(B)` (whole numbers 0 to C - 1) or,
/// as floating numbers `(B, C)`, the probability of each class.
///
/// ```java
/// Tensor loss = CrossEntropy.mean(model.forward(x), labels);
/// Tensor smooth = CrossEntropy.options().withLabelSmoothing(0.1).mean(model.forward(x), labels);
/// ```
public final class CrossEntropy {

    private static final Options USUAL = new Options(0, null, OptionalLong.empty());

    private CrossEntropy() {}

    /// The mean over the batch, a single number.
    public static Tensor mean(Tensor scores, Tensor targets) {
        return USUAL.mean(scores, targets);
    }

    /// The sum over the batch, a single number.
    public static Tensor sum(Tensor scores, Tensor targets) {
        return USUAL.sum(scores, targets);
    }

    /// The loss of each sample, `(B)`.
    public static Tensor perSample(Tensor scores, Tensor targets) {
        return USUAL.perSample(scores, targets);
    }

    /// The usual options, to be changed with their `with…` methods.
    public static Options options() {
        return USUAL;
    }

    /// Cross-entropy with options. With label smoothing `ε` and class weights `w`
    ///
    /// ```
    /// ℓ_i = -(1 - ε)·w[y_i]·log p_i[y_i] - ε/C·Σ_c w[c]·log p_i[c]
    /// ```
    ///
    /// and 0 where `y_i` is the ignored label; the mean divides by the sum of `w[y_i]` over the
    /// others. Probabilities `q` as targets are smoothed to `(1 - ε)·q + ε/C` and weighted class by
    /// class; their mean divides by the batch.
    ///
    /// @param labelSmoothing `ε`, 0 to 1
    /// @param classWeights `w (C)`, of the type of the scores; `null`: 1 for all
    /// @param ignored the label of samples that do not count
    public record Options(
            double labelSmoothing, @Nullable Tensor classWeights, OptionalLong ignored)
            implements Loss {

        public Options {
            if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
                throw new IllegalArgumentException(
                        "cross-entropy with label smoothing "
                                + labelSmoothing
                                + ": it must be 0 to 1");
            }
        }

        public Options withLabelSmoothing(double epsilon) {
            return new Options(epsilon, classWeights, ignored);
        }

        public Options withClassWeights(Tensor weights) {
            return new Options(labelSmoothing, weights, ignored);
        }

        public Options withIgnored(long label) {
            return new Options(labelSmoothing, classWeights, OptionalLong.of(label));
        }

        @Override
        public Tensor perSample(Tensor scores, Tensor targets) {
            return targets.dtype().isFloating()
                    ? ofProbabilities(scores, targets)
                    : ofLabels(scores, Targets.labels("cross-entropy", scores, targets));
        }

        @Override
        public Tensor mean(Tensor scores, Tensor targets) {
            Tensor each = perSample(scores, targets);
            Tensor shares = targets.dtype().isFloating() ? null : shares(scores, targets);
            return shares == null ? each.mean() : each.sum().div(shares.sum());
        }

        private Tensor ofLabels(Tensor scores, Tensor labels) {
            Tensor logs = scores.logSoftmax(1);
            Tensor own = Targets.pick("cross-entropy", logs, usable(labels)).squeeze(1).neg();
            Tensor shares = shares(scores, labels);
            Tensor hard = shares == null ? own : own.mul(shares);
            if (labelSmoothing == 0) {
                return hard;
            }
            Tensor weights = weights(scores);
            Tensor all = (weights == null ? logs : logs.mul(weights)).mean(1).neg();
            Tensor soft = ignored.isEmpty() ? all : counts(labels).where(all, 0);
            return hard.mul(1 - labelSmoothing).add(soft.mul(labelSmoothing));
        }

        private Tensor ofProbabilities(Tensor scores, Tensor probabilities) {
            Targets.requireScores("cross-entropy", scores);
            Targets.requireSame("cross-entropy", scores, probabilities);
            Tensor smooth =
                    labelSmoothing == 0
                            ? probabilities
                            : probabilities
                                    .mul(1 - labelSmoothing)
                                    .add(labelSmoothing / scores.extent(1));
            Tensor weights = weights(scores);
            Tensor factor = weights == null ? smooth : smooth.mul(weights);
            return factor.mul(scores.logSoftmax(1)).sum(1).neg();
        }

        /// `w[y_i]`, 0 where ignored, `(B)`; `null` if that is 1 for all.
        private @Nullable Tensor shares(Tensor scores, Tensor labels) {
            Tensor weights = weights(scores);
            Tensor own = weights == null ? null : weights.gather(0, usable(labels));
            if (ignored.isEmpty()) {
                return own;
            }
            Tensor counts = counts(labels);
            return own == null ? counts.to(scores.dtype()) : counts.where(own, 0);
        }

        private Tensor counts(Tensor labels) {
            return labels.ne((double) ignored.orElseThrow());
        }

        /// Labels that can be looked up: an ignored one becomes 0.
        private Tensor usable(Tensor labels) {
            return ignored.isEmpty() ? labels : counts(labels).where(labels, 0);
        }

        private @Nullable Tensor weights(Tensor scores) {
            Tensor weights = classWeights;
            if (weights != null
                    && (weights.shape().rank() != 1
                            || weights.extent(0) != scores.extent(1)
                            || weights.dtype() != scores.dtype())) {
                throw new ShapeException(
                        "cross-entropy of scores %s %s with class weights %s %s: it needs one for each class, of the scores' type"
                                .formatted(
                                        scores.dtype(),
                                        scores.shape(),
                                        weights.dtype(),
                                        weights.shape()));
            }
            return weights;
        }
    }
}
