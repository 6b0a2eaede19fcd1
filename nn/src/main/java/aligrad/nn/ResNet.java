package aligrad.nn;

import aligrad.tensor.Random;
import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

import java.util.List;

/// A residual network for large images, `(N, H, W, 3)` to scores `(N, classes)`.
///
/// A 7x7 convolution of stride 2 to 64 channels, batch normalization, ReLU, and the largest number
/// of each 3x3 window at stride 2; four stages of basic blocks with 64, 128, 256 and 512 channels,
/// of which all but the first halve height and width; the mean over all pixels, and a linear layer.
/// Images of 224 by 224 pixels leave the last stage as 7 by 7, other sizes accordingly.
/// Convolutions have no bias and start normal with variance `2/(k·k·out)`.
///
/// ```java
/// ResNet model = ResNet.of(18).initialize(Random.stream(42));
/// Tensor scores = model.forward(images);            // (N, 224, 224, 3) to (N, 1000)
/// System.out.println(model.parameterCount());       // 11689512
/// ```
///
/// Source: He, Zhang, Ren, Sun, *Deep Residual Learning for Image Recognition*, CVPR 2016, table 1.
public final class ResNet extends Layer {

    private static final int STAGES = 4;

    private final Config config;
    private final Conv2d conv1;
    private final BatchNorm2d norm1;
    private final MaxPool2d pool = new MaxPool2d(Window2d.of(3).withStride(2).withPadding(1));
    private final Sequential[] stages = new Sequential[STAGES];
    private final Linear scores;

    /// The sizes of a residual network; [#of] gives those of the paper.
    ///
    /// @param blocks basic blocks of each of the four stages
    /// @param inputs channels of an image
    /// @param first channels of the first convolution and the first stage
    /// @param classes numbers in a row of scores
    public record Config(List<Integer> blocks, int inputs, int first, int classes) {

        /// @throws IllegalArgumentException if there are not four stages, or a size is below 1
        public Config {
            blocks = List.copyOf(blocks);
            if (blocks.size() != STAGES || blocks.stream().anyMatch(n -> n < 1)) {
                throw new IllegalArgumentException(
                        "residual network with stages of %s blocks: it needs four stages of at least 1 block"
                                .formatted(blocks));
            }
            if (Math.min(Math.min(inputs, first), classes) < 1) {
                throw new IllegalArgumentException(
                        "residual network of %d image channels, %d first channels, %d classes: all must be at least 1"
                                .formatted(inputs, first, classes));
            }
        }

        public Config inputs(int channels) {
            return new Config(blocks, channels, first, classes);
        }

        public Config first(int channels) {
            return new Config(blocks, inputs, channels, classes);
        }

        public Config classes(int number) {
            return new Config(blocks, inputs, first, number);
        }

        /// The network with initial weights drawn from this stream.
        public ResNet initialize(Random random) {
            return new ResNet(this, random);
        }
    }

    /// For colour images and a thousand classes.
    ///
    /// @param depth layers with weights along the longest path: 10 (one block a stage), 18 (two) or
    ///   34 (3, 4, 6, 3); deeper ones have other blocks
    /// @throws IllegalArgumentException if it is none of these
    public static Config of(int depth) {
        List<Integer> blocks =
                switch (depth) {
                    case 10 -> List.of(1, 1, 1, 1);
                    case 18 -> List.of(2, 2, 2, 2);
                    case 34 -> List.of(3, 4, 6, 3);
                    default ->
                            throw new IllegalArgumentException(
                                    "residual network of depth %d: it must be 10, 18 or 34, which are made of basic blocks"
                                            .formatted(depth));
                };
        return new Config(blocks, 3, 64, 1000);
    }

    private ResNet(Config config, Random random) {
        this.config = config;
        Window2d seven = Window2d.of(7).withStride(2).withPadding(3);
        conv1 =
                child(
                        "conv1",
                        new Conv2d(
                                config.inputs,
                                config.first,
                                seven,
                                PreactivationBlock.PLAIN,
                                random));
        norm1 = child("norm1", new BatchNorm2d(config.first));
        child("pool", pool);
        int channels = config.first;
        for (int s = 0; s < STAGES; s++) {
            int out = Math.multiplyExact(config.first, 1 << s);
            Sequential stage = new Sequential();
            for (int i = 0; i < config.blocks.get(s); i++) {
                int stride = i == 0 && s > 0 ? 2 : 1;
                stage.add(new BasicBlock(channels, out, stride, random));
                channels = out;
            }
            stages[s] = child("stage" + (s + 1), stage);
        }
        scores = child("scores", new Linear(channels, config.classes, random));
    }

    /// The sizes it was made with.
    public Config config() {
        return config;
    }

    @Override
    protected Tensor compute(Tensor x) {
        Tensor h = pool.forward(norm1.forward(conv1.forward(x)).relu());
        for (Sequential stage : stages) {
            h = stage.forward(h);
        }
        return scores.forward(h.mean(1, 2));
    }

    @Override
    protected String pyTorchName(String path) {
        return path.replaceFirst("^stage", "layer")
                .replaceFirst("^norm1\\.", "bn1.")
                .replaceFirst("^scores\\.", "fc.");
    }

    @Override
    public String toString() {
        int depth = 2 + 2 * config.blocks.stream().mapToInt(n -> n).sum();
        return "ResNet(%d, %d classes)".formatted(depth, config.classes);
    }
}
