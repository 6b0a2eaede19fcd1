package aligrad.backends.cpu;

import aligrad.tensor.spi.HostStorage;

/// The forward pass of [Winograd] and its input gradient, which is a correlation with the flipped
/// filters, input and output channels exchanged.
///
/// A task takes a block of tiles through all steps: it transforms their patches to `(36, tiles,
/// channels)`, multiplies these by the transformed filters `(36, channels, results)`, and
/// transforms the products back. So a block stays in the second-level cache, and only the filters
/// are read from farther away.
final class WinogradCorrelation {

    private static final GemmTile GEMM = GemmTileF32.INSTANCE;

    private static final long PRODUCTS_PER_NANOSECOND = 100;

    /// Channels whose filters are transformed by one task.
    private static final int TASK_CHANNELS = 16;

    private final int channels;
    private final int results;
    private final long channelBytes; // of a row of channels, in memory of our own
    private final long resultBytes;
    private final int tiles;
    private final int block;
    private final WinogradPatches patches;
    private final WinogradPatches targets;
    private final boolean isGradient;

    /// The plan of `y = x ⋆ w + bias`.
    static WinogradCorrelation forward(Conv2dGeometry s) {
        return new WinogradCorrelation(
                s.n(),
                s.h(),
                s.w(),
                s.c(),
                s.oh(),
                s.ow(),
                s.o(),
                s.window().paddingHeight(),
                false);
    }

    /// The plan of the adjoint in the images.
    static WinogradCorrelation inputGradient(Conv2dGeometry s) {
        return new WinogradCorrelation(
                s.n(),
                s.oh(),
                s.ow(),
                s.o(),
                s.h(),
                s.w(),
                s.c(),
                2 - s.window().paddingHeight(),
                true);
    }

    private WinogradCorrelation(
            int images,
            int height,
            int width,
            int channels,
            int resultHeight,
            int resultWidth,
            int results,
            int padding,
            boolean isGradient) {
        this.channels = channels;
        this.results = results;
        this.isGradient = isGradient;
        channelBytes = Winograd.rowBytes(channels);
        resultBytes = Winograd.rowBytes(results);
        int high = Winograd.tiles(resultHeight);
        int wide = Winograd.tiles(resultWidth);
        tiles = images * high * wide;
        block = Winograd.block(tiles, channels, results);
        patches = new WinogradPatches(Winograd.PATCH, padding, height, width, channels, high, wide);
        targets =
                new WinogradPatches(
                        Winograd.TILE, 0, resultHeight, resultWidth, results, high, wide);
    }

    /// Overwrites `y`.
    ///
    /// @param w filters `(o, 3, 3, c)` of the convolution
    /// @param bias one for each result channel, or 0 for none
    void run(long x, Filters w, long bias, long y) {
        if (tiles == 0) {
            return;
        }
        HostStorage storage = w.storage();
        if (storage != null) {
            Prepared.Form form =
                    isGradient ? Prepared.Form.WINOGRAD_GRADIENT : Prepared.Form.WINOGRAD_FORWARD;
            try (Prepared kept =
                    Prepared.of(
                            storage,
                            new Prepared.Operand(form, w.offset(), channels, results, 0, 0),
                            filterBytes(),
                            memory -> transformFilters(w.address(), memory))) {
                if (kept != null) {
                    run(x, kept.address(), bias, y);
                    return;
                }
            }
        }
        try (Workspace filters = Workspace.of(filterBytes(), "conv2d")) {
            transformFilters(w.address(), filters.address());
            run(x, filters.address(), bias, y);
        }
    }

    private void run(long x, long filters, long bias, long y) {
        try (Workspace memory = Workspace.of(outsideBytes(), "conv2d")) {
            long zeros = memory.address();
            RawCopy.clear(zeros, outsideBytes());
            Workers.run(
                    Math.ceilDiv(tiles, block),
                    (long) tiles * Winograd.POINTS * channels * results / PRODUCTS_PER_NANOSECOND,
                    task ->
                            block(
                                    task * block,
                                    Math.min(block, tiles - task * block),
                                    x,
                                    filters,
                                    zeros,
                                    bias == 0 ? zeros : bias,
                                    y));
        }
    }

    /// Of the transformed filters, `(36, channels, results)`.
    private long filterBytes() {
        return Winograd.POINTS * channels * resultBytes;
    }

    /// Room for a pixel of either side, read in whole vectors.
    private long outsideBytes() {
        return Math.max(channelBytes, resultBytes) + 64;
    }

    /// To `(36, channels, results)`.
    private void transformFilters(long w, long to) {
        long point = channels * resultBytes;
        long nanoseconds = (long) channels * results * 4;
        int tasks = Math.ceilDiv(channels, TASK_CHANNELS);
        if (isGradient) { // w: (channels, 3, 3, results)
            long tap = 4L * results;
            Workers.run(
                    tasks,
                    nanoseconds,
                    task -> transformRows(task, w + 8 * tap, 9 * tap, -tap, to, point));
            return;
        }
        long tap = 4L * channels; // w: (results, 3, 3, channels)
        try (Workspace transposed = Workspace.of(9 * point, "conv2d")) {
            long from = transposed.address();
            Workers.run(
                    9,
                    nanoseconds / 4,
                    i ->
                            Packing.transpose(
                                    4,
                                    results,
                                    channels,
                                    w + i * tap,
                                    9 * tap,
                                    from + i * point,
                                    resultBytes));
            Workers.run(
                    tasks,
                    nanoseconds,
                    task -> transformRows(task, from, resultBytes, point, to, point));
        }
    }

    /// Transforms the filters of some channels.
    ///
    /// @param row from one channel's filters to the next's
    /// @param tap from one tap of the flipped filters to the next
    private void transformRows(int task, long from, long row, long tap, long to, long point) {
        long lines = Scratch.address(Scratch.Use.WINOGRAD_LINES, WinogradLoops.SCRATCH_BYTES);
        int end = Math.min(channels, (task + 1) * TASK_CHANNELS);
        for (int p = task * TASK_CHANNELS; p < end; p++) {
            WinogradLoops.ofFilter(
                    from + p * row, tap, results, to + p * resultBytes, point, lines);
        }
    }

    private void block(int first, int count, long x, long filters, long zeros, long bias, long y) {
        long channelPoint = block * channelBytes;
        long resultPoint = block * resultBytes;
        long input = Scratch.address(Scratch.Use.WINOGRAD_INPUT, Winograd.POINTS * channelPoint);
        long output = Scratch.address(Scratch.Use.WINOGRAD_OUTPUT, Winograd.POINTS * resultPoint);
        long lines =
                Scratch.address(
                        Scratch.Use.WINOGRAD_LINES, WinogradLoops.SCRATCH_BYTES + outsideBytes());
        long nowhere = lines + WinogradLoops.SCRATCH_BYTES;
        long[] patch = new long[Winograd.POINTS];
        for (int t = 0; t < count; t++) {
            patches.locate(first + t, x, zeros, patch);
            WinogradLoops.ofPatch(patch, channels, input + t * channelBytes, channelPoint, lines);
        }
        for (int p = 0; p < Winograd.POINTS; p++) {
            GemmDirect.block(
                    GEMM,
                    count,
                    (int) (resultBytes / 4),
                    channels,
                    input + p * channelPoint,
                    channelBytes,
                    4,
                    filters + p * (channels * resultBytes),
                    resultBytes,
                    output + p * resultPoint,
                    resultBytes,
                    0,
                    0);
        }
        long[] target = new long[Winograd.TILE * Winograd.TILE];
        for (int t = 0; t < count; t++) {
            targets.locate(first + t, y, nowhere, target);
            WinogradLoops.ofPoints(
                    output + t * resultBytes, resultPoint, bias, target, results, lines);
        }
    }
}
