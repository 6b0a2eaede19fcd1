package aligrad.tensor.spi;

import aligrad.tensor.Pooling;
import aligrad.tensor.Shape;
import aligrad.tensor.Window2d;

import java.util.Arrays;

/// Maximum and average over sliding windows, and their adjoints.
final class ReferencePooling {

    private ReferencePooling() {}

    static ReferenceValues compute(Pooling op) {
        ReferenceValues first = ReferenceValues.of(op.input(0));
        ReferenceValues to = new ReferenceValues(op.dtype(), op.shape().size());
        switch (op) {
            case Pooling.MaxPick pick -> {
                ReferenceValues v = ReferenceValues.of(pick.v());
                // a window that dilation moved past all pixels has nothing to pick
                Arrays.fill(to.reals, Double.NEGATIVE_INFINITY);
                Place place = (o, pixels) -> to.reals[o] = v.reals[largest(first, pixels)];
                visit(pick.x().shape(), pick.shape(), op.window(), place);
            }
            case Pooling.MaxSpread spread -> {
                ReferenceValues g = ReferenceValues.of(spread.g());
                Place place = (o, pixels) -> to.reals[largest(first, pixels)] += g.reals[o];
                visit(spread.x().shape(), spread.g().shape(), op.window(), place);
            }
            case Pooling.Average average -> {
                Place place =
                        (o, pixels) -> {
                            double sum = 0;
                            for (int pixel : pixels) {
                                sum += first.reals[pixel];
                            }
                            to.reals[o] =
                                    sum / divisor(op.window(), average.includePadding(), pixels);
                        };
                visit(average.x().shape(), average.shape(), op.window(), place);
            }
            case Pooling.AverageSpread spread -> {
                Place place =
                        (o, pixels) -> {
                            for (int pixel : pixels) {
                                to.reals[pixel] +=
                                        first.reals[o]
                                                / divisor(
                                                        op.window(),
                                                        spread.includePadding(),
                                                        pixels);
                            }
                        };
                visit(spread.shape(), spread.g().shape(), op.window(), place);
            }
        }
        return to;
    }

    private static int divisor(Window2d window, boolean includePadding, int[] pixels) {
        return includePadding ? window.kernelHeight() * window.kernelWidth() : pixels.length;
    }

    /// The first of the largest pixels; the first not-a-number if there is one.
    private static int largest(ReferenceValues x, int[] pixels) {
        int best = pixels[0];
        for (int pixel : pixels) {
            if (x.reals[pixel] > x.reals[best]
                    || (Double.isNaN(x.reals[pixel]) && !Double.isNaN(x.reals[best]))) {
                best = pixel;
            }
        }
        return best;
    }

    /// Takes a place of the result and the pixels in its window, row-major, padding left out.
    private interface Place {
        void at(int result, int[] pixels);
    }

    private static void visit(Shape image, Shape result, Window2d window, Place place) {
        int height = image.extent(1);
        int width = image.extent(2);
        int channels = image.extent(3);
        int[] pixels = new int[window.kernelHeight() * window.kernelWidth()];
        int at = 0;
        for (int n = 0; n < result.extent(0); n++) {
            for (int oy = 0; oy < result.extent(1); oy++) {
                for (int ox = 0; ox < result.extent(2); ox++) {
                    for (int c = 0; c < channels; c++) {
                        int count = 0;
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
                                if (y >= 0 && y < height && x >= 0 && x < width) {
                                    pixels[count++] = ((n * height + y) * width + x) * channels + c;
                                }
                            }
                        }
                        if (count > 0) {
                            place.at(at, Arrays.copyOf(pixels, count));
                        }
                        at++;
                    }
                }
            }
        }
    }
}
