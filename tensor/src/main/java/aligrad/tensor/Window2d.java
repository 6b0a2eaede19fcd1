package aligrad.tensor;

/// How a two-dimensional window slides over an image: `(kernel)` rows and columns, every `stride`
/// pixels, over an image with `padding` pixels of nothing on each side, with `dilation - 1` pixels
/// left out between neighbours in the window.
///
/// ```java
/// Window2d.of(3).withPadding(1)              // 3x3, same size
/// Window2d.of(2, 2).withStride(2)            // 2x2, half the size
/// ```
///
/// @param kernelHeight rows of the window, at least 1
/// @param kernelWidth columns of the window, at least 1
public record Window2d(
        int kernelHeight,
        int kernelWidth,
        int strideHeight,
        int strideWidth,
        int paddingHeight,
        int paddingWidth,
        int dilationHeight,
        int dilationWidth) {

    public Window2d {
        if (kernelHeight < 1
                || kernelWidth < 1
                || strideHeight < 1
                || strideWidth < 1
                || dilationHeight < 1
                || dilationWidth < 1
                || paddingHeight < 0
                || paddingWidth < 0) {
            throw new IllegalArgumentException(
                    "window: kernel %dx%d, stride %dx%d, dilation %dx%d must be at least 1 and padding %dx%d at least 0"
                            .formatted(
                                    kernelHeight,
                                    kernelWidth,
                                    strideHeight,
                                    strideWidth,
                                    dilationHeight,
                                    dilationWidth,
                                    paddingHeight,
                                    paddingWidth));
        }
    }

    /// A square window with stride 1, no padding, no dilation.
    public static Window2d of(int kernel) {
        return of(kernel, kernel);
    }

    /// A window with stride 1, no padding, no dilation.
    public static Window2d of(int kernelHeight, int kernelWidth) {
        return new Window2d(kernelHeight, kernelWidth, 1, 1, 0, 0, 1, 1);
    }

    public Window2d withStride(int height, int width) {
        return new Window2d(
                kernelHeight,
                kernelWidth,
                height,
                width,
                paddingHeight,
                paddingWidth,
                dilationHeight,
                dilationWidth);
    }

    public Window2d withStride(int stride) {
        return withStride(stride, stride);
    }

    public Window2d withPadding(int height, int width) {
        return new Window2d(
                kernelHeight,
                kernelWidth,
                strideHeight,
                strideWidth,
                height,
                width,
                dilationHeight,
                dilationWidth);
    }

    public Window2d withPadding(int padding) {
        return withPadding(padding, padding);
    }

    public Window2d withDilation(int height, int width) {
        return new Window2d(
                kernelHeight,
                kernelWidth,
                strideHeight,
                strideWidth,
                paddingHeight,
                paddingWidth,
                height,
                width);
    }

    public Window2d withDilation(int dilation) {
        return withDilation(dilation, dilation);
    }

    /// Rows that come out of an image with `height` rows; 0 or less if the window does not fit.
    public int outputHeight(int height) {
        return output(height, kernelHeight, strideHeight, paddingHeight, dilationHeight);
    }

    /// Columns that come out of an image with `width` columns; 0 or less if the window does not
    /// fit.
    public int outputWidth(int width) {
        return output(width, kernelWidth, strideWidth, paddingWidth, dilationWidth);
    }

    /// Whether some window over an image of this size has only padding in it. That takes gaps
    /// between its pixels, from dilation, that are wider than the image.
    boolean missesImage(int height, int width) {
        return misses(
                        height,
                        outputHeight(height),
                        kernelHeight,
                        strideHeight,
                        paddingHeight,
                        dilationHeight)
                || misses(
                        width,
                        outputWidth(width),
                        kernelWidth,
                        strideWidth,
                        paddingWidth,
                        dilationWidth);
    }

    private static boolean misses(
            int extent, int windows, int kernel, int stride, int padding, int dilation) {
        for (int i = 0; dilation > 1 && i < windows; i++) {
            int start = i * stride - padding;
            int first = start < 0 ? Math.ceilDiv(-start, dilation) : 0; // tap that is not before it
            if (first >= kernel || start + first * dilation >= extent) {
                return true;
            }
        }
        return false;
    }

    private static int output(int extent, int kernel, int stride, int padding, int dilation) {
        return Math.floorDiv(extent + 2 * padding - dilation * (kernel - 1) - 1, stride) + 1;
    }
}
