package aligrad.experiments;

import aligrad.nn.Loss;
import aligrad.optim.SampleTargets;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.function.Supplier;

/// What a step minimizes: the mean loss of a batch, which the targets of ALI-G+ see sample by
/// sample.
///
/// @param targets of ALI-G+; `null` for all other optimizers
record Objective(Loss loss, @Nullable SampleTargets targets) {

    /// A single number.
    ///
    /// @param samples which samples these are, `I64 (B)`, counted from 0; asked for with targets
    ///   only
    Tensor mean(Tensor scores, Tensor labels, Supplier<Tensor> samples) {
        return targets == null
                ? loss.mean(scores, labels)
                : targets.mean(samples.get(), loss.perSample(scores, labels));
    }

    /// After the last step of an epoch.
    void endEpoch() {
        if (targets != null) {
            targets.endEpoch();
        }
    }
}
