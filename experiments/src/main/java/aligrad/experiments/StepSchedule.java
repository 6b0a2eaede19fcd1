package aligrad.experiments;

import aligrad.optim.LearningRate;

import java.util.List;

/// A learning rate that is multiplied by a factor after each of some epochs.
///
/// @param epochs after which, rising; none for a rate that stays
/// @param factor by what the rate is multiplied
record StepSchedule(List<Long> epochs, double factor) implements Schedule {

    static final StepSchedule NONE = new StepSchedule(List.of(), 1);

    @Override
    public LearningRate of(double rate, long perEpoch) {
        return epochs.isEmpty()
                ? LearningRate.constant(rate)
                : LearningRate.steps(
                        rate,
                        factor,
                        epochs.stream().mapToLong(epoch -> epoch * perEpoch).toArray());
    }
}
