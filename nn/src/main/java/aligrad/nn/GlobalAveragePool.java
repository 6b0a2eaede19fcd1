package aligrad.nn;

import aligrad.tensor.ShapeException;
import aligrad.tensor.Tensor;

/// The mean of each channel over all pixels: `(N, H, W, C)` to `(N, C)`.
public final class GlobalAveragePool extends Layer {

    @Override
    protected Tensor compute(Tensor x) {
        if (x.shape().rank() != 4) {
            throw new ShapeException(
                    "global average pool of %s: images must be (N, H, W, C)".formatted(x.shape()));
        }
        return x.mean(1, 2);
    }
}
