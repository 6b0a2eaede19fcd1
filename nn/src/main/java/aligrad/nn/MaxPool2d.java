package aligrad.nn;

import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

/// The largest number of each window of images `(N, H, W, C)`, channel by channel; padding never
/// wins.
public final class MaxPool2d extends Layer {

    private final Window2d window;

    /// As in `new MaxPool2d(Window2d.of(3).withStride(2).withPadding(1))`.
    public MaxPool2d(Window2d window) {
        this.window = window;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return x.maxPool2d(window);
    }

    @Override
    public String toString() {
        return "MaxPool2d(" + Windows.text(window) + ")";
    }
}
