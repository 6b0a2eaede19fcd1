package aligrad.nn;

import aligrad.tensor.Parameter;
import aligrad.tensor.Random;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.function.UnaryOperator;

/// An affine map of the last axis, `y = x · Wᵀ + b`: `(…, in)` to `(…, out)`.
///
/// The weight `W (out, in)` and the bias `b (out)` have the names and layouts of PyTorch's.
///
/// ```java
/// Linear layer = new Linear(784, 10, Random.stream(42));
/// Tensor scores = layer.forward(images);            // (B, 784) to (B, 10)
/// ```
public final class Linear extends Layer {

    private final Parameter weight;
    private final @Nullable Parameter bias;

    /// How a linear layer deviates from the usual.
    public record Options(boolean bias, Initializer weights, Initializer biases) {

        /// With bias; weights and biases uniform in ±1/√in.
        public static final Options DEFAULT =
                new Options(true, new Initializer.FanInUniform(), new Initializer.FanInUniform());

        public Options withoutBias() {
            return new Options(false, weights, biases);
        }

        public Options withWeights(Initializer initial) {
            return new Options(bias, initial, biases);
        }

        public Options withBiases(Initializer initial) {
            return new Options(true, weights, initial);
        }
    }

    /// With bias; weights and biases uniform in ±1/√in.
    public Linear(int in, int out, Random random) {
        this(in, out, Options.DEFAULT, random);
    }

    public Linear(int in, int out, Options options, Random random) {
        Initializer.Fan fan = new Initializer.Fan(in, out);
        weight = parameter("weight", options.weights.draw(Shape.of(out, in), fan, random));
        bias =
                options.bias
                        ? parameter("bias", options.biases.draw(Shape.of(out), fan, random))
                        : null;
    }

    /// `W`, of shape `(out, in)`.
    public Parameter weight() {
        return weight;
    }

    @Override
    protected Tensor compute(Tensor x) {
        Tensor w = weight.value().transpose();
        return bias == null ? x.matmul(w) : x.affine(w, bias.value());
    }

    /// Says where PyTorch has the weights of a layer whose inputs are flattened images: there each
    /// channel's pixels follow each other, here each pixel's channels.
    void describe(PyTorchState state, UnaryOperator<String> names, int channels) {
        int out = weight.shape().extent(0);
        int in = weight.shape().extent(1);
        state.add(
                weight,
                new PyTorchState.Entry(names.apply("weight"), weight.shape()),
                w -> w.reshape(out, channels, in / channels).transpose(1, 2).reshape(out, in));
        if (bias != null) {
            state.add(bias, names.apply("bias"));
        }
    }

    @Override
    public String toString() {
        return "Linear(%d → %d%s)"
                .formatted(
                        weight.shape().extent(1),
                        weight.shape().extent(0),
                        bias == null ? ", no bias" : "");
    }
}
