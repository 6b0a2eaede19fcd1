package aligrad.backends.cpu;

import aligrad.tensor.DType;

/// Maximum and average pooling over channels-last images, and their adjoints.
///
/// Channels lie in the lanes ([WindowLanes]). What only reads the image is cut by result rows. What
/// adds to it, where windows may overlap, is cut by images and blocks of channels, so that each
/// pixel belongs to one task and is added to in the order of the windows.
final class Pool2d {

    /// Channels of a task that adds to the image: a few cache lines, and whole vectors of any
    /// width.
    private static final int TASK_CHANNELS = 64;

    private final Pool2dGeometry s;
    private final Pool2dGeometry.Spans rows;
    private final Pool2dGeometry.Spans columns;
    private final int bytes; // of an element
    private final long pixel; // bytes from a pixel to the next
    private final long rowStep; // bytes from one row of a window to the next
    private final long columnStep;

    /// Works on one window. Places are in bytes from the start of the images and of the results.
    private interface Place {
        void at(long image, long result, int rows, int columns, int channels);
    }

    private Pool2d(DType dtype, Pool2dGeometry s) {
        this.s = s;
        this.rows = s.rows();
        this.columns = s.columns();
        this.bytes = dtype.bytes();
        this.pixel = (long) s.c() * bytes;
        this.rowStep = s.window().dilationHeight() * (s.w() * pixel);
        this.columnStep = s.window().dilationWidth() * pixel;
    }

    /// `y` is the value of `v` at the place in each window where `x` is largest; `v = x` is maximum
    /// pooling. The first of equals counts, and a not-a-number is largest. A window that dilation
    /// moved past all pixels gives `-∞`.
    static void maxPick(DType dtype, Pool2dGeometry s, long x, long v, long y) {
        if (x == v && MaxPool2x2.fits(dtype, s.window())) {
            MaxPool2x2.pick(s, x, y);
            return;
        }
        Pool2d p = new Pool2d(dtype, s);
        WindowLanes lanes = WindowLanes.of(dtype);
        p.byRows(
                (i, o, rows, columns, channels) ->
                        lanes.maxPick(
                                x + i,
                                v + i,
                                rows,
                                p.rowStep,
                                columns,
                                p.columnStep,
                                channels,
                                y + o));
    }

    /// The adjoint of [#maxPick] in `v`: overwrites `dx`, of the shape of `x`, with the sum of each
    /// `g` put where `x` is largest in its window.
    static void maxSpread(DType dtype, Pool2dGeometry s, long x, long g, long dx) {
        if (MaxPool2x2.fits(dtype, s.window())) {
            MaxPool2x2.spread(s, x, g, dx);
            return;
        }
        Pool2d p = new Pool2d(dtype, s);
        WindowLanes lanes = WindowLanes.of(dtype);
        p.byChannels(
                dx,
                (i, o, rows, columns, channels) ->
                        lanes.maxSpread(
                                x + i,
                                g + o,
                                rows,
                                p.rowStep,
                                columns,
                                p.columnStep,
                                channels,
                                dx + i));
    }

    /// The mean of each window; padding counts as zeros if `includePadding`, otherwise it is left
    /// out of the mean. A window that dilation moved past all pixels gives 0.
    static void average(DType dtype, Pool2dGeometry s, boolean includePadding, long x, long y) {
        Pool2d p = new Pool2d(dtype, s);
        WindowLanes lanes = WindowLanes.of(dtype);
        p.byRows(
                (i, o, rows, columns, channels) ->
                        lanes.average(
                                x + i,
                                rows,
                                p.rowStep,
                                columns,
                                p.columnStep,
                                p.divisor(includePadding, rows, columns),
                                channels,
                                y + o));
    }

    /// The adjoint of [#average]: overwrites `dx` with the sum of each `g` divided among the pixels
    /// of its window.
    static void averageSpread(
            DType dtype, Pool2dGeometry s, boolean includePadding, long g, long dx) {
        Pool2d p = new Pool2d(dtype, s);
        WindowLanes lanes = WindowLanes.of(dtype);
        p.byChannels(
                dx,
                (i, o, rows, columns, channels) ->
                        lanes.averageSpread(
                                g + o,
                                rows,
                                p.rowStep,
                                columns,
                                p.columnStep,
                                p.divisor(includePadding, rows, columns),
                                channels,
                                dx + i));
    }

    private int divisor(boolean includePadding, int rows, int columns) {
        return includePadding
                ? s.window().kernelHeight() * s.window().kernelWidth()
                : Math.max(1, rows * columns);
    }

    private void byRows(Place place) {
        Workers.run(
                Math.multiplyExact(s.n(), s.oh()),
                s.nanoseconds(),
                row -> row(row / s.oh(), row % s.oh(), 0, s.c(), place));
    }

    private void byChannels(long dx, Place place) {
        int ranges = Math.ceilDiv(s.c(), TASK_CHANNELS);
        Workers.run(
                Math.multiplyExact(s.n(), ranges),
                s.nanoseconds(),
                task -> {
                    int n = task / ranges;
                    int first = task % ranges * TASK_CHANNELS;
                    int channels = Math.min(TASK_CHANNELS, s.c() - first);
                    long at = dx + n * (s.h() * s.w() * pixel) + (long) first * bytes;
                    RawCopy.clearRows(at, pixel, (long) s.h() * s.w(), (long) channels * bytes);
                    for (int oy = 0; oy < s.oh(); oy++) {
                        row(n, oy, first, channels, place);
                    }
                });
    }

    /// The windows of one result row, for channels `[first, first + channels)`.
    private void row(int n, int oy, int first, int channels, Place place) {
        long channel = (long) first * bytes;
        long image = ((long) n * s.h() + rows.first()[oy]) * s.w() * pixel + channel;
        long result = ((long) n * s.oh() + oy) * s.ow() * pixel + channel;
        for (int ox = 0; ox < s.ow(); ox++) {
            place.at(
                    image + columns.first()[ox] * pixel,
                    result + ox * pixel,
                    rows.count()[oy],
                    columns.count()[ox],
                    channels);
        }
    }
}
