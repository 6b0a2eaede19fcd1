package aligrad.optim;

import aligrad.tensor.Fetch;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.function.Supplier;

/// A step that was begun with [Optimizer#begin]; a device may still be computing it.
///
/// ```java
/// PendingStep before = optimizer.begin(() -> loss(model, batches.next()));
/// while (batches.hasNext()) {
///     PendingStep next = optimizer.begin(() -> loss(model, batches.next()));
///     System.out.println(before.report().loss());      // while the device computes `next`
///     before = next;
/// }
/// ```
public final class PendingStep {

    private final Optimizer<?> optimizer;
    private final double batchLoss;
    private final @Nullable Told told;
    private @Nullable StepReport report;

    /// What a device was told to send of a step.
    ///
    /// @param loss what computes the loss, to find out where it went wrong
    /// @param computed ℓ
    /// @param squaredNorm ‖g‖²
    /// @param projectionRatio by what the projection multiplied the parameters; `null` for none
    record Told(
            Supplier<Tensor> loss,
            Fetch computed,
            Fetch squaredNorm,
            @Nullable Fetch projectionRatio) {}

    /// A step that is finished.
    PendingStep(Optimizer<?> optimizer, double batchLoss, StepReport report) {
        this.optimizer = optimizer;
        this.batchLoss = batchLoss;
        this.told = null;
        this.report = report;
    }

    /// A step that a device computes.
    PendingStep(Optimizer<?> optimizer, Told told) {
        this.optimizer = optimizer;
        this.batchLoss = Double.NaN;
        this.told = told;
    }

    /// What the step did. Waits for it, not for what was begun since; steps begun before are
    /// finished first, so that steps are counted in their order.
    ///
    /// @throws NonFiniteLossException if this or one of those was the last of too many steps in a
    ///   row that were skipped, see [Optimizer#PATIENCE]
    public StepReport report() {
        StepReport present = report;
        if (present == null) {
            optimizer.finish(this);
            present = report;
        }
        return Objects.requireNonNull(present);
    }

    /// Whether the step is done and counted, so that [#report()] does not wait.
    public boolean isFinished() {
        return report != null;
    }

    @Nullable Told told() {
        return told;
    }

    void finish(StepReport made) {
        report = made;
    }

    /// The loss of the batch, which is not that of the report where several batches make a step.
    double loss() {
        double loss = report().loss();
        return told == null ? batchLoss : loss;
    }
}
