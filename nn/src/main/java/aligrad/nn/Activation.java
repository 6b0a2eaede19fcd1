package aligrad.nn;

import aligrad.tensor.Tensor;

import java.util.function.UnaryOperator;

/// A function of each number (or, for the two softmaxes, of the last axis) as a layer, for use in a
/// [Sequential]. Elsewhere write `x.relu()`.
public final class Activation extends Layer {

    private final String label;
    private final UnaryOperator<Tensor> function;

    private Activation(String label, UnaryOperator<Tensor> function) {
        this.label = label;
        this.function = function;
    }

    /// `max(x, 0)`.
    public static Activation relu() {
        return new Activation("Relu", Tensor::relu);
    }

    /// `x > 0 ? x : slope·x`.
    public static Activation leakyRelu(double slope) {
        return new Activation("LeakyRelu(" + slope + ")", x -> x.leakyRelu(slope));
    }

    /// `x > 0 ? x : exp(x) - 1`.
    public static Activation elu() {
        return new Activation("Elu", Tensor::elu);
    }

    /// `x · Φ(x)` with the normal distribution function `Φ`.
    public static Activation gelu() {
        return new Activation("Gelu", Tensor::gelu);
    }

    /// `x · sigmoid(x)`.
    public static Activation silu() {
        return new Activation("Silu", Tensor::silu);
    }

    /// `1 / (1 + exp(-x))`.
    public static Activation sigmoid() {
        return new Activation("Sigmoid", Tensor::sigmoid);
    }

    public static Activation tanh() {
        return new Activation("Tanh", Tensor::tanh);
    }

    /// `log(1 + exp(x))`.
    public static Activation softplus() {
        return new Activation("Softplus", Tensor::softplus);
    }

    /// `exp(x) / Σ exp(x)` along the last axis.
    public static Activation softmax() {
        return new Activation("Softmax", x -> x.softmax(-1));
    }

    /// `x - log Σ exp(x)` along the last axis.
    public static Activation logSoftmax() {
        return new Activation("LogSoftmax", x -> x.logSoftmax(-1));
    }

    @Override
    protected Tensor compute(Tensor x) {
        return function.apply(x);
    }

    @Override
    public String toString() {
        return label;
    }
}
