package aligrad.nn;

import aligrad.tensor.Tensor;

/// All axes but the first as one: `(N, H, W, C)` to `(N, H·W·C)`.
public final class Flatten extends Layer {

    @Override
    protected Tensor compute(Tensor x) {
        return x.flatten(1, -1);
    }
}
