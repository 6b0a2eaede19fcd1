package aligrad.tensor;

/// Positions of elements by their order: results are `I64` indices and carry no gradient.
public sealed interface Ordering extends Computation {

    Tensor x();

    int axis();

    @Override
    default DType dtype() {
        return DType.I64;
    }

    @Override
    default int arity() {
        return 1;
    }

    @Override
    default Tensor input(int i) {
        return x();
    }

    /// The positions that would sort `x` along `axis`. Equal elements keep their order also when
    /// `descending`; not-a-number counts as the largest.
    record ArgSort(Tensor x, int axis, boolean descending) implements Ordering {
        @Override
        public String name() {
            return "argsort";
        }

        @Override
        public Shape shape() {
            return x.shape();
        }
    }

    /// The position of the largest (or smallest) element along `axis`, which stays with extent 1.
    /// Ties go to the first; not-a-number counts as the extreme.
    record ArgExtreme(Tensor x, int axis, boolean largest) implements Ordering {
        @Override
        public String name() {
            return largest ? "argmax" : "argmin";
        }

        @Override
        public Shape shape() {
            return x.shape().with(axis, 1);
        }
    }
}
