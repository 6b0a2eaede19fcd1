package aligrad.nn;

import aligrad.tensor.Random;
import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

/// A wide residual network, WRN-depth-width: images `(N, H, W, 3)` to scores `(N, classes)`.
///
/// A 3x3 convolution to 16 channels, three stages of `(depth - 4)/6` pre-activation blocks with
/// 16·width, 32·width and 64·width channels, of which the second and third halve height and width,
/// then batch normalization, ReLU, the mean over all pixels, and a linear layer. Convolutions have
/// no bias and start normal with variance `2/(k·k·out)`; the bias of the linear layer starts at 0.
/// Images of 32 by 32 pixels leave the last stage as 8 by 8, other sizes accordingly.
///
/// ```java
/// WideResNet model = WideResNet.of(16, 4).classes(10).initialize(Random.stream(42));
/// Tensor scores = model.forward(images);            // (N, 32, 32, 3) to (N, 10)
/// System.out.println(model.parameterCount());       // 2748890
/// ```
///
/// Source: Zagoruyko, Komodakis, *Wide Residual Networks*, BMVC 2016.
public final class WideResNet extends Layer {

    private static final int STAGES = 3;

    private final Config config;
    private final Conv2d conv1;
    private final Sequential[] stages = new Sequential[STAGES];
    private final BatchNorm2d norm;
    private final Linear scores;

    /// The sizes of a wide residual network; [#of] gives those of the paper.
    ///
    /// @param depth layers with weights along the longest path but for the shortcuts: 6·n + 4
    /// @param width what the channels of the three stages are multiplied by
    /// @param inputs channels of an image
    /// @param first channels of the first convolution, and of the first stage at width 1
    /// @param classes numbers in a row of scores
    /// @param dropout with which probability a number between the two convolutions of a block is
    ///   dropped in training
    public record Config(int depth, int width, int inputs, int first, int classes, double dropout) {

        /// @throws IllegalArgumentException if the depth is not 6·n + 4 with n of at least 1, a
        ///   size is below 1, or the dropout is not from 0 to less than 1
        public Config {
            if (depth < 10 || (depth - 4) % 6 != 0) {
                throw new IllegalArgumentException(
                        "wide residual network of depth %d: it must be 6·n + 4, such as 10, 16, 22, 28 or 40"
                                .formatted(depth));
            }
            if (Math.min(Math.min(width, inputs), Math.min(first, classes)) < 1) {
                throw new IllegalArgumentException(
                        "wide residual network of width %d, %d image channels, %d first channels, %d classes: all must be at least 1"
                                .formatted(width, inputs, first, classes));
            }
            if (!(dropout >= 0 && dropout < 1)) {
                throw new IllegalArgumentException(
                        "wide residual network with dropout "
                                + dropout
                                + ": it must be 0 to less than 1");
            }
        }

        public Config inputs(int channels) {
            return new Config(depth, width, channels, first, classes, dropout);
        }

        public Config first(int channels) {
            return new Config(depth, width, inputs, channels, classes, dropout);
        }

        public Config classes(int number) {
            return new Config(depth, width, inputs, first, number, dropout);
        }

        public Config dropout(double probability) {
            return new Config(depth, width, inputs, first, classes, probability);
        }

        /// The network with initial weights drawn from this stream; dropout draws from streams that
        /// are named after it.
        public WideResNet initialize(Random random) {
            return new WideResNet(this, random);
        }
    }

    /// WRN-depth-width for colour images and ten classes, without dropout.
    ///
    /// @throws IllegalArgumentException if the depth is not 6·n + 4 with n of at least 1
    public static Config of(int depth, int width) {
        return new Config(depth, width, 3, 16, 10, 0);
    }

    private WideResNet(Config config, Random random) {
        this.config = config;
        Conv2d.Options plain =
                Conv2d.Options.DEFAULT.withoutBias().withWeights(new Initializer.HeFanOut());
        conv1 =
                child(
                        "conv1",
                        new Conv2d(
                                config.inputs,
                                config.first,
                                Window2d.of(3).withPadding(1),
                                plain,
                                random));
        int channels = config.first;
        for (int s = 0; s < STAGES; s++) {
            int out = Math.multiplyExact(config.first << s, config.width);
            stages[s] = child("stage" + (s + 1), stage(s, channels, out, random));
            channels = out;
        }
        norm = child("norm", new BatchNorm2d(channels));
        scores =
                child(
                        "scores",
                        new Linear(
                                channels,
                                config.classes,
                                Linear.Options.DEFAULT.withBiases(new Initializer.Constant(0)),
                                random));
    }

    private Sequential stage(int s, int in, int out, Random random) {
        Sequential stage = Sequential.of();
        for (int i = 0; i < (config.depth - 4) / 6; i++) {
            stage.add(
                    new PreactivationBlock(
                            i == 0 ? in : out,
                            out,
                            i == 0 && s > 0 ? 2 : 1,
                            config.dropout,
                            random,
                            random.named("dropout of stage %d, block %d".formatted(s + 1, i))));
        }
        return stage;
    }

    /// The sizes it was made with.
    public Config config() {
        return config;
    }

    @Override
    protected Tensor compute(Tensor x) {
        Tensor h = conv1.forward(x);
        for (Sequential stage : stages) {
            h = stage.forward(h);
        }
        return scores.forward(norm.forward(h).relu().mean(1, 2));
    }

    @Override
    protected String pyTorchName(String path) {
        return path.replaceFirst("^stage(\\d)\\.", "block$1.layer.")
                .replaceFirst("^norm\\.", "bn1.")
                .replaceFirst("^scores\\.", "fc.");
    }

    @Override
    public String toString() {
        return "WideResNet(WRN-%d-%d, %d classes)"
                .formatted(config.depth, config.width, config.classes);
    }
}
