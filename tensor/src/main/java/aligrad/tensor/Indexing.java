package aligrad.tensor;

/// Reading and adding at positions given by a tensor of indices (`I32` or `I64`).
///
/// Each read has an adjoint that adds; where indices repeat, the additions happen in the order of
/// the source, whatever the number of threads. An index outside its axis is an error that names it.
public sealed interface Indexing extends Computation {

    int axis();

    Tensor index();

    @Override
    default int arity() {
        return 2;
    }

    /// Whole slices: `y[…, i…, …] = x[…, index[i…], …]` with the axis replaced by the axes of
    /// `index`. An embedding is this with axis 0.
    record Gather(Tensor x, Tensor index, int axis, Shape shape) implements Indexing {
        @Override
        public String name() {
            return "gather";
        }

        @Override
        public DType dtype() {
            return x.dtype();
        }

        @Override
        public Tensor input(int i) {
            return i == 0 ? x : index;
        }
    }

    /// The adjoint of [Gather]: zeros of `shape`, to which each slice of `source` is added at
    /// `index`.
    record GatherAdd(Tensor source, Tensor index, int axis, Shape shape) implements Indexing {
        @Override
        public String name() {
            return "gather_add";
        }

        @Override
        public DType dtype() {
            return source.dtype();
        }

        @Override
        public Tensor input(int i) {
            return i == 0 ? source : index;
        }
    }

    /// Single elements: `y[…, j, …] = x[…, index[…, j, …], …]`; `index` has the rank of `x`, and
    /// the same extents except along `axis`.
    record TakeAlong(Tensor x, Tensor index, int axis) implements Indexing {
        @Override
        public String name() {
            return "take_along";
        }

        @Override
        public Shape shape() {
            return index.shape();
        }

        @Override
        public DType dtype() {
            return x.dtype();
        }

        @Override
        public Tensor input(int i) {
            return i == 0 ? x : index;
        }
    }

    /// The adjoint of [TakeAlong]: zeros of `shape`, to which each element of `source` is added at
    /// `index` along `axis`.
    record PutAlongAdd(Tensor source, Tensor index, int axis, Shape shape) implements Indexing {
        @Override
        public String name() {
            return "put_along_add";
        }

        @Override
        public DType dtype() {
            return source.dtype();
        }

        @Override
        public Tensor input(int i) {
            return i == 0 ? source : index;
        }
    }
}
