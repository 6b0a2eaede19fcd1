package aligrad.benchmarks.cases;

import java.util.List;

/// The networks, described by what both sides must agree on: the parameters, and the arithmetic of
/// one example of a training step.
public enum Architecture {
    /// The small convolutional network of `train mnist`, on images `(28, 28, 1)`.
    LENET(
            3 * (conv(28, 3, 1, 16) + conv(14, 3, 16, 32) + linear(7 * 7 * 32, 128))
                    + 3 * linear(128, 10)
                    - conv(28, 3, 1, 16),
            3,
            parameter("conv1.weight", 9, 16, 3, 3, 1),
            parameter("conv1.bias", 9, 16),
            parameter("conv2.weight", 9 * 16, 32, 3, 3, 16),
            parameter("conv2.bias", 9 * 16, 32),
            parameter("fc1.weight", 7 * 7 * 32, 128, 7 * 7 * 32),
            parameter("fc1.bias", 7 * 7 * 32, 128),
            parameter("fc2.weight", 128, 10, 128),
            parameter("fc2.bias", 128, 10)),

    /// 784 inputs, two layers of 256 units with ReLU, ten classes.
    MLP(
            3 * (linear(784, 256) + linear(256, 256) + linear(256, 10)) - linear(784, 256),
            3,
            parameter("fc1.weight", 784, 256, 784),
            parameter("fc1.bias", 784, 256),
            parameter("fc2.weight", 256, 256, 256),
            parameter("fc2.bias", 256, 256),
            parameter("fc3.weight", 256, 10, 256),
            parameter("fc3.bias", 256, 10)),

    /// The differentiable neural computer of `train dnc`: thousands of operations on a few hundred
    /// numbers each, so arithmetic is not what it takes; a hundred kernels are compiled meanwhile.
    DNC(
            0,
            10,
            parameter("lstm.weight", 134, 134, 256),
            parameter("lstm.bias", 134, 256),
            parameter("interface.weight", 64, 64, 135),
            parameter("interface.bias", 64, 135),
            parameter("output.weight", 128, 128, 5),
            parameter("output.bias", 128, 5)),

    /// The wide residual network that the ALI-G paper trains on SVHN, on images `(32, 32, 3)`. The
    /// rounding of Winograd's convolutions moves the gradient's norm by 2e-5 from that with direct
    /// ones; a step changes it by 1e-2.
    WRN_16_4(Plan.wideResNet(16, 4), 8, 1e-4),

    /// The densely connected network that it trains on CIFAR, on images `(32, 32, 3)`. Its many
    /// normalizations of few examples magnify rounding, and a step changes the loss by 4 %.
    DENSENET_40_40(Plan.denseNet(40, 40), 8, 1e-3),

    /// InferSent with 512 units in each direction, on pairs of sentences.
    INFERSENT_512(Plan.inferSent(512), 8, 5e-5),

    /// InferSent as in its paper, with 2,048 units. libtorch's dot product of 17 million numbers
    /// with themselves, in single precision, makes its gradient norm 1.8e-4 too small.
    INFERSENT_2048(Plan.inferSent(2048), 12, 5e-4);

    /// Steps of a sequence of the DNC, and the numbers that go in and come out at each.
    public static final int DNC_STEPS = 9;

    public static final int DNC_INPUTS = 6;
    public static final int DNC_OUTPUTS = 5;

    /// Words of each sentence for InferSent, numbers in a word vector, and classes of a pair.
    public static final int WORDS = 20;

    public static final int EMBEDDING = 300;
    public static final int ENTAILMENTS = 3;

    /// Classes of images.
    public static final int CLASSES = 10;

    /// Examples of the check of a large network.
    private static final int CHECKED = 8;

    private static final double TOLERANCE = 2e-5;

    private final double flops;
    private final int warmUp;
    private final int checked;
    private final double tolerance;
    private final List<Weights> parameters;

    /// A parameter by its path, with numbers that are uniform in `centre` ± `spread`.
    public record Weights(String name, double centre, double spread, int... extents) {

        /// Its first values.
        public float[] values() {
            int size = 1;
            for (int extent : extents) {
                size *= extent;
            }
            float[] values = Inputs.uniform(name, size, spread);
            for (int i = 0; i < size; i++) {
                values[i] += (float) centre;
            }
            return values;
        }
    }

    /// A small network, which is checked with the whole batch.
    Architecture(double flops, int warmUp, Weights... parameters) {
        this.flops = flops;
        this.warmUp = warmUp;
        this.checked = Integer.MAX_VALUE;
        this.tolerance = TOLERANCE;
        this.parameters = List.of(parameters);
    }

    /// A large network, of which a step takes seconds: it is checked with a few examples.
    Architecture(Plan plan, int warmUp, double tolerance) {
        this.flops = plan.flops();
        this.warmUp = warmUp;
        this.checked = CHECKED;
        this.tolerance = tolerance;
        this.parameters = plan.parameters();
    }

    /// All parameters.
    public List<Weights> parameters() {
        return parameters;
    }

    double flops() {
        return flops;
    }

    int warmUp() {
        return warmUp;
    }

    /// How far loss and gradient norm of the first steps may differ: less than what a step changes.
    double tolerance() {
        return tolerance;
    }

    /// The most examples of a check.
    int checked() {
        return checked;
    }

    private static Weights parameter(String name, int fanIn, int... extents) {
        return new Weights(name, 0, 1 / Math.sqrt(fanIn), extents);
    }

    static double conv(int size, int kernel, int in, int out) {
        return 2.0 * size * size * kernel * kernel * in * out;
    }

    static double linear(int in, int out) {
        return 2.0 * in * out;
    }
}
