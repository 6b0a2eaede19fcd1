package aligrad.backends.cpu;

import aligrad.tensor.Window2d;

/// The extents of one pooling: images `(n, h, w, c)`, results `(n, oh, ow, c)`, all contiguous.
///
/// The public door has checked the shapes.
record Pool2dGeometry(int n, int h, int w, int c, Window2d window) {

    Pool2dGeometry {
        if (n < 0 || h < 0 || w < 0 || c < 0) {
            throw new IllegalArgumentException(
                    "pool2d of images (%d, %d, %d, %d): no extent may be negative"
                            .formatted(n, h, w, c));
        }
        if (window.outputHeight(h) < 1 || window.outputWidth(w) < 1) {
            throw new IllegalArgumentException(
                    "pool2d %s does not fit an image of %d x %d pixels".formatted(window, h, w));
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

    /// About how long one thread takes for the batch, in nanoseconds: eight elements in one.
    long nanoseconds() {
        return (long) n * oh() * ow() * c * window.kernelHeight() * window.kernelWidth() / 8;
    }

    /// What of each window lies inside the image, along one axis.
    ///
    /// @param first the first pixel inside, of each result position
    /// @param count how many; 0 if a dilated window jumps over all
    record Spans(int[] first, int[] count) {

        private static Spans of(
                int results, int extent, int kernel, int stride, int padding, int dilation) {
            Spans spans = new Spans(new int[results], new int[results]);
            for (int o = 0; o < results; o++) {
                int start = o * stride - padding;
                int low = Math.max(0, Math.ceilDiv(-start, dilation));
                int high = Math.min(kernel, Math.ceilDiv(extent - start, dilation));
                spans.first[o] = start + low * dilation;
                spans.count[o] = Math.max(0, high - low);
            }
            return spans;
        }
    }

    Spans rows() {
        return Spans.of(
                oh(),
                h,
                window.kernelHeight(),
                window.strideHeight(),
                window.paddingHeight(),
                window.dilationHeight());
    }

    Spans columns() {
        return Spans.of(
                ow(),
                w,
                window.kernelWidth(),
                window.strideWidth(),
                window.paddingWidth(),
                window.dilationWidth());
    }
}
