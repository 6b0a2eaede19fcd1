package aligrad.tensor;

import org.jspecify.annotations.Nullable;

/// Sums of products over a shared axis.
public sealed interface Contraction extends Computation {

    /// `c = a · b (+ bias)`, with `a: (…, m, k)`, `b: (…, k, n)`, `bias: (n)`, `c: (…, m, n)`;
    /// leading axes broadcast.
    record Matmul(Tensor a, Tensor b, @Nullable Tensor bias, Shape shape) implements Contraction {
        @Override
        public String name() {
            return "matmul";
        }

        @Override
        public DType dtype() {
            return a.dtype();
        }

        @Override
        public int arity() {
            return bias == null ? 2 : 3;
        }

        @Override
        public Tensor input(int i) {
            return i == 0 ? a : i == 1 ? b : java.util.Objects.requireNonNull(bias);
        }
    }
}
