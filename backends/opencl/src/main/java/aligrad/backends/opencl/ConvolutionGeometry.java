package aligrad.backends.opencl;

import aligrad.tensor.Convolution;
import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Window2d;

/// The extents of a convolution of `images` of `(height, width, channels)` to `(outHeight,
/// outWidth, outs)`.
record ConvolutionGeometry(
        DType dtype,
        int images,
        int height,
        int width,
        int channels,
        int outHeight,
        int outWidth,
        int outs,
        Window2d window,
        int groups) {

    /// Kernels count pixels in 31 bits and look a little past the end.
    private static final long MOST_PIXELS = Integer.MAX_VALUE - 1024;

    /// The geometry of a convolution of `x` by `filter` to `g`.
    ///
    /// @throws IllegalArgumentException if there are more pixels than kernels can count
    static ConvolutionGeometry of(Convolution op, Shape x, Shape filter, Shape g) {
        long area = Math.max((long) x.extent(1) * x.extent(2), (long) g.extent(1) * g.extent(2));
        if (area * x.extent(0) > MOST_PIXELS) {
            throw new IllegalArgumentException(
                    "%s of images %s to %s on OpenCL: %d pixels are more than the %d that kernels count; use a smaller batch"
                            .formatted(op.name(), x, g, area * x.extent(0), MOST_PIXELS));
        }
        return new ConvolutionGeometry(
                op.dtype(),
                x.extent(0),
                x.extent(1),
                x.extent(2),
                x.extent(3),
                g.extent(1),
                g.extent(2),
                filter.extent(0),
                op.window(),
                op.groups());
    }

    int channelsOfGroup() {
        return channels / groups;
    }

    int outsOfGroup() {
        return outs / groups;
    }

    /// Elements of the filter of one result.
    int taps() {
        return window.kernelHeight() * window.kernelWidth() * channelsOfGroup();
    }

    /// Windows over all images.
    int windows() {
        return images * outHeight * outWidth;
    }

    /// Whether windows are pixels.
    boolean isPointwise() {
        return window.equals(Window2d.of(1));
    }

    /// Where the windows touch the images, and where the results are.
    Patches patches() {
        Patches.Axis vertical =
                new Patches.Axis(
                        outHeight,
                        window.strideHeight(),
                        -window.paddingHeight(),
                        window.dilationHeight());
        Patches.Axis horizontal =
                new Patches.Axis(
                        outWidth,
                        window.strideWidth(),
                        -window.paddingWidth(),
                        window.dilationWidth());
        return new Patches(
                height,
                width,
                channels,
                channelsOfGroup(),
                window.kernelWidth(),
                vertical,
                horizontal,
                Patches.Rows.dense(vertical, horizontal, outs));
    }
}
