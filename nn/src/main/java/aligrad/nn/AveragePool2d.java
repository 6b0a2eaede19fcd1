package aligrad.nn;

import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

/// The mean of each window of images `(N, H, W, C)`, channel by channel. Padding counts as zeros.
public final class AveragePool2d extends Layer {

    private final Window2d window;
    private final boolean includePadding;

    /// As in `new AveragePool2d(Window2d.of(2).withStride(2))`.
    public AveragePool2d(Window2d window) {
        this(window, true);
    }

    /// @param includePadding whether padding counts as zeros; if not, it is left out of the mean
    public AveragePool2d(Window2d window, boolean includePadding) {
        this.window = window;
        this.includePadding = includePadding;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return x.averagePool2d(window, includePadding);
    }

    @Override
    public String toString() {
        return "AveragePool2d("
                + Windows.text(window)
                + (includePadding ? ")" : ", without padding)");
    }
}
