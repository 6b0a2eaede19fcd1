package aligrad.nn;

import aligrad.tensor.Random;
import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

import org.jspecify.annotations.Nullable;

/// The residual block of a [WideResNet]: `(N, H, W, in)` to `(N, H/stride, W/stride, out)`.
///
/// With `a = relu(norm1(x))` it is `shortcut + conv2(dropout(relu(norm2(conv1(a)))))`. Where the
/// channels stay the same the shortcut is `x` itself; otherwise it is a 1x1 convolution of `a`,
/// which is shared with the main path.
final class PreactivationBlock extends Layer {

    /// What convolutions of residual networks have: no bias, normal with variance `2/(k·k·out)`.
    static final Conv2d.Options PLAIN =
            Conv2d.Options.DEFAULT.withoutBias().withWeights(new Initializer.HeFanOut());

    private final int in;
    private final int out;
    private final int stride;
    private final BatchNorm2d norm1;
    private final Conv2d conv1;
    private final BatchNorm2d norm2;
    private final @Nullable Dropout dropout;
    private final Conv2d conv2;
    private final @Nullable Conv2d shortcut;

    /// @param random for the initial weights
    /// @param masks what dropout draws from, for this block alone
    PreactivationBlock(int in, int out, int stride, double dropout, Random random, Random masks) {
        Window2d same = Window2d.of(3).withPadding(1);
        this.in = in;
        this.out = out;
        this.stride = stride;
        norm1 = child("norm1", new BatchNorm2d(in));
        conv1 = child("conv1", new Conv2d(in, out, same.withStride(stride), PLAIN, random));
        norm2 = child("norm2", new BatchNorm2d(out));
        this.dropout = dropout == 0 ? null : child("dropout", new Dropout(dropout, masks));
        conv2 = child("conv2", new Conv2d(out, out, same, PLAIN, random));
        shortcut =
                in == out
                        ? null
                        : child(
                                "shortcut",
                                new Conv2d(
                                        in, out, Window2d.of(1).withStride(stride), PLAIN, random));
    }

    @Override
    protected Tensor compute(Tensor x) {
        Tensor a = norm1.forward(x).relu();
        Tensor h = norm2.forward(conv1.forward(a)).relu();
        Tensor kept = dropout == null ? h : dropout.forward(h);
        return (shortcut == null ? x : shortcut.forward(a)).add(conv2.forward(kept));
    }

    @Override
    protected String pyTorchName(String path) {
        return path.replaceFirst("^norm", "bn").replaceFirst("^shortcut\\.", "convShortcut.");
    }

    @Override
    public String toString() {
        return "PreactivationBlock(%d → %d, stride %d)".formatted(in, out, stride);
    }
}
