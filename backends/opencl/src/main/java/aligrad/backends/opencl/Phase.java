package aligrad.backends.opencl;

import java.util.ArrayList;
import java.util.List;

/// Along one axis of an image, the pixels `first + i·stride` for `i < pixels`, and the taps of a
/// window, `tap + j·tapStep` for `j < taps`, that ever touch them.
///
/// Windows that move by more than one pixel touch neighbours with different taps, but every
/// `stride`-th pixel with the same ones. So the adjoint of a convolution with a stride is `stride`
/// plain correlations along each axis, in which no product with 0 is wasted and no place is asked
/// whether it is a multiple of the stride.
///
/// @param axis where what came out is touched, as windows over it that move by one
record Phase(int first, int stride, int pixels, int tap, int tapStep, int taps, Patches.Axis axis) {

    /// The phases of the rows of an image.
    static List<Phase> vertical(ConvolutionGeometry s) {
        return all(
                s.height(),
                s.window().kernelHeight(),
                s.window().strideHeight(),
                s.window().paddingHeight(),
                s.window().dilationHeight());
    }

    /// The phases of its columns.
    static List<Phase> horizontal(ConvolutionGeometry s) {
        return all(
                s.width(),
                s.window().kernelWidth(),
                s.window().strideWidth(),
                s.window().paddingWidth(),
                s.window().dilationWidth());
    }

    private static List<Phase> all(int extent, int kernel, int stride, int padding, int dilation) {
        List<Phase> phases = new ArrayList<>();
        for (int first = 0; first < Math.min(stride, extent); first++) {
            phases.add(of(first, extent, kernel, stride, padding, dilation));
        }
        return phases;
    }

    /// Window `o` touches pixel `y` with tap `t` if `o·stride = y + padding - t·dilation`: with `y
    /// = first + i·stride` and `t = tap + j·tapStep` that is `o = start + i - j·step`.
    private static Phase of(
            int first, int extent, int kernel, int stride, int padding, int dilation) {
        int tap = 0;
        while (tap < kernel && (first + padding - tap * dilation) % stride != 0) {
            tap++;
        }
        int common = greatestCommonDivisor(stride, dilation);
        int tapStep = stride / common;
        int pixels = Math.ceilDiv(extent - first, stride);
        int start = (first + padding - tap * dilation) / stride;
        return new Phase(
                first,
                stride,
                pixels,
                tap,
                tapStep,
                Math.ceilDiv(kernel - tap, tapStep),
                new Patches.Axis(pixels, 1, start, -(dilation / common)));
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }
}
