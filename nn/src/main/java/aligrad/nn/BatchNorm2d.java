package aligrad.nn;

import aligrad.tensor.Buffer;
import aligrad.tensor.DType;
import aligrad.tensor.Parameter;
import aligrad.tensor.ShapeException;
import aligrad.tensor.Tensor;

import java.util.function.UnaryOperator;

/// Batch normalization of the last axis: `y = (x - mean) / √(variance + ε) · weight + bias`, where
/// mean and variance are those of each channel over all other axes.
///
/// In training they are the batch's own, with the biased variance, and the running statistics move
/// towards them: `running ← 0.9·running + 0.1·batch`, the variance unbiased. In evaluation the
/// running statistics are used. Scale starts at 1, shift at 0.
///
/// Source: Ioffe, Szegedy, *Batch Normalization*, ICML 2015, algorithms 1 and 2.
public final class BatchNorm2d extends Layer {

    private final int channels;
    private final Options options;
    private final Parameter weight;
    private final Parameter bias;
    private final Buffer runningMean;
    private final Buffer runningVariance;

    /// @param momentum the weight of the batch in the running statistics
    /// @param epsilon added to the variance before the root is taken
    public record Options(double momentum, double epsilon) {

        /// Momentum 0.1, ε 1e-5.
        public static final Options DEFAULT = new Options(0.1, 1e-5);

        public Options withMomentum(double value) {
            return new Options(value, epsilon);
        }

        public Options withEpsilon(double value) {
            return new Options(momentum, value);
        }
    }

    /// Momentum 0.1, ε 1e-5.
    public BatchNorm2d(int channels) {
        this(channels, Options.DEFAULT);
    }

    public BatchNorm2d(int channels, Options options) {
        this.channels = channels;
        this.options = options;
        weight = parameter("weight", Tensor.full(1, DType.F32, channels));
        bias = parameter("bias", Tensor.full(0, DType.F32, channels));
        runningMean = buffer("running_mean", Tensor.full(0, DType.F32, channels));
        runningVariance = buffer("running_var", Tensor.full(1, DType.F32, channels));
    }

    /// The running mean of each channel.
    public Buffer runningMean() {
        return runningMean;
    }

    /// The running, unbiased variance of each channel.
    public Buffer runningVariance() {
        return runningVariance;
    }

    /// @throws ShapeException if the last extent is not the number of channels, or a batch in
    ///   training holds a single number a channel, which has no variance
    @Override
    protected Tensor compute(Tensor x) {
        if (x.shape().rank() < 2 || x.extent(-1) != channels) {
            throw new ShapeException(
                    "batch norm of %s: the last axis must be the %d channels; is the input NCHW?"
                            .formatted(x.shape(), channels));
        }
        return isTraining() ? ofBatch(x) : ofRunning(x);
    }

    private Tensor ofBatch(Tensor x) {
        long n = x.size() / channels;
        if (n < 2) {
            throw new ShapeException(
                    "batch norm of %s in training: %d numbers a channel have no variance; use a larger batch, or eval()"
                            .formatted(x.shape(), n));
        }
        int[] axes = new int[x.shape().rank() - 1];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = i;
        }
        Standardization s = Standardization.ofBatch(x, axes);
        Tensor unbiased = s.variance().detach().mul(n / (n - 1.0));
        move(runningMean, s.mean().detach());
        move(runningVariance, unbiased);
        return s.scaled(options.epsilon, weight.value(), bias.value());
    }

    private void move(Buffer running, Tensor batch) {
        Tensor old = running.value();
        running.set(
                old.mul(1 - options.momentum).add(batch.reshape(channels).mul(options.momentum)));
    }

    private Tensor ofRunning(Tensor x) {
        Tensor factor = runningVariance.value().add(options.epsilon).rsqrt().mul(weight.value());
        return x.sub(runningMean.value()).mul(factor).add(bias.value());
    }

    /// PyTorch counts batches, too, which matters only where there is no momentum.
    @Override
    void describe(PyTorchState state, UnaryOperator<String> names) {
        super.describe(state, names);
        state.addUnneeded(names.apply("num_batches_tracked"));
    }

    int channels() {
        return channels;
    }

    @Override
    public String toString() {
        return "BatchNorm2d(" + channels + ")";
    }
}
