package aligrad.nn;

import aligrad.tensor.Movements;
import aligrad.tensor.Random;
import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

import org.jspecify.annotations.Nullable;

/// A layer of a [DenseNet]: what it computes is appended to its input, `(N, H, W, in)` to `(N, H,
/// W, in + growth)`.
///
/// Plain: batch normalization, ReLU, 3x3 convolution to `growth` channels, dropout. With a
/// bottleneck the same stands behind batch normalization, ReLU, 1x1 convolution to `4·growth`
/// channels, dropout.
final class DenseLayer extends Layer {

    private static final int BOTTLENECK = 4;

    private final int in;
    private final int growth;
    private final @Nullable Sequential bottleneck;
    private final Sequential growing;

    /// @param random for the initial weights
    /// @param masks what dropout draws from, for this layer alone
    DenseLayer(int in, DenseNet.Config config, Random random, Random masks) {
        this.in = in;
        growth = config.growth();
        int wide = BOTTLENECK * growth;
        bottleneck =
                config.bottleneck()
                        ? child(
                                "bottleneck",
                                part(in, wide, Window2d.of(1), config, random, masks, "first"))
                        : null;
        growing =
                child(
                        "growing",
                        part(
                                config.bottleneck() ? wide : in,
                                growth,
                                Window2d.of(3).withPadding(1),
                                config,
                                random,
                                masks,
                                "second"));
    }

    /// Batch normalization, ReLU, a convolution, and dropout where there is any: what the dense
    /// layers and the transitions between blocks are made of.
    static Sequential part(
            int in,
            int out,
            Window2d window,
            DenseNet.Config config,
            Random random,
            Random masks,
            String mask) {
        Conv2d.Options plain =
                Conv2d.Options.DEFAULT.withoutBias().withWeights(new Initializer.HeFanOut());
        Sequential part =
                Sequential.of()
                        .add("norm", new BatchNorm2d(in))
                        .add("relu", Activation.relu())
                        .add("conv", new Conv2d(in, out, window, plain, random));
        return config.dropout() == 0
                ? part
                : part.add("dropout", new Dropout(config.dropout(), masks.named(mask)));
    }

    @Override
    protected Tensor compute(Tensor x) {
        Tensor h = bottleneck == null ? x : bottleneck.forward(x);
        return Movements.concat(3, x, growing.forward(h));
    }

    @Override
    protected String pyTorchName(String path) {
        String last = bottleneck == null ? "1." : "2.";
        return path.replaceFirst("^bottleneck\\.norm\\.", "bn1.")
                .replaceFirst("^bottleneck\\.conv\\.", "conv1.")
                .replaceFirst("^growing\\.norm\\.", "bn" + last)
                .replaceFirst("^growing\\.conv\\.", "conv" + last);
    }

    @Override
    public String toString() {
        return "DenseLayer(%d → %d)".formatted(in, in + growth);
    }
}
