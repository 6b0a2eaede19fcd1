package aligrad.tensor;

import java.util.List;

/// Operations that join all elements along some axes. What they join may be pending, and is then
/// computed inside the reduction.
public sealed interface Reduction extends Computation {

    /// `f` joined along `axes` (ascending); they stay in the result with extent 1.
    ///
    /// The order of joining is fixed by the shape alone, so the bits never depend on the number of
    /// threads.
    record Reduce(ReduceOp f, Tensor x, List<Integer> axes, Shape shape) implements Reduction {
        @Override
        public String name() {
            return f.label();
        }

        @Override
        public DType dtype() {
            return x.dtype();
        }

        @Override
        public int arity() {
            return 1;
        }

        @Override
        public Tensor input(int i) {
            return x;
        }
    }

    /// The sums of several tensors of one shape and type along the same `axes` (ascending), in one
    /// pass over what they are computed from: `(k, …)`, the axes kept with extent 1.
    record Sums(List<Tensor> xs, List<Integer> axes, Shape shape) implements Reduction {
        @Override
        public String name() {
            return "sums";
        }

        @Override
        public DType dtype() {
            return xs.getFirst().dtype();
        }

        @Override
        public int arity() {
            return xs.size();
        }

        @Override
        public Tensor input(int i) {
            return xs.get(i);
        }
    }

    /// `Σ x²` over all elements of all tensors, of which there is one at least, of any shapes and
    /// floating types; accumulated in double whatever these are: a single `F64`.
    ///
    /// The norm that ALI-G divides by; a float32 accumulation would lose the small entries of a
    /// large gradient.
    record SquaredNorm(List<Tensor> xs) implements Reduction {
        @Override
        public String name() {
            return "squared_norm";
        }

        @Override
        public Shape shape() {
            return Shape.SCALAR;
        }

        @Override
        public DType dtype() {
            return DType.F64;
        }

        @Override
        public int arity() {
            return xs.size();
        }

        @Override
        public Tensor input(int i) {
            return xs.get(i);
        }
    }
}
