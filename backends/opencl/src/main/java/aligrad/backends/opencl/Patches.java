package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Kernel;

/// A factor of a product that exists only in the places of an image which it touches: windows over
/// channels-last images, laid at the pixels of a grid. Its rows are the pixels, `(image, y, x)`,
/// its columns `(tap of the window, channel)`; outside of the image it is 0.
///
/// @param height rows of the image
/// @param width columns of the image
/// @param pitch elements from one pixel of the image to the next, more than `channels` if there are
///   groups
/// @param channels how many channels a tap touches
/// @param kernelWidth taps in a row of the window
/// @param vertical where the windows touch the image vertically
/// @param horizontal where they touch it horizontally
/// @param c where the row of the result that belongs to a pixel lies
record Patches(
        int height,
        int width,
        int pitch,
        int channels,
        int kernelWidth,
        Axis vertical,
        Axis horizontal,
        Rows c) {

    /// Tap `t` of window `i` is at place `i·stride + start + t·step`.
    ///
    /// @param windows how many there are
    record Axis(int windows, int stride, int start, int step) {}

    /// The row of pixel `(image, y, x)` of the grid begins at `image·image + y·line + x·pixel`.
    record Rows(long image, long line, long pixel) {

        /// Rows of `columns` elements after each other.
        static Rows dense(Axis vertical, Axis horizontal, long columns) {
            long line = horizontal.windows * columns;
            return new Rows(vertical.windows * line, line, columns);
        }
    }

    /// Pixels of the grid, an image.
    int area() {
        return vertical.windows * horizontal.windows;
    }

    /// Hands them to a kernel, in the order of `product.cl`.
    void numbers(Kernel kernel) {
        long line = (long) width * pitch;
        kernel.number(height).number(width).number(height * line).number(line).number(pitch);
        kernel.number(vertical.stride).number(vertical.step).number(vertical.start);
        kernel.number(horizontal.stride).number(horizontal.step).number(horizontal.start);
        kernel.number(vertical.windows).number(horizontal.windows);
        kernel.number(kernelWidth).number(channels);
        Divisor.of(area()).numbers(kernel);
        Divisor.of(horizontal.windows).numbers(kernel);
        Divisor.of(channels).numbers(kernel);
        Divisor.of(kernelWidth).numbers(kernel);
        kernel.number(c.image).number(c.line).number(c.pixel);
    }
}
