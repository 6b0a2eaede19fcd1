package aligrad.optim;

import aligrad.autograd.Gradients;
import aligrad.tensor.DType;
import aligrad.tensor.Tensor;

import java.util.List;

/// A step whose numbers stay on the device: each is a rank-0 tensor, and what depends on them is
/// decided there.
final class DeviceStep {

    private final Gradients gradients;
    private final Tensor loss;
    private final Tensor squaredNorm;
    private final Tensor taken;

    /// @param loss without a history, one element
    /// @param present all gradients that there are
    DeviceStep(Tensor loss, Gradients gradients, List<Tensor> present) {
        this.gradients = gradients;
        this.loss = loss.reshape().to(DType.F64);
        squaredNorm = SquaredNorms.on(loss.device(), present).evaluate();
        taken = this.loss.isFinite().and(squaredNorm.isFinite()).evaluate();
    }

    /// The mini-batch loss ℓ, `F64`.
    Tensor loss() {
        return loss;
    }

    /// ‖g‖² over all parameters, `F64`.
    Tensor squaredNorm() {
        return squaredNorm;
    }

    /// Whether the loss and all gradients are finite, `BOOL`; if not, nothing may change.
    Tensor taken() {
        return taken;
    }

    /// Whether the loss depends on this parameter.
    boolean has(Slot slot) {
        return gradients.has(slot.parameter());
    }

    Tensor gradient(Slot slot) {
        return gradients.of(slot.parameter());
    }
}
