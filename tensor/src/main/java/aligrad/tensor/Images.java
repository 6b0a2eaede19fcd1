package aligrad.tensor;

/// Convolution and pooling of images `(N, H, W, C)`.
public sealed interface Images permits Tensor {

    Tensor self();

    Shape shape();

    DType dtype();

    /// The images convolved (cross-correlated) with `filter (O, kernelHeight, kernelWidth, C /
    /// groups)`: `(N, H', W', O)`.
    ///
    /// @param window stride, padding and dilation; its kernel must be that of the filter
    /// @throws ShapeException if channels or sizes do not fit
    default Tensor conv2d(Tensor filter, Window2d window, int groups) {
        Shape f = filter.shape();
        requireImage("conv2d");
        if (filter.dtype() != dtype()
                || f.rank() != 4
                || f.extent(1) != window.kernelHeight()
                || f.extent(2) != window.kernelWidth()) {
            throw new ShapeException(
                    "conv2d input %s %s, filter %s %s, kernel %dx%d: the filter must be (out, kernelHeight, kernelWidth, in / groups), of the input's type"
                            .formatted(
                                    dtype(),
                                    shape(),
                                    filter.dtype(),
                                    f,
                                    window.kernelHeight(),
                                    window.kernelWidth()));
        }
        int c = shape().extent(3);
        if (groups < 1 || f.extent(0) % groups != 0 || c != f.extent(3) * groups) {
            throw new ShapeException(
                    "conv2d input %s, filter %s, groups %d: the filter expects %d channels, the input has %d; is the input NCHW, or inChannels wrong?"
                            .formatted(shape(), f, groups, f.extent(3) * groups, c));
        }
        int[] out = outputOf("conv2d", window);
        return Tensor.make(
                new Convolution.Forward(
                        self(),
                        filter,
                        window,
                        groups,
                        Shape.of(shape().extent(0), out[0], out[1], f.extent(0))));
    }

    /// The largest of each window, channel by channel.
    default Tensor maxPool2d(Window2d window) {
        requireImage("max_pool2d");
        return maxPick(self(), window);
    }

    /// The value of `v` where this is largest in each window; both have one shape.
    default Tensor maxPick(Tensor v, Window2d window) {
        if (!v.shape().equals(shape()) || v.dtype() != dtype()) {
            throw new ShapeException(
                    "max_pool2d of %s %s picking from %s %s: both must be equal"
                            .formatted(dtype(), shape(), v.dtype(), v.shape()));
        }
        requireImageInWindows("max_pool2d", window);
        int[] out = outputOf("max_pool2d", window);
        Shape to = Shape.of(shape().extent(0), out[0], out[1], shape().extent(3));
        return Tensor.make(new Pooling.MaxPick(self(), v, window, to));
    }

    /// The mean of each window, channel by channel; padding counts as zeros if `includePadding`.
    default Tensor averagePool2d(Window2d window, boolean includePadding) {
        requireImage("average_pool2d");
        requireImageInWindows("average_pool2d", window);
        if (window.dilationHeight() != 1 || window.dilationWidth() != 1) {
            throw new ShapeException(
                    "average_pool2d of %s with dilation %dx%d: it must be 1"
                            .formatted(shape(), window.dilationHeight(), window.dilationWidth()));
        }
        int[] out = outputOf("average_pool2d", window);
        Shape to = Shape.of(shape().extent(0), out[0], out[1], shape().extent(3));
        return Tensor.make(new Pooling.Average(self(), window, includePadding, to));
    }

    /// The adjoint of [#conv2d] with respect to the images, with this as what came out of it:
    /// images of shape `images (N, H, W, C)`. As an operation of its own it is the transposed
    /// convolution.
    ///
    /// @throws ShapeException if a convolution of `images` would not give the shape of this
    default Tensor conv2dInputGradient(Tensor filter, Window2d window, int groups, Shape images) {
        requireConvolution(
                "conv2d_input_gradient", images, filter.shape(), window, groups, shape());
        requireSameType("conv2d_input_gradient", filter);
        return Tensor.make(new Convolution.InputGradient(self(), filter, window, groups, images));
    }

    /// The adjoint of [#conv2d] with respect to the filter, with this as the images and `g` as what
    /// came out of it: `(O, kernelHeight, kernelWidth, C / groups)`.
    ///
    /// @throws ShapeException if a convolution of these images would not give the shape of `g`
    default Tensor conv2dFilterGradient(Tensor g, Window2d window, int groups) {
        requireImage("conv2d_filter_gradient");
        requireSameType("conv2d_filter_gradient", g);
        Shape filter =
                Shape.of(
                        g.shape().extent(-1),
                        window.kernelHeight(),
                        window.kernelWidth(),
                        shape().extent(3) / Math.max(groups, 1));
        requireConvolution("conv2d_filter_gradient", shape(), filter, window, groups, g.shape());
        return Tensor.make(new Convolution.FilterGradient(self(), g, window, groups, filter));
    }

    /// The adjoint of [#maxPick]: zeros of this shape, to which each element of `g` is added where
    /// this is largest in its window.
    ///
    /// @throws ShapeException if pooling would not give the shape of `g`
    default Tensor maxSpread(Tensor g, Window2d window) {
        requireImage("max_pool2d_spread");
        requireSameType("max_pool2d_spread", g);
        requireImageInWindows("max_pool2d_spread", window);
        requirePooled("max_pool2d_spread", shape(), window, g.shape());
        return Tensor.make(new Pooling.MaxSpread(self(), g, window));
    }

    /// The adjoint of [#averagePool2d]: each element is divided among the pixels of its window in
    /// images of shape `images`.
    ///
    /// @throws ShapeException if pooling of `images` would not give the shape of this
    default Tensor averageSpread(Window2d window, boolean includePadding, Shape images) {
        requireImage("average_pool2d_spread");
        requirePooled("average_pool2d_spread", images, window, shape());
        return Tensor.make(new Pooling.AverageSpread(self(), window, includePadding, images));
    }

    private void requireSameType(String op, Tensor other) {
        if (other.dtype() != dtype()) {
            throw new ShapeException(
                    "%s of %s %s and %s %s: both must be F32 or both F64; cast with to(DType)"
                            .formatted(op, dtype(), shape(), other.dtype(), other.shape()));
        }
    }

    private static void requireConvolution(
            String op, Shape images, Shape filter, Window2d window, int groups, Shape result) {
        boolean fits =
                images.rank() == 4
                        && filter.rank() == 4
                        && groups >= 1
                        && filter.extent(0) % groups == 0
                        && filter.extent(1) == window.kernelHeight()
                        && filter.extent(2) == window.kernelWidth()
                        && images.extent(3) == filter.extent(3) * groups
                        && result.equals(windowed(images, window, filter.extent(0)));
        if (!fits) {
            throw new ShapeException(
                    "%s: images %s, filter %s, %s, groups %d and result %s do not belong to one convolution"
                            .formatted(op, images, filter, window, groups, result));
        }
    }

    private static void requirePooled(String op, Shape images, Window2d window, Shape result) {
        if (images.rank() != 4 || !result.equals(windowed(images, window, images.extent(3)))) {
            throw new ShapeException(
                    "%s: images %s, %s and result %s do not belong to one pooling"
                            .formatted(op, images, window, result));
        }
    }

    private static Shape windowed(Shape images, Window2d window, int channels) {
        return Shape.of(
                images.extent(0),
                Math.max(window.outputHeight(images.extent(1)), 0),
                Math.max(window.outputWidth(images.extent(2)), 0),
                channels);
    }

    private void requireImage(String op) {
        if (shape().rank() != 4 || !dtype().isFloating()) {
            throw new ShapeException(
                    "%s of %s %s: images must be (N, H, W, C), F32 or F64; unsqueeze a batch axis, or cast"
                            .formatted(op, dtype(), shape()));
        }
    }

    private void requireImageInWindows(String op, Window2d window) {
        if (2 * window.paddingHeight() > window.kernelHeight()
                || 2 * window.paddingWidth() > window.kernelWidth()) {
            throw new ShapeException(
                    "%s of %s: padding %dx%d must be at most half of the kernel %dx%d"
                            .formatted(
                                    op,
                                    shape(),
                                    window.paddingHeight(),
                                    window.paddingWidth(),
                                    window.kernelHeight(),
                                    window.kernelWidth()));
        }
        if (window.missesImage(shape().extent(1), shape().extent(2))) {
            throw new ShapeException(
                    "%s of %s with %s: a window lies on padding only; lower the padding or the dilation"
                            .formatted(op, shape(), window));
        }
    }

    private int[] outputOf(String op, Window2d window) {
        int h = window.outputHeight(shape().extent(1));
        int w = window.outputWidth(shape().extent(2));
        if (h < 1 || w < 1) {
            throw new ShapeException(
                    "%s of %s: the window %dx%d does not fit into the padded image; pad more, or use a smaller one"
                            .formatted(op, shape(), window.kernelHeight(), window.kernelWidth()));
        }
        return new int[] {h, w};
    }
}
