package aligrad.nn;

import aligrad.tensor.Random;
import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

import org.jspecify.annotations.Nullable;

/// The residual block of a [ResNet]: `(N, H, W, in)` to `(N, H/stride, W/stride, out)`.
///
/// It is `relu(shortcut + norm2(conv2(relu(norm1(conv1(x))))))`. Where the shape stays the same the
/// shortcut is `x` itself; otherwise it is a 1x1 convolution of `x` and batch normalization.
final class BasicBlock extends Layer {

    private static final Conv2d.Options PLAIN = PreactivationBlock.PLAIN;

    private final int in;
    private final int out;
    private final int stride;
    private final Conv2d conv1;
    private final BatchNorm2d norm1;
    private final Conv2d conv2;
    private final BatchNorm2d norm2;
    private final @Nullable Sequential shortcut;

    BasicBlock(int in, int out, int stride, Random random) {
        Window2d same = Window2d.of(3).withPadding(1);
        this.in = in;
        this.out = out;
        this.stride = stride;
        conv1 = child("conv1", new Conv2d(in, out, same.withStride(stride), PLAIN, random));
        norm1 = child("norm1", new BatchNorm2d(out));
        conv2 = child("conv2", new Conv2d(out, out, same, PLAIN, random));
        norm2 = child("norm2", new BatchNorm2d(out));
        shortcut =
                in == out && stride == 1
                        ? null
                        : child("shortcut", shortcut(in, out, stride, random));
    }

    private static Sequential shortcut(int in, int out, int stride, Random random) {
        Window2d one = Window2d.of(1).withStride(stride);
        return Sequential.of(new Conv2d(in, out, one, PLAIN, random), new BatchNorm2d(out));
    }

    @Override
    protected Tensor compute(Tensor x) {
        Tensor h = norm1.forward(conv1.forward(x)).relu();
        Tensor y = norm2.forward(conv2.forward(h));
        return (shortcut == null ? x : shortcut.forward(x)).add(y).relu();
    }

    @Override
    protected String pyTorchName(String path) {
        return path.replaceFirst("^norm", "bn").replaceFirst("^shortcut\\.", "downsample.");
    }

    @Override
    public String toString() {
        return "BasicBlock(%d → %d, stride %d)".formatted(in, out, stride);
    }
}
