package aligrad.experiments;

import aligrad.optim.LearningRate;

import java.util.List;

/// How the learning rate of SGD falls: multiplied by a factor after each of some epochs.
///
/// @param epochs after which, rising; none for a rate that stays
/// @param factor by what the rate is multiplied
record Schedule(List<Long> epochs, double factor) {

    static final Schedule NONE = new Schedule(List.of(), 1);

    /// The rate at each step.
    ///
    /// @param perEpoch how many steps an epoch has
    LearningRate of(double rate, long perEpoch) {
        return epochs.isEmpty()
                ? LearningRate.constant(rate)
                : LearningRate.steps(
                        rate,
                        factor,
                        epochs.stream().mapToLong(epoch -> epoch * perEpoch).toArray());
    }
}
