package aligrad.backends.cpu;

import aligrad.tensor.Window2d;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// One axis (rows or columns) of a correlation: which source positions meet which weights.
///
/// For every `v` in `[low, high)` the result at `resultStart + v · resultStep` is the sum over `t`
/// of the source at `v · sourceStep + offset(t)` times the weights at kernel index `tap(t)`; a
/// source position outside the image counts as zeros.
///
/// The forward pass is one such correlation. The input gradient of a convolution with stride `s` is
/// `s` of them on each axis: the result positions fall into `s` residue classes, and each class
/// meets only the kernel indices of its own residue. So no multiplication by the zeros that a
/// dilated gradient would hold is ever made.
///
/// @param taps kernel indices, in rising order; empty for result positions that no window reaches
/// @param offsets the source offset of each tap
record Conv2dAxis(
        int low,
        int high,
        int sourceStep,
        int resultStart,
        int resultStep,
        int[] taps,
        int[] offsets) {

    /// The rows of the forward pass.
    static Conv2dAxis forwardRows(Conv2dGeometry s) {
        Window2d w = s.window();
        return forward(s.oh(), s.kh(), w.strideHeight(), w.paddingHeight(), w.dilationHeight());
    }

    /// The columns of the forward pass.
    static Conv2dAxis forwardColumns(Conv2dGeometry s) {
        Window2d w = s.window();
        return forward(s.ow(), s.kw(), w.strideWidth(), w.paddingWidth(), w.dilationWidth());
    }

    /// The rows of the input gradient, one axis a residue class.
    static List<Conv2dAxis> gradientRows(Conv2dGeometry s) {
        Window2d w = s.window();
        return gradient(s.h(), s.kh(), w.strideHeight(), w.paddingHeight(), w.dilationHeight());
    }

    /// The columns of the input gradient, one axis a residue class.
    static List<Conv2dAxis> gradientColumns(Conv2dGeometry s) {
        Window2d w = s.window();
        return gradient(s.w(), s.kw(), w.strideWidth(), w.paddingWidth(), w.dilationWidth());
    }

    private static Conv2dAxis forward(
            int results, int kernel, int stride, int padding, int dilation) {
        int[] taps = new int[kernel];
        int[] offsets = new int[kernel];
        for (int k = 0; k < kernel; k++) {
            taps[k] = k;
            offsets[k] = k * dilation - padding;
        }
        return new Conv2dAxis(0, results, stride, 0, 1, taps, offsets);
    }

    /// An image position `i` meets kernel index `k` where `i + padding - k · dilation` is a
    /// multiple of the stride. With `i + padding = v · stride + residue`, that is where `k ·
    /// dilation` has the same residue, and the gradient is then read at `v - (k · dilation -
    /// residue) / stride`.
    private static List<Conv2dAxis> gradient(
            int extent, int kernel, int stride, int padding, int dilation) {
        List<Conv2dAxis> classes = new ArrayList<>();
        for (int residue = 0; residue < stride; residue++) {
            int low = Math.ceilDiv(padding - residue, stride);
            int high = Math.floorDiv(extent - 1 + padding - residue, stride) + 1;
            if (high <= low) {
                continue;
            }
            int[] taps = new int[kernel];
            int[] offsets = new int[kernel];
            int count = 0;
            for (int k = 0; k < kernel; k++) {
                if (k * dilation % stride == residue) {
                    taps[count] = k;
                    offsets[count++] = -((k * dilation - residue) / stride);
                }
            }
            classes.add(
                    new Conv2dAxis(
                            low,
                            high,
                            1,
                            residue - padding,
                            stride,
                            Arrays.copyOf(taps, count),
                            Arrays.copyOf(offsets, count)));
        }
        return classes;
    }

    /// The result position of `v`.
    long result(int v) {
        return resultStart + (long) v * resultStep;
    }

    /// The smallest offset of several axes; 0 if none has a tap.
    static int lowestOffset(List<Conv2dAxis> axes) {
        return axes.stream().flatMapToInt(a -> Arrays.stream(a.offsets)).min().orElse(0);
    }

    /// The largest offset of several axes; 0 if none has a tap.
    static int highestOffset(List<Conv2dAxis> axes) {
        return axes.stream().flatMapToInt(a -> Arrays.stream(a.offsets)).max().orElse(0);
    }

    /// The least `low` of several axes.
    static int low(List<Conv2dAxis> axes) {
        return axes.stream().mapToInt(Conv2dAxis::low).min().orElse(0);
    }

    /// The greatest `high` of several axes.
    static int high(List<Conv2dAxis> axes) {
        return axes.stream().mapToInt(Conv2dAxis::high).max().orElse(0);
    }

    /// The columns of the forward pass when all `kernelWidth` pixels of a row of the window are
    /// taken for the channels of one: a single tap, at the window's left border. Needs dilation 1.
    static Conv2dAxis foldedColumns(Conv2dGeometry s) {
        Window2d w = s.window();
        return forward(s.ow(), 1, w.strideWidth(), w.paddingWidth(), 1);
    }
}
