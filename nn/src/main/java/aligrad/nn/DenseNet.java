package aligrad.nn;

import aligrad.tensor.Random;
import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

/// A densely connected network: images `(N, H, W, 3)` to scores `(N, classes)`.
///
/// A 3x3 convolution, three blocks of dense layers, each of which appends `growth` channels to what
/// it is given, and between the blocks a transition: a 1x1 convolution that keeps part of the
/// channels, then the mean of 2x2 pixels. At the end batch normalization, ReLU, the mean over all
/// pixels, and a linear layer without bias.
///
/// As [#of] makes it, it is a DenseNet-BC: layers have a bottleneck, so that a block has `(depth -
/// 4)/6` of them, the first convolution has `2·growth` channels, and a transition keeps half of the
/// channels. Convolutions start normal with variance `2/(k·k·out)`.
///
/// ```java
/// DenseNet model = DenseNet.of(40, 40).classes(10).initialize(Random.stream(42));
/// Tensor scores = model.forward(images);            // (N, 32, 32, 3) to (N, 10)
/// System.out.println(model.parameterCount());       // 1901920
/// ```
///
/// Source: Huang, Liu, van der Maaten, Weinberger, *Densely Connected Convolutional Networks*, CVPR
/// 2017.
public final class DenseNet extends Layer {

    private static final int BLOCKS = 3;

    private final Config config;
    private final Conv2d conv1;
    private final Sequential body = new Sequential();
    private final BatchNorm2d norm;
    private final Linear scores;

    /// The sizes of a densely connected network; [#of] and [#plain] give those of the paper.
    ///
    /// @param depth layers with weights: 6·n + 4 with a bottleneck, 3·n + 4 without, for n dense
    ///   layers a block
    /// @param growth channels that a dense layer appends, k
    /// @param bottleneck whether a dense layer first goes through a 1x1 convolution to 4·k channels
    /// @param reduction the part of the channels that a transition keeps, θ, rounded down
    /// @param inputs channels of an image
    /// @param classes numbers in a row of scores
    /// @param dropout with which probability a number behind a convolution is dropped in training
    public record Config(
            int depth,
            int growth,
            boolean bottleneck,
            double reduction,
            int inputs,
            int classes,
            double dropout) {

        /// @throws IllegalArgumentException if the depth is not 6·n + 4, or 3·n + 4 without a
        ///   bottleneck, with n of at least 1, a size is below 1, the reduction is not above 0 and
        ///   at most 1, or the dropout is not from 0 to less than 1
        public Config {
            int unit = bottleneck ? 6 : 3;
            if (depth < unit + 4 || (depth - 4) % unit != 0) {
                throw new IllegalArgumentException(
                        "DenseNet of depth %d %s bottleneck: it must be %d·n + 4, such as %d, %d or 40"
                                .formatted(
                                        depth,
                                        bottleneck ? "with a" : "without",
                                        unit,
                                        unit + 4,
                                        2 * unit + 4));
            }
            if (Math.min(growth, Math.min(inputs, classes)) < 1) {
                throw new IllegalArgumentException(
                        "DenseNet of growth %d, %d image channels, %d classes: all must be at least 1"
                                .formatted(growth, inputs, classes));
            }
            if (!(reduction > 0 && reduction <= 1)) {
                throw new IllegalArgumentException(
                        "DenseNet with reduction "
                                + reduction
                                + ": a transition must keep more than 0 and at most 1 of the"
                                + " channels");
            }
            if (!(dropout >= 0 && dropout < 1)) {
                throw new IllegalArgumentException(
                        "DenseNet with dropout " + dropout + ": it must be 0 to less than 1");
            }
        }

        public Config reduction(double kept) {
            return new Config(depth, growth, bottleneck, kept, inputs, classes, dropout);
        }

        public Config inputs(int channels) {
            return new Config(depth, growth, bottleneck, reduction, channels, classes, dropout);
        }

        public Config classes(int number) {
            return new Config(depth, growth, bottleneck, reduction, inputs, number, dropout);
        }

        public Config dropout(double probability) {
            return new Config(depth, growth, bottleneck, reduction, inputs, classes, probability);
        }

        /// The network with initial weights drawn from this stream; dropout draws from streams that
        /// are named after it.
        public DenseNet initialize(Random random) {
            return new DenseNet(this, random);
        }

        private int layersInABlock() {
            return (depth - 4) / (bottleneck ? 6 : 3);
        }
    }

    /// DenseNet-BC-depth-growth for colour images and ten classes, without dropout.
    ///
    /// @throws IllegalArgumentException if the depth is not 6·n + 4 with n of at least 1
    public static Config of(int depth, int growth) {
        return new Config(depth, growth, true, 0.5, 3, 10, 0);
    }

    /// The paper's DenseNet before it had bottlenecks: a dense layer is a single 3x3 convolution,
    /// of which a block has `(depth - 4)/3`, and transitions keep all channels.
    ///
    /// @throws IllegalArgumentException if the depth is not 3·n + 4 with n of at least 1
    public static Config plain(int depth, int growth) {
        return new Config(depth, growth, false, 1, 3, 10, 0);
    }

    private DenseNet(Config config, Random random) {
        this.config = config;
        int channels = Math.multiplyExact(2, config.growth);
        conv1 =
                child(
                        "conv1",
                        new Conv2d(
                                config.inputs,
                                channels,
                                Window2d.of(3).withPadding(1),
                                Conv2d.Options.DEFAULT
                                        .withoutBias()
                                        .withWeights(new Initializer.HeFanOut()),
                                random));
        for (int b = 1; b <= BLOCKS; b++) {
            Sequential block = new Sequential();
            for (int i = 0; i < config.layersInABlock(); i++) {
                Random masks = random.named("dropout of block %d, layer %d".formatted(b, i));
                block.add(new DenseLayer(channels, config, random, masks));
                channels = Math.addExact(channels, config.growth);
            }
            body.add("block" + b, block);
            if (b < BLOCKS) {
                int kept = (int) Math.floor(channels * config.reduction);
                body.add("transition" + b, transition(b, channels, kept, random));
                channels = kept;
            }
        }
        child("body", body);
        norm = child("norm", new BatchNorm2d(channels));
        scores =
                child(
                        "scores",
                        new Linear(
                                channels,
                                config.classes,
                                Linear.Options.DEFAULT.withoutBias(),
                                random));
    }

    private Sequential transition(int b, int in, int out, Random random) {
        if (out < 1) {
            throw new IllegalArgumentException(
                    "DenseNet with reduction %s: transition %d would keep none of its %d channels; use a larger one"
                            .formatted(config.reduction, b, in));
        }
        Random masks = random.named("dropout of transition " + b);
        return DenseLayer.part(in, out, Window2d.of(1), config, random, masks, "only")
                .add("pool", new AveragePool2d(Window2d.of(2).withStride(2)));
    }

    /// The sizes it was made with.
    public Config config() {
        return config;
    }

    @Override
    protected Tensor compute(Tensor x) {
        Tensor features = norm.forward(body.forward(conv1.forward(x))).relu();
        return scores.forward(features.mean(1, 2));
    }

    @Override
    protected String pyTorchName(String path) {
        return path.replaceFirst("^body\\.block(\\d)\\.", "block$1.layer.")
                .replaceFirst("^body\\.transition(\\d)\\.norm\\.", "trans$1.bn1.")
                .replaceFirst("^body\\.transition(\\d)\\.conv\\.", "trans$1.conv1.")
                .replaceFirst("^norm\\.", "bn1.")
                .replaceFirst("^scores\\.", "fc.");
    }

    @Override
    public String toString() {
        return "DenseNet(%s-%d-%d, %d classes)"
                .formatted(
                        config.bottleneck ? "BC" : "plain",
                        config.depth,
                        config.growth,
                        config.classes);
    }
}
