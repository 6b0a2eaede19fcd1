package aligrad.backends.cpu;

import aligrad.tensor.Window2d;

/// The windows of a convolution as the right operand of a product, `(n · oh · ow, kh · kw · c)`,
/// which never lies in memory as a whole: strips of it are copied from the images when the product
/// needs them. What lies outside an image is 0.
///
/// A row is what one result pixel reads, in the order of a filter. One group only.
record WindowStrips(int elementBytes, Conv2dGeometry s, long images)
        implements GemmPacked.StripSource {

    private static final int MANY_FILTERS = 96;
    private static final int LONG_FILTER = 1024;

    /// Whether a gradient of filters is faster as this product than in the direct form. Each window
    /// is copied once for all filters, so many must share it; with shorter filters the product has
    /// too little work for two threads. On Zen 5, 3x3 with stride 2: 128 to 256 channels 14.4 to
    /// 7.6 ms on one thread and 5.6 to 4.3 on two; 64 to 128 channels 12.3 to 8.6, but 5.2 to 6.4.
    static boolean pays(Conv2dGeometry s) {
        return s.n() > 0 // a product over nothing leaves its result as it is
                && s.groups() == 1
                && s.o() >= MANY_FILTERS
                && (long) s.kh() * s.kw() * s.c() >= LONG_FILTER
                && s.pixelsFit();
    }

    @Override
    public void pack(int firstRow, int rows, int firstColumn, int columns, long to, long toRow) {
        int count;
        for (int column = 0; column < columns; column += count) {
            int tap = (firstColumn + column) / s.c();
            int channel = (firstColumn + column) % s.c();
            count = Math.min(s.c() - channel, columns - column);
            taps(firstRow, rows, tap, channel, count, to + (long) column * elementBytes, toRow);
        }
    }

    /// Copies some channels of one tap, of the result pixels `[first, first + pixels)`.
    private void taps(
            int first, int pixels, int tap, int channel, int channels, long to, long toRow) {
        Window2d w = s.window();
        int down = tap / s.kw() * w.dilationHeight() - w.paddingHeight();
        int right = tap % s.kw() * w.dilationWidth() - w.paddingWidth();
        // Columns of a result whose pixel lies in the image.
        int begin = Math.clamp(Math.ceilDiv(-right, w.strideWidth()), 0, s.ow());
        int end = Math.clamp(Math.ceilDiv(s.w() - right, w.strideWidth()), begin, s.ow());
        int last = first + pixels;
        int count;
        for (int pixel = first; pixel < last; pixel += count) {
            int line = pixel / s.ow();
            int x0 = pixel % s.ow();
            count = Math.min(s.ow() - x0, last - pixel);
            int x1 = x0 + count;
            int y = line % s.oh() * w.strideHeight() + down;
            boolean outside = y < 0 || y >= s.h();
            int from = outside ? x1 : Math.clamp(begin, x0, x1);
            int until = outside ? x1 : Math.clamp(end, from, x1);
            long at = to + (long) (pixel - first) * toRow;
            long bytes = (long) channels * elementBytes;
            RawCopy.clearRows(at, toRow, from - x0, bytes);
            long row = (long) (line / s.oh()) * s.h() + y;
            long source = (row * s.w() + (long) from * w.strideWidth() + right) * s.c() + channel;
            RawCopy.rows(
                    images + source * elementBytes,
                    (long) w.strideWidth() * s.c() * elementBytes,
                    at + (from - x0) * toRow,
                    toRow,
                    until - from,
                    bytes);
            RawCopy.clearRows(at + (until - x0) * toRow, toRow, x1 - until, bytes);
        }
    }
}
