package aligrad.experiments;

import aligrad.optim.LearningRate;

/// How the learning rate of SGD changes.
@FunctionalInterface
interface Schedule {

    /// The rate at each step.
    ///
    /// @param rate at the first
    /// @param perEpoch how many steps an epoch has
    LearningRate of(double rate, long perEpoch);
}
