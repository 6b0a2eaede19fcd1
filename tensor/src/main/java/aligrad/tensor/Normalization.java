package aligrad.tensor;

/// Softmax and its logarithm along one axis: hand-fused because the composition would read its
/// input three times and overflow without the maximum.
public sealed interface Normalization extends Computation {

    Tensor x();

    int axis();

    @Override
    default Shape shape() {
        return x().shape();
    }

    @Override
    default DType dtype() {
        return x().dtype();
    }

    @Override
    default int arity() {
        return 1;
    }

    @Override
    default Tensor input(int i) {
        return x();
    }

    /// `exp(x) / Σ exp(x)` along `axis`.
    record Softmax(Tensor x, int axis) implements Normalization {
        @Override
        public String name() {
            return "softmax";
        }
    }

    /// `x - log Σ exp(x)` along `axis`.
    record LogSoftmax(Tensor x, int axis) implements Normalization {
        @Override
        public String name() {
            return "log_softmax";
        }
    }
}
