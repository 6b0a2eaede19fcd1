package aligrad.backends.cpu;

import aligrad.tensor.DType;
import aligrad.tensor.Window2d;

/// Convolution with one filter for each channel, the three passes.
///
/// There is no sum over channels that a register tile could share, so channels lie in the lanes,
/// and a row of pixels is multiplied by one weight a channel, tap after tap ([ChannelProducts]).
/// Filters are transposed to `(kh, kw, c)` first.
final class Conv2dDepthwise {

    /// Pixels of a part of the filter gradient at least, see [Conv2dFilterGradient].
    private static final int PART_PIXELS = 2048;

    private static final int MOST_PARTS = 32;

    private final Conv2dGeometry s;
    private final Window2d window;
    private final ChannelProducts products;
    private final int bytes; // of an element
    private final int taps;
    private final long pixel; // bytes

    Conv2dDepthwise(DType dtype, Conv2dGeometry s) {
        this.s = s;
        this.window = s.window();
        this.products = ChannelProducts.of(dtype);
        this.bytes = dtype.bytes();
        this.taps = s.kh() * s.kw();
        this.pixel = (long) s.c() * bytes;
    }

    /// About how long one thread takes for a pass: eight products in a nanosecond.
    private long nanoseconds() {
        return (long) s.n() * s.oh() * s.ow() * taps * s.c() / 8;
    }

    /// @param bias one for each channel, or 0 for none
    void forward(long x, long w, long bias, long y) {
        try (Workspace filters = Workspace.of(taps * pixel, "conv2d")) {
            transposeFilters(w, filters.address());
            Workers.run(
                    Math.multiplyExact(s.n(), s.oh()),
                    nanoseconds(),
                    row -> {
                        int n = row / s.oh();
                        int oy = row % s.oh();
                        long to = y + row * (s.ow() * pixel);
                        if (bias == 0) {
                            RawCopy.clear(to, s.ow() * pixel);
                        } else {
                            RawCopy.rows(bias, 0, to, pixel, s.ow(), pixel);
                        }
                        for (int ky = 0; ky < s.kh(); ky++) {
                            int iy = inputRow(oy, ky);
                            if (iy >= 0 && iy < s.h()) {
                                long from = x + ((long) n * s.h() + iy) * s.w() * pixel;
                                forwardRow(from, filters.address() + ky * (s.kw() * pixel), to);
                            }
                        }
                    });
        }
    }

    private void forwardRow(long x, long w, long y) {
        for (int kx = 0; kx < s.kw(); kx++) {
            int low = lowColumn(kx);
            products.multiplyAdd(
                    x + inputColumn(low, kx) * pixel,
                    window.strideWidth() * pixel,
                    w + kx * pixel,
                    y + low * pixel,
                    pixel,
                    highColumn(kx) - low,
                    s.c());
        }
    }

    /// Overwrites `dx`.
    void inputGradient(long g, long w, long dx) {
        try (Workspace filters = Workspace.of(taps * pixel, "conv2d_input_gradient")) {
            transposeFilters(w, filters.address());
            Workers.run(
                    Math.multiplyExact(s.n(), s.h()),
                    nanoseconds(),
                    row -> {
                        int n = row / s.h();
                        int iy = row % s.h();
                        long to = dx + row * (s.w() * pixel);
                        RawCopy.clear(to, s.w() * pixel);
                        for (int ky = 0; ky < s.kh(); ky++) {
                            int v = iy + window.paddingHeight() - ky * window.dilationHeight();
                            int oy = v / window.strideHeight();
                            if (v >= 0 && v % window.strideHeight() == 0 && oy < s.oh()) {
                                long from = g + ((long) n * s.oh() + oy) * s.ow() * pixel;
                                gradientRow(from, filters.address() + ky * (s.kw() * pixel), to);
                            }
                        }
                    });
        }
    }

    private void gradientRow(long g, long w, long dx) {
        for (int kx = 0; kx < s.kw(); kx++) {
            int low = lowColumn(kx);
            products.multiplyAdd(
                    g + low * pixel,
                    pixel,
                    w + kx * pixel,
                    dx + inputColumn(low, kx) * pixel,
                    window.strideWidth() * pixel,
                    highColumn(kx) - low,
                    s.c());
        }
    }

    /// Overwrites `dw`. Images are cut into parts by the geometry alone, each with its own sums,
    /// added in the order of the parts.
    void filterGradient(long x, long g, long dw) {
        long pixels = (long) s.n() * s.oh() * s.ow();
        int parts = Math.clamp(pixels / PART_PIXELS, 1, Math.clamp(s.n(), 1, MOST_PARTS));
        try (Workspace sums = Workspace.of(parts * taps * pixel, "conv2d_filter_gradient")) {
            Workers.run(
                    parts,
                    nanoseconds(),
                    part -> {
                        long to = sums.address() + part * (taps * pixel);
                        RawCopy.clear(to, taps * pixel);
                        int end = (int) ((long) s.n() * (part + 1) / parts);
                        for (int n = (int) ((long) s.n() * part / parts); n < end; n++) {
                            addImage(
                                    x + n * (s.h() * s.w() * pixel),
                                    g + n * (s.oh() * s.ow() * pixel),
                                    to);
                        }
                    });
            for (int part = 1; part < parts; part++) {
                products.add(
                        sums.address() + part * (taps * pixel),
                        sums.address(),
                        Math.multiplyExact(taps, s.c()));
            }
            Packing.transpose(bytes, taps, s.c(), sums.address(), pixel, dw, (long) taps * bytes);
        }
    }

    private void addImage(long x, long g, long sums) {
        for (int oy = 0; oy < s.oh(); oy++) {
            for (int ky = 0; ky < s.kh(); ky++) {
                int iy = inputRow(oy, ky);
                if (iy < 0 || iy >= s.h()) {
                    continue;
                }
                for (int kx = 0; kx < s.kw(); kx++) {
                    int low = lowColumn(kx);
                    products.accumulate(
                            x + iy * (s.w() * pixel) + inputColumn(low, kx) * pixel,
                            window.strideWidth() * pixel,
                            g + oy * (s.ow() * pixel) + low * pixel,
                            pixel,
                            sums + (ky * s.kw() + kx) * pixel,
                            highColumn(kx) - low,
                            s.c());
                }
            }
        }
    }

    private void transposeFilters(long w, long to) {
        Packing.transpose(bytes, s.c(), taps, w, (long) taps * bytes, to, pixel);
    }

    private int inputRow(int oy, int ky) {
        return oy * window.strideHeight() - window.paddingHeight() + ky * window.dilationHeight();
    }

    private int inputColumn(int ox, int kx) {
        return ox * window.strideWidth() - window.paddingWidth() + kx * window.dilationWidth();
    }

    /// The first result column that tap `kx` takes from inside the image; [#highColumn] if none.
    private int lowColumn(int kx) {
        int start = kx * window.dilationWidth() - window.paddingWidth();
        return Math.min(Math.max(0, Math.ceilDiv(-start, window.strideWidth())), highColumn(kx));
    }

    /// One past the last result column that tap `kx` takes from inside the image, at least 0.
    private int highColumn(int kx) {
        int start = kx * window.dilationWidth() - window.paddingWidth();
        return Math.clamp(Math.ceilDiv(s.w() - start, window.strideWidth()), 0, s.ow());
    }
}
