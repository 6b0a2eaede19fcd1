package aligrad.autograd;

import aligrad.tensor.Custom;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Derivatives that users wrote, checked.
final class CustomDerivatives {

    private CustomDerivatives() {}

    static void apply(Custom op, Tensor y, Tensor g, Backward to) {
        List<@Nullable Tensor> gradients = op.derivative(g, y);
        if (gradients.size() != op.arity()) {
            throw new IllegalStateException(
                    "derivative of %s: it gave %d gradients for %d inputs; give null for an input that has none"
                            .formatted(op.name(), gradients.size(), op.arity()));
        }
        for (int i = 0; i < op.arity(); i++) {
            Tensor input = op.input(i);
            Tensor gi = gradients.get(i);
            if (gi == null || !input.isTracked()) {
                continue;
            }
            if (gi.dtype() != input.dtype() || !input.shape().broadcastsTo(gi.shape())) {
                throw new IllegalStateException(
                        "derivative of %s: input %d is %s %s, but its gradient is %s %s; both must be equal"
                                .formatted(
                                        op.name(),
                                        i,
                                        input.dtype(),
                                        input.shape(),
                                        gi.dtype(),
                                        gi.shape()));
            }
            to.add(input, gi);
        }
    }
}
