package aligrad.backends.opencl;

import aligrad.tensor.Convolution;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Brings the three convolutions to [Gemm]: each is a product of a matrix with windows over images,
/// which are never written out ([Patches]), once for each group of channels.
///
/// A window of one pixel that moves by one pixel is no window: the product is one of matrices.
final class ConvolutionKernels {

    private final OpenClDevice device;
    private final Gemm gemm;

    ConvolutionKernels(OpenClDevice device, Gemm gemm) {
        this.device = device;
        this.gemm = gemm;
    }

    void compute(Convolution op, DeviceStorage to) {
        if (op.shape().size() == 0) {
            return;
        }
        switch (op) {
            case Convolution.Forward(var x, var filter, _, _, var shape) ->
                    forward(
                            device.dense(x),
                            device.dense(filter),
                            ConvolutionGeometry.of(op, x.shape(), filter.shape(), shape),
                            to);
            case Convolution.InputGradient(var g, var filter, _, _, var shape) ->
                    inputGradient(
                            device.dense(g),
                            device.dense(filter),
                            ConvolutionGeometry.of(op, shape, filter.shape(), g.shape()),
                            to);
            case Convolution.FilterGradient(var x, var g, _, _, var shape) ->
                    filterGradient(
                            device.dense(x),
                            device.dense(g),
                            ConvolutionGeometry.of(op, x.shape(), shape, g.shape()),
                            to);
        }
    }

    /// Images of which each group reads its channels.
    private Matrix images(Tensor x, int channels, int channelsOfGroup) {
        return new Matrix(device.buffer(x), x.layout().offset(), 0, channelsOfGroup, channels, 1);
    }

    /// Windows times filters: `(pixel, tap) · (tap, out)`.
    private void forward(Tensor x, Tensor filter, ConvolutionGeometry s, DeviceStorage to) {
        Matrix a = images(x, s.channels(), s.channelsOfGroup());
        Matrix b =
                new Matrix(
                        device.buffer(filter),
                        filter.layout().offset(),
                        0,
                        (long) s.outsOfGroup() * s.taps(),
                        1,
                        s.taps());
        Matrix c = new Matrix(to.buffer(), 0, 0, s.outsOfGroup(), s.outs(), 1);
        gemm.run(
                product(
                        s,
                        s.windows(),
                        s.outsOfGroup(),
                        s.taps(),
                        a,
                        b,
                        c,
                        s.isPointwise() ? Product.Form.MATRIX : Product.Form.PATCHES,
                        s.patches()));
    }

    /// Windows times what came out: `(tap, pixel) · (pixel, out)`, stored with `out` outermost.
    private void filterGradient(Tensor x, Tensor g, ConvolutionGeometry s, DeviceStorage to) {
        Matrix a = images(x, s.channels(), s.channelsOfGroup());
        Matrix b = images(g, s.outs(), s.outsOfGroup());
        long size = (long) s.outsOfGroup() * s.taps();
        if (s.isPointwise()) {
            Matrix c = new Matrix(to.buffer(), 0, 0, size, s.taps(), 1);
            gemm.run(
                    product(
                            s,
                            s.outsOfGroup(),
                            s.taps(),
                            s.windows(),
                            b.transposed(),
                            a,
                            c,
                            Product.Form.MATRIX,
                            null));
        } else {
            Matrix c = new Matrix(to.buffer(), 0, 0, size, 1, s.taps());
            gemm.run(
                    product(
                            s,
                            s.taps(),
                            s.outsOfGroup(),
                            s.windows(),
                            a,
                            b,
                            c,
                            Product.Form.TAPS,
                            s.patches()));
        }
    }

    /// What came out times filters: `(pixel, (tap, out)) · ((tap, out), channel)`, once for each
    /// [Phase] of rows and of columns.
    private void inputGradient(Tensor g, Tensor filter, ConvolutionGeometry s, DeviceStorage to) {
        List<Phase> rows = Phase.vertical(s);
        List<Phase> columns = Phase.horizontal(s);
        if (s.outs() == 0 || hasUntouched(rows) || hasUntouched(columns)) {
            clear(s, to);
        }
        for (Phase vertical : rows) {
            for (Phase horizontal : columns) {
                if (s.outs() > 0 && vertical.taps() > 0 && horizontal.taps() > 0) {
                    inputGradient(g, filter, s, vertical, horizontal, to);
                }
            }
        }
    }

    private static boolean hasUntouched(List<Phase> phases) {
        return phases.stream().anyMatch(phase -> phase.taps() == 0);
    }

    private void inputGradient(
            Tensor g,
            Tensor filter,
            ConvolutionGeometry s,
            Phase vertical,
            Phase horizontal,
            DeviceStorage to) {
        Tensor turned = device.dense(turned(filter, s, vertical, horizontal));
        int k = vertical.taps() * horizontal.taps() * s.outsOfGroup();
        Matrix a = images(g, s.outs(), s.outsOfGroup());
        Matrix b =
                new Matrix(
                        device.buffer(turned),
                        turned.layout().offset(),
                        0,
                        (long) k * s.channelsOfGroup(),
                        s.channelsOfGroup(),
                        1);
        long line = (long) s.width() * s.channels();
        Matrix c =
                new Matrix(
                        to.buffer(),
                        vertical.first() * line + (long) horizontal.first() * s.channels(),
                        0,
                        s.channelsOfGroup(),
                        s.channels(),
                        1);
        Patches patches =
                new Patches(
                        s.outHeight(),
                        s.outWidth(),
                        s.outs(),
                        s.outsOfGroup(),
                        horizontal.taps(),
                        vertical.axis(),
                        horizontal.axis(),
                        new Patches.Rows(
                                s.height() * line,
                                vertical.stride() * line,
                                (long) horizontal.stride() * s.channels()));
        gemm.run(
                product(
                        s,
                        s.images() * patches.area(),
                        s.channelsOfGroup(),
                        k,
                        a,
                        b,
                        c,
                        s.isPointwise() ? Product.Form.MATRIX : Product.Form.PATCHES,
                        patches));
    }

    /// The taps of a phase, `(group, ky, kx, out, channel)`.
    private static Tensor turned(
            Tensor filter, ConvolutionGeometry s, Phase vertical, Phase horizontal) {
        int height = s.window().kernelHeight();
        int width = s.window().kernelWidth();
        return filter.detach()
                .reshape(s.groups(), s.outsOfGroup(), height, width, s.channelsOfGroup())
                .slice(2, vertical.tap(), height, vertical.tapStep())
                .slice(3, horizontal.tap(), width, horizontal.tapStep())
                .permute(0, 2, 3, 1, 4);
    }

    /// Zeros for pixels that no window touches: a product without terms.
    private void clear(ConvolutionGeometry s, DeviceStorage to) {
        Matrix c = new Matrix(to.buffer(), 0, 0, 0, s.channels(), 1);
        int pixels = s.images() * s.height() * s.width();
        gemm.run(Product.of(s.dtype(), 1, 1, pixels, s.channels(), 0, c, c, null, c));
    }

    private static Product product(
            ConvolutionGeometry s,
            int m,
            int n,
            int k,
            Matrix a,
            Matrix b,
            Matrix c,
            Product.Form form,
            @Nullable Patches patches) {
        boolean plain = form == Product.Form.MATRIX;
        return new Product(
                s.dtype(), 1, s.groups(), m, n, k, form, a, b, null, c, plain ? null : patches);
    }
}
