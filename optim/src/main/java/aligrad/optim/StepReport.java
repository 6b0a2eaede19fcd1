package aligrad.optim;

/// What one step did.
///
/// @param loss the mini-batch loss ℓ that the step was computed from
/// @param stepSize the step length γ that was used; the mean over groups where they differ
/// @param unclippedStepSize γ before any bound; equal to `stepSize` for optimizers that compute
///   none
/// @param bound what limited the step
/// @param gradientNorm ‖g‖ over all parameters, before clipping
/// @param projectionRatio by what the projection multiplied the parameters; 1 where it did nothing
/// @param skippedInRow how many steps in a row, up to this one, were skipped
public record StepReport(
        double loss,
        double stepSize,
        double unclippedStepSize,
        Bound bound,
        double gradientNorm,
        double projectionRatio,
        int skippedInRow) {

    /// What limited a step.
    public enum Bound {
        /// Nothing: the step is what the optimizer computed.
        NONE,
        /// The maximal learning rate, in at least one group.
        MAX_LEARNING_RATE,
        /// Zero: the loss was negative, and the step would have gone uphill.
        ZERO,
        /// The loss or a gradient was not finite; nothing was changed.
        SKIPPED,
        /// The batches that make a step are not complete: this one was gathered, and the parameters
        /// are where they were or at a point in between.
        PARTIAL
    }
}
