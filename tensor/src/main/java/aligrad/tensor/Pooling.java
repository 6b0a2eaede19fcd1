package aligrad.tensor;

/// Maximum and average over sliding windows of channels-last images, and their adjoints.
///
/// Padding never wins a maximum. Ties go to the first position of a window in row-major order; a
/// not-a-number counts as the maximum.
public sealed interface Pooling extends Computation {

    Window2d window();

    @Override
    default DType dtype() {
        return input(0).dtype();
    }

    /// The value of `v` where `x` is largest in each window: `x` itself gives maximum pooling. Both
    /// are `(N, H, W, C)`.
    record MaxPick(Tensor x, Tensor v, Window2d window, Shape shape) implements Pooling {
        @Override
        public String name() {
            return "max_pool2d";
        }

        @Override
        public int arity() {
            return 2;
        }

        @Override
        public Tensor input(int i) {
            return i == 0 ? x : v;
        }
    }

    /// The adjoint of [MaxPick] in `v`: each `g` `(N, H', W', C)` is added at the place where `x`
    /// is largest in its window.
    record MaxSpread(Tensor x, Tensor g, Window2d window) implements Pooling {
        @Override
        public String name() {
            return "max_pool2d_spread";
        }

        @Override
        public Shape shape() {
            return x.shape();
        }

        @Override
        public int arity() {
            return 2;
        }

        @Override
        public Tensor input(int i) {
            return i == 0 ? x : g;
        }
    }

    /// The mean of each window; padding counts as zeros if `includePadding`, otherwise it is left
    /// out of the mean.
    record Average(Tensor x, Window2d window, boolean includePadding, Shape shape)
            implements Pooling {
        @Override
        public String name() {
            return "average_pool2d";
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

    /// The adjoint of [Average]: each `g` is divided among the pixels of its window; `shape` is
    /// that of the images.
    record AverageSpread(Tensor g, Window2d window, boolean includePadding, Shape shape)
            implements Pooling {
        @Override
        public String name() {
            return "average_pool2d_spread";
        }

        @Override
        public int arity() {
            return 1;
        }

        @Override
        public Tensor input(int i) {
            return g;
        }
    }
}
