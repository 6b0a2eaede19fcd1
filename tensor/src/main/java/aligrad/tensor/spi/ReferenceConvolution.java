package aligrad.tensor.spi;

import aligrad.tensor.Convolution;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

/// The three sides of the trilinear form of a convolution, by its definition: one loop over all
/// (pixel of the result, tap of the filter, channel) that names the three places which belong
/// together.
final class ReferenceConvolution {

    private ReferenceConvolution() {}

    static ReferenceValues compute(Convolution op) {
        ReferenceValues to = new ReferenceValues(op.dtype(), op.shape().size());
        switch (op) {
            case Convolution.Forward(Tensor x, Tensor filter, _, _, Shape shape) -> {
                ReferenceValues p = ReferenceValues.of(x);
                ReferenceValues q = ReferenceValues.of(filter);
                visit(
                        op,
                        x.shape(),
                        filter.shape(),
                        shape,
                        (i, f, o) -> to.reals[o] += p.reals[i] * q.reals[f]);
            }
            case Convolution.InputGradient(Tensor g, Tensor filter, _, _, Shape shape) -> {
                ReferenceValues p = ReferenceValues.of(g);
                ReferenceValues q = ReferenceValues.of(filter);
                visit(
                        op,
                        shape,
                        filter.shape(),
                        g.shape(),
                        (i, f, o) -> to.reals[i] += p.reals[o] * q.reals[f]);
            }
            case Convolution.FilterGradient(Tensor x, Tensor g, _, _, Shape shape) -> {
                ReferenceValues p = ReferenceValues.of(x);
                ReferenceValues q = ReferenceValues.of(g);
                visit(
                        op,
                        x.shape(),
                        shape,
                        g.shape(),
                        (i, f, o) -> to.reals[f] += p.reals[i] * q.reals[o]);
            }
        }
        return to;
    }

    /// Takes the places in image, filter and result that belong together.
    private interface Term {
        void at(int image, int filter, int result);
    }

    private static void visit(Convolution op, Shape image, Shape filter, Shape result, Term term) {
        Window2d window = op.window();
        int height = image.extent(1);
        int width = image.extent(2);
        int channels = image.extent(3);
        int taps = filter.extent(3); // channels of a group
        int outs = result.extent(3);
        for (int n = 0; n < result.extent(0); n++) {
            for (int oy = 0; oy < result.extent(1); oy++) {
                for (int ox = 0; ox < result.extent(2); ox++) {
                    for (int o = 0; o < outs; o++) {
                        int out = ((n * result.extent(1) + oy) * result.extent(2) + ox) * outs + o;
                        int group = o / (outs / op.groups());
                        for (int ky = 0; ky < window.kernelHeight(); ky++) {
                            int y =
                                    oy * window.strideHeight()
                                            - window.paddingHeight()
                                            + ky * window.dilationHeight();
                            for (int kx = 0; kx < window.kernelWidth(); kx++) {
                                int x =
                                        ox * window.strideWidth()
                                                - window.paddingWidth()
                                                + kx * window.dilationWidth();
                                if (y < 0 || y >= height || x < 0 || x >= width) {
                                    continue;
                                }
                                int pixel = ((n * height + y) * width + x) * channels;
                                int tap =
                                        ((o * filter.extent(1) + ky) * filter.extent(2) + kx)
                                                * taps;
                                for (int c = 0; c < taps; c++) {
                                    term.at(pixel + group * taps + c, tap + c, out);
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
