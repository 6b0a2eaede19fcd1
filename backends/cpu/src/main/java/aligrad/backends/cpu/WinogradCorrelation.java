package aligrad.backends.cpu;

import aligrad.tensor.spi.HostStorage;

/// The forward pass of [Winograd] and its input gradient, which is a correlation with the flipped
/// filters, input and output channels exchanged.
///
/// A task takes a block of tiles through all steps: it transforms their patches, multiplies these
/// by the transformed filters, and transforms the products back. So a block stays in the
/// second-level cache, and only the filters are read from farther away.
///
/// Everything lies as the tiles of the products read it ([GemmPanels]): patches `(36, panels,
/// channels, 6)`, filters `(36, strips, channels, strip)`, products `(36, strips, tiles, strip)`,
/// where a strip is two vectors of results. Rows of 128 or 256 channels would fall into so few sets
/// of the first-level cache that a strip would not stay there.
final class WinogradCorrelation {

    private static final GemmTile GEMM = GemmTileF32.INSTANCE;

    private static final int STRIP_BYTES = GemmTile.STRIP_BYTES;
    private static final int STRIP_LANES = STRIP_BYTES / Float.BYTES;

    /// Of the transformed patches of a panel's tiles, a strip of channels each.
    private static final long TILES_BYTES = (long) Winograd.POINTS * GemmTile.ROWS * STRIP_BYTES;

    private static final long PRODUCTS_PER_NANOSECOND = 100;

    /// Channels whose filters are transformed by one task.
    private static final int TASK_CHANNELS = 16;

    private final int channels;
    private final int results;
    private final long channelBytes; // of a row of channels, in memory of our own
    private final long resultBytes;
    private final int vectors; // of results
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
        vectors = Math.ceilDiv(results, Species.LANES_32);
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

    /// Of the transformed filters.
    private long filterBytes() {
        return Winograd.POINTS * channels * resultBytes;
    }

    /// Room for a pixel of either side, read in whole vectors.
    private long outsideBytes() {
        return Math.max(channelBytes, resultBytes) + 64;
    }

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
            for (int strip = 0; strip < GemmPanels.strips(vectors); strip++) {
                long at = (long) strip * STRIP_BYTES;
                WinogradLoops.ofFilter(
                        from + p * row + at,
                        tap,
                        lanes(strip),
                        to + at * channels + p * stripRow(strip),
                        point,
                        lines);
            }
        }
    }

    /// Results of a strip.
    private int lanes(int strip) {
        return Math.min(STRIP_LANES, results - strip * STRIP_LANES);
    }

    /// Bytes of a row of a strip.
    private long stripRow(int strip) {
        return (long) GemmPanels.width(strip, vectors) * GemmTile.VECTOR;
    }

    private void block(int first, int count, long x, long filters, long zeros, long bias, long y) {
        long input =
                Scratch.address(Scratch.Use.WINOGRAD_INPUT, Winograd.POINTS * block * channelBytes);
        long output =
                Scratch.address(Scratch.Use.WINOGRAD_OUTPUT, Winograd.POINTS * block * resultBytes);
        long lines =
                Scratch.address(
                        Scratch.Use.WINOGRAD_LINES, WinogradLoops.SCRATCH_BYTES + outsideBytes());
        transformPatches(first, count, x, zeros, input, lines);
        multiply(count, input, filters, output);
        transformBack(first, count, output, bias, y, lines);
    }

    /// A panel of tiles at a time, a strip of channels at a time: they stay in L1 until they are
    /// interleaved.
    private void transformPatches(
            int first, int count, long x, long zeros, long input, long lines) {
        long tiles = Scratch.address(Scratch.Use.WINOGRAD_TILES, TILES_BYTES);
        long point = block * channelBytes;
        long[][] pixels = new long[GemmTile.ROWS][Winograd.POINTS];
        for (int t = 0; t < count; t += GemmTile.ROWS) {
            int rows = Math.min(GemmTile.ROWS, count - t);
            for (int row = 0; row < rows; row++) {
                patches.locate(first + t + row, x, zeros, pixels[row]);
            }
            for (int c = 0; c < channels; c += STRIP_LANES) {
                int lanes = Math.min(STRIP_LANES, channels - c);
                for (int row = 0; row < rows; row++) {
                    WinogradLoops.ofPatch(
                            pixels[row],
                            4L * c,
                            lanes,
                            tiles + (long) row * STRIP_BYTES,
                            (long) GemmTile.ROWS * STRIP_BYTES,
                            lines);
                }
                int whole = Math.ceilDiv(lanes, Species.LANES_32) * Species.LANES_32;
                long to = input + t * channelBytes + 4L * GemmTile.ROWS * c;
                for (int p = 0; p < Winograd.POINTS; p++) {
                    Packing.panels(
                            4,
                            rows,
                            whole,
                            tiles + (long) p * GemmTile.ROWS * STRIP_BYTES,
                            STRIP_BYTES,
                            4,
                            to + p * point);
                }
            }
        }
    }

    private void multiply(int count, long input, long filters, long output) {
        for (int p = 0; p < Winograd.POINTS; p++) {
            for (int strip = 0; strip < GemmPanels.strips(vectors); strip++) {
                long at = (long) strip * STRIP_BYTES;
                GemmPanels.multiply(
                        GEMM,
                        count,
                        GemmPanels.width(strip, vectors),
                        GEMM.lanes,
                        channels,
                        input + p * block * channelBytes,
                        GemmTile.ROWS * channelBytes,
                        filters + p * channels * resultBytes + at * channels,
                        output + p * block * resultBytes + at * block,
                        stripRow(strip),
                        GemmTile.ZEROS,
                        0);
            }
        }
    }

    private void transformBack(int first, int count, long output, long bias, long y, long lines) {
        long nowhere = lines + WinogradLoops.SCRATCH_BYTES;
        long[] target = new long[Winograd.TILE * Winograd.TILE];
        for (int t = 0; t < count; t++) {
            targets.locate(first + t, y, nowhere, target);
            for (int strip = 0; strip < GemmPanels.strips(vectors); strip++) {
                long at = (long) strip * STRIP_BYTES;
                WinogradLoops.ofPoints(
                        output + at * block + t * stripRow(strip),
                        block * resultBytes,
                        bias + at,
                        target,
                        at,
                        lanes(strip),
                        lines);
            }
        }
    }
}
