package aligrad.tensor;

/// Two-dimensional convolution (cross-correlation) of channels-last images, and its two adjoints.
///
/// Images are `(N, H, W, C)`, filters `(O, kernelHeight, kernelWidth, C / groups)`, results `(N,
/// H', W', O)`. The three operations are one trilinear form seen from its three sides, so the
/// derivative of each is made of the other two.
public sealed interface Convolution extends Computation {

    Window2d window();

    /// Channels are cut into this many groups, each convolved on its own.
    int groups();

    @Override
    default int arity() {
        return 2;
    }

    /// The images `x` convolved with `filter`.
    record Forward(Tensor x, Tensor filter, Window2d window, int groups, Shape shape)
            implements Convolution {
        @Override
        public String name() {
            return "conv2d";
        }

        @Override
        public DType dtype() {
            return x.dtype();
        }

        @Override
        public Tensor input(int i) {
            return i == 0 ? x : filter;
        }
    }

    /// The adjoint with respect to the images, of shape `shape`: `g` is what came out.
    record InputGradient(Tensor g, Tensor filter, Window2d window, int groups, Shape shape)
            implements Convolution {
        @Override
        public String name() {
            return "conv2d_input_gradient";
        }

        @Override
        public DType dtype() {
            return g.dtype();
        }

        @Override
        public Tensor input(int i) {
            return i == 0 ? g : filter;
        }
    }

    /// The adjoint with respect to the filter, of shape `shape`.
    record FilterGradient(Tensor x, Tensor g, Window2d window, int groups, Shape shape)
            implements Convolution {
        @Override
        public String name() {
            return "conv2d_filter_gradient";
        }

        @Override
        public DType dtype() {
            return x.dtype();
        }

        @Override
        public Tensor input(int i) {
            return i == 0 ? x : g;
        }
    }
}
