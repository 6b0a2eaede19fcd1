package aligrad.backends.cpu;

import aligrad.tensor.Window2d;

/// The extents of one two-dimensional convolution: images `(n, h, w, c)`, filters `(o,
/// kernelHeight, kernelWidth, c / groups)`, results `(n, oh, ow, o)`, all contiguous.
///
/// The public door has checked the shapes; what is checked here only guards the kernels, which work
/// on bare addresses.
///
/// @param n images, may be 0
/// @param groups channels `c` and `o` are cut into this many groups, each convolved on its own
record Conv2dGeometry(int n, int h, int w, int c, int o, Window2d window, int groups) {

    Conv2dGeometry {
        if (n < 0 || h < 0 || w < 0 || c < 0 || o < 0) {
            throw new IllegalArgumentException(
                    "conv2d images (%d, %d, %d, %d), %d filters: no extent may be negative"
                            .formatted(n, h, w, c, o));
        }
        if (groups < 1 || c % groups != 0 || o % groups != 0) {
            throw new IllegalArgumentException(
                    "conv2d with %d groups: they must divide the %d channels and the %d filters"
                            .formatted(groups, c, o));
        }
        if (window.outputHeight(h) < 1 || window.outputWidth(w) < 1) {
            throw new IllegalArgumentException(
                    "conv2d %s does not fit an image of %d x %d pixels".formatted(window, h, w));
        }
    }

    /// Rows of a result.
    int oh() {
        return window.outputHeight(h);
    }

    /// Columns of a result.
    int ow() {
        return window.outputWidth(w);
    }

    int kh() {
        return window.kernelHeight();
    }

    int kw() {
        return window.kernelWidth();
    }

    /// Channels that one filter reads.
    int channelsPerGroup() {
        return c / groups;
    }

    /// Filters that read the same channels.
    int filtersPerGroup() {
        return o / groups;
    }

    /// Whether each result pixel reads one pixel: their matrix `(pixels, channels)` is multiplied
    /// by the filters.
    boolean isPointwise() {
        return kh() == 1
                && kw() == 1
                && window.paddingHeight() == 0
                && window.paddingWidth() == 0
                && groups == 1
                && pixelsFit();
    }

    /// Whether windows leave no pixel out, so that the images are this matrix as they lie.
    boolean readsEveryPixel() {
        return window.strideHeight() == 1 && window.strideWidth() == 1;
    }

    /// Whether the result pixels of the batch may be the rows of a matrix.
    boolean pixelsFit() {
        return (long) n * oh() * ow() <= Integer.MAX_VALUE;
    }

    /// Result pixels of the batch, where they fit.
    int pixels() {
        return Math.toIntExact((long) n * oh() * ow());
    }

    /// Whether every channel has its own single filter.
    boolean isDepthwise() {
        return groups == c && o == c;
    }

    /// Whether the window's columns are worth folding into the channels: with so few of them a cell
    /// would be nearly empty, while a whole row of the window fills one or two. Needs dilation 1,
    /// so that the row is contiguous in the image.
    boolean foldsColumns() {
        return groups == 1 && kw() > 1 && window.dilationWidth() == 1 && c <= 4;
    }
}
