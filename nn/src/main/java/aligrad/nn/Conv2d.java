package aligrad.nn;

import aligrad.tensor.Parameter;
import aligrad.tensor.Random;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

import org.jspecify.annotations.Nullable;

import java.util.function.UnaryOperator;

/// A two-dimensional convolution (cross-correlation) of images: `(N, H, W, in)` to `(N, H', W',
/// out)`.
///
/// The weight is `(out, kernelHeight, kernelWidth, in / groups)`, the bias `(out)`.
///
/// ```java
/// Conv2d same = new Conv2d(3, 16, Window2d.of(3).withPadding(1), Random.stream(42));
/// Tensor features = same.forward(images);           // (N, 32, 32, 3) to (N, 32, 32, 16)
/// ```
public final class Conv2d extends Layer {

    private final Window2d window;
    private final int groups;
    private final Parameter weight;
    private final @Nullable Parameter bias;

    /// How a convolution deviates from the usual.
    public record Options(int groups, boolean bias, Initializer weights, Initializer biases) {

        /// One group, with bias; weights and biases uniform in ±1/√(kernelHeight·kernelWidth·in).
        public static final Options DEFAULT =
                new Options(
                        1, true, new Initializer.FanInUniform(), new Initializer.FanInUniform());

        /// Channels are cut into this many groups, each convolved on its own.
        public Options withGroups(int number) {
            return new Options(number, bias, weights, biases);
        }

        public Options withoutBias() {
            return new Options(groups, false, weights, biases);
        }

        public Options withWeights(Initializer initial) {
            return new Options(groups, bias, initial, biases);
        }

        public Options withBiases(Initializer initial) {
            return new Options(groups, true, weights, initial);
        }
    }

    /// One group, with bias; weights and biases uniform in ±1/√(kernelHeight·kernelWidth·in).
    public Conv2d(int in, int out, Window2d window, Random random) {
        this(in, out, window, Options.DEFAULT, random);
    }

    /// @throws IllegalArgumentException if the groups do not divide both numbers of channels
    public Conv2d(int in, int out, Window2d window, Options options, Random random) {
        if (options.groups < 1 || in % options.groups != 0 || out % options.groups != 0) {
            throw new IllegalArgumentException(
                    "convolution of %d to %d channels in %d groups: the groups must divide both"
                            .formatted(in, out, options.groups));
        }
        this.window = window;
        this.groups = options.groups;
        int places = window.kernelHeight() * window.kernelWidth();
        Shape filter =
                Shape.of(out, window.kernelHeight(), window.kernelWidth(), in / options.groups);
        Initializer.Fan fan = new Initializer.Fan(places * (in / options.groups), places * out);
        weight = parameter("weight", options.weights.draw(filter, fan, random));
        bias =
                options.bias
                        ? parameter("bias", options.biases.draw(Shape.of(out), fan, random))
                        : null;
    }

    /// The filters, `(out, kernelHeight, kernelWidth, in / groups)`.
    public Parameter weight() {
        return weight;
    }

    @Override
    protected Tensor compute(Tensor x) {
        Tensor y = x.conv2d(weight.value(), window, groups);
        return bias == null ? y : y.add(bias.value());
    }

    /// Filters are `(out, in / groups, kernelHeight, kernelWidth)` there.
    @Override
    void describe(PyTorchState state, UnaryOperator<String> names) {
        Shape s = weight.shape();
        Shape theirs = Shape.of(s.extent(0), s.extent(3), s.extent(1), s.extent(2));
        state.add(
                weight,
                new PyTorchState.Entry(names.apply("weight"), theirs),
                filters -> filters.permute(0, 2, 3, 1));
        if (bias != null) {
            state.add(bias, names.apply("bias"));
        }
    }

    int outChannels() {
        return weight.shape().extent(0);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Conv2d(");
        text.append(weight.shape().extent(3) * groups)
                .append(" → ")
                .append(weight.shape().extent(0))
                .append(", ")
                .append(Windows.text(window));
        if (groups != 1) {
            text.append(", groups ").append(groups);
        }
        return text.append(bias == null ? ", no bias)" : ")").toString();
    }
}
