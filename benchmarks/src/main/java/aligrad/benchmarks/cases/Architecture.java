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
            parameter("output.bias", 128, 5));

    /// Steps of a sequence of the DNC, and the numbers that go in and come out at each.
    public static final int DNC_STEPS = 9;

    public static final int DNC_INPUTS = 6;
    public static final int DNC_OUTPUTS = 5;

    /// Classes of the other two.
    public static final int CLASSES = 10;

    private final double flops;
    private final int warmUp;
    private final List<Weights> parameters;

    /// A parameter by its path, with numbers that are uniform in ±1/√fanIn.
    public record Weights(String name, int fanIn, int... extents) {

        /// Its first values.
        public float[] values() {
            int size = 1;
            for (int extent : extents) {
                size *= extent;
            }
            return Inputs.uniform(name, size, 1 / Math.sqrt(fanIn));
        }
    }

    Architecture(double flops, int warmUp, Weights... parameters) {
        this.flops = flops;
        this.warmUp = warmUp;
        this.parameters = List.of(parameters);
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

    private static Weights parameter(String name, int fanIn, int... extents) {
        return new Weights(name, fanIn, extents);
    }

    private static double conv(int size, int kernel, int in, int out) {
        return 2.0 * size * size * kernel * kernel * in * out;
    }

    private static double linear(int in, int out) {
        return 2.0 * in * out;
    }
}
