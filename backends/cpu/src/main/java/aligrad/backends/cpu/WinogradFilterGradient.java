package aligrad.backends.cpu;

/// The filter gradient of [Winograd], its forward pass transposed: `dw = Gᵀ · Σ (A g Aᵀ ⊙ Bᵀ x B) ·
/// G`, the sum over all tiles.
///
/// Where the sums are small, a task takes some of the tiles and some of the filters through all
/// steps, block after block: it transforms patches to `(36, tiles, channels)` and gradients to
/// `(36, tiles, filters)`, and adds the 36 products of (filters, tiles) by (tiles, channels) to
/// sums of its own. So a block stays in the second-level cache of one processor. Large sums would
/// come from L3 for each block; then blocks are as long as a sum may be, and a task transforms some
/// tiles of one, or computes the product of one point.
///
/// The tiles are cut by the geometry alone, and the sums of the parts are added in their order; a
/// part is never so long that a sum over it would lose digits.
final class WinogradFilterGradient {

    private static final GemmTile GEMM = GemmTileF32.INSTANCE;

    private static final long PRODUCTS_PER_NANOSECOND = 100;

    /// Transformed tiles that a task has in memory at a time: they are to stay in L2 from the
    /// transforms to the products.
    private static final long BLOCK_BYTES = 1 << 20;

    private static final int LEAST_TILES = 24;
    private static final int MOST_TILES = 256;

    /// Tasks at least, if the tiles suffice.
    private static final int TASKS = 8;

    /// Filters of a task: the fewer, the more often are the patches transformed.
    private static final int TASK_FILTERS = 128;

    /// Sums of all parts, which are to stay in L3 until they are added, as far as two parts and
    /// [#CHAIN_TILES] allow.
    private static final long SUM_BYTES = 10 << 20;

    /// Tiles of which one chain of multiply-adds is the sum, at most.
    private static final int CHAIN_TILES = 512;

    /// Larger sums, as of 128 by 128 channels, are computed point by point: the pass is then a
    /// third faster there, and two thirds with 256 by 256. Smaller ones stay in L2 beside a block.
    private static final long LARGE_SUM_BYTES = 1 << 20;

    /// Transformed tiles of a block beside large sums. With 20 MB instead of 5, 128 channels lose a
    /// fifth.
    private static final long LARGE_BLOCK_BYTES = 5 << 20;

    /// Tiles of such a block at least, for each of which all sums are read and written.
    private static final int LEAST_LARGE_TILES = 128;

    /// Tiles that one task transforms for all points.
    private static final int TRANSFORMED_TILES = 16;

    private final Conv2dGeometry s;
    private final long channelBytes;
    private final int tiles;
    private final int parts;
    private final int ranges; // of filters
    private final int block;
    private final WinogradPatches patches;
    private final WinogradPatches gradients;

    WinogradFilterGradient(Conv2dGeometry s) {
        this.s = s;
        channelBytes = Winograd.rowBytes(s.c());
        int high = Winograd.tiles(s.oh());
        int wide = Winograd.tiles(s.ow());
        tiles = s.n() * high * wide;
        ranges = Math.ceilDiv(s.o(), TASK_FILTERS);
        long fitting = SUM_BYTES / (Winograd.POINTS * pointBytes());
        long wanted = Math.min(Math.ceilDiv(TASKS, ranges), tiles / (2 * LEAST_TILES));
        parts =
                (int)
                        Math.max(
                                Math.ceilDiv(tiles, CHAIN_TILES),
                                Math.clamp(wanted, 1, Math.max(fitting, 2)));
        long taskBytes = channelBytes + Winograd.rowBytes(Math.min(s.o(), TASK_FILTERS));
        block = Math.clamp(BLOCK_BYTES / (Winograd.POINTS * taskBytes), LEAST_TILES, MOST_TILES);
        patches =
                new WinogradPatches(
                        Winograd.PATCH,
                        s.window().paddingHeight(),
                        s.h(),
                        s.w(),
                        s.c(),
                        high,
                        wide);
        gradients = new WinogradPatches(Winograd.TILE, 0, s.oh(), s.ow(), s.o(), high, wide);
    }

    /// Bytes of the sums of one point, `(filters, channels)`.
    private long pointBytes() {
        return s.o() * channelBytes;
    }

    /// Overwrites `dw (o, 3, 3, c)`.
    void run(long x, long g, long dw) {
        if (tiles == 0) {
            RawCopy.clear(dw, 4L * s.o() * 9 * s.c());
        } else if (Winograd.POINTS * pointBytes() > LARGE_SUM_BYTES) {
            large(x, g, dw);
        } else {
            small(x, g, dw);
        }
    }

    private void small(long x, long g, long dw) {
        long partBytes = Winograd.POINTS * pointBytes();
        long outside = Math.max(channelBytes, Winograd.rowBytes(s.o())) + 64;
        try (Workspace memory =
                Workspace.of(parts * partBytes + outside, "conv2d_filter_gradient")) {
            long sums = memory.address();
            long zeros = sums + parts * partBytes;
            RawCopy.clear(zeros, outside);
            Workers.run(
                    parts * ranges,
                    (long) tiles * Winograd.POINTS * s.c() * s.o() / PRODUCTS_PER_NANOSECOND,
                    task -> {
                        int part = task / ranges;
                        sum(
                                (int) ((long) tiles * part / parts),
                                (int) ((long) tiles * (part + 1) / parts),
                                task % ranges * TASK_FILTERS,
                                x,
                                g,
                                zeros,
                                sums + part * partBytes);
                    });
            finish(sums, parts, dw);
        }
    }

    private void large(long x, long g, long dw) {
        long filterBytes = Winograd.rowBytes(s.o());
        long tileBytes = Winograd.POINTS * (channelBytes + filterBytes);
        int most = Math.clamp(LARGE_BLOCK_BYTES / tileBytes, LEAST_LARGE_TILES, CHAIN_TILES);
        int room = Math.ceilDiv(tiles, Math.ceilDiv(tiles, most));
        long outside = Math.max(channelBytes, filterBytes) + 64;
        try (Workspace sums =
                        Workspace.of(Winograd.POINTS * pointBytes(), "conv2d_filter_gradient");
                Workspace block =
                        Workspace.of(room * tileBytes + outside, "conv2d_filter_gradient")) {
            long input = block.address();
            long gradient = input + Winograd.POINTS * room * channelBytes;
            long zeros = input + room * tileBytes;
            RawCopy.clear(zeros, outside);
            for (int first = 0; first < tiles; first += room) {
                int start = first;
                int count = Math.min(room, tiles - first);
                Workers.run(
                        Math.ceilDiv(count, TRANSFORMED_TILES),
                        count * tileBytes / 4,
                        task -> {
                            int at = task * TRANSFORMED_TILES;
                            transform(
                                    start + at,
                                    Math.min(TRANSFORMED_TILES, count - at),
                                    s.o(),
                                    x,
                                    g,
                                    zeros,
                                    input + at * channelBytes,
                                    room * channelBytes,
                                    gradient + at * filterBytes,
                                    room * filterBytes);
                        });
                Workers.run(
                        Winograd.POINTS,
                        (long) count * Winograd.POINTS * s.c() * s.o() / PRODUCTS_PER_NANOSECOND,
                        p -> {
                            long a = gradient + p * room * filterBytes;
                            long b = input + p * room * channelBytes;
                            long point = sums.address() + p * pointBytes();
                            if (start == 0) {
                                multiply(s.o(), count, a, b, point, false);
                            } else { // not a longer chain, but a sum of two
                                long aside =
                                        Scratch.address(Scratch.Use.WINOGRAD_OUTPUT, pointBytes());
                                multiply(s.o(), count, a, b, aside, false);
                                GEMM.add((int) (pointBytes() / 4), aside, point);
                            }
                        });
            }
            finish(sums.address(), 1, dw);
        }
    }

    /// The sums over the tiles `[from, to)` for one range of filters.
    private void sum(int from, int to, int firstFilter, long x, long g, long zeros, long sums) {
        int filters = Math.min(TASK_FILTERS, s.o() - firstFilter);
        long filterBytes = Winograd.rowBytes(filters);
        long inputPoint = block * channelBytes;
        long gradientPoint = block * filterBytes;
        long input = Scratch.address(Scratch.Use.WINOGRAD_INPUT, Winograd.POINTS * inputPoint);
        long gradient =
                Scratch.address(Scratch.Use.WINOGRAD_OUTPUT, Winograd.POINTS * gradientPoint);
        long at = sums + firstFilter * channelBytes;
        for (int first = from; first < to; first += block) {
            int count = Math.min(block, to - first);
            transform(
                    first,
                    count,
                    filters,
                    x,
                    g + 4L * firstFilter,
                    zeros,
                    input,
                    inputPoint,
                    gradient,
                    gradientPoint);
            for (int p = 0; p < Winograd.POINTS; p++) {
                multiply(
                        filters,
                        count,
                        gradient + p * gradientPoint,
                        input + p * inputPoint,
                        at + p * pointBytes(),
                        first > from);
            }
        }
    }

    /// Transforms the patches of some tiles, and their gradients, to rows from `input` and
    /// `gradient` on.
    private void transform(
            int first,
            int count,
            int filters,
            long x,
            long g,
            long zeros,
            long input,
            long inputPoint,
            long gradient,
            long gradientPoint) {
        long lines = Scratch.address(Scratch.Use.WINOGRAD_LINES, WinogradLoops.SCRATCH_BYTES);
        long filterBytes = Winograd.rowBytes(filters);
        long[] patch = new long[Winograd.POINTS];
        long[] pixels = new long[Winograd.TILE * Winograd.TILE];
        for (int t = 0; t < count; t++) {
            patches.locate(first + t, x, zeros, patch);
            WinogradLoops.ofPatch(patch, s.c(), input + t * channelBytes, inputPoint, lines);
            gradients.locate(first + t, g, zeros, pixels);
            WinogradLoops.ofGradient(
                    pixels, filters, gradient + t * filterBytes, gradientPoint, lines);
        }
    }

    /// The sums of one point.
    ///
    /// @param continues whether they begin with what is there
    private void multiply(
            int filters, int count, long gradient, long input, long sums, boolean continues) {
        GemmDirect.block(
                GEMM,
                filters,
                (int) (channelBytes / 4),
                count,
                gradient,
                4,
                Winograd.rowBytes(filters),
                input,
                channelBytes,
                sums,
                channelBytes,
                continues ? sums : 0,
                channelBytes);
    }

    private void finish(long sums, int parts, long dw) {
        long partBytes = Winograd.POINTS * pointBytes();
        Workers.run(
                s.o(),
                (long) parts * s.o() * s.c() * Winograd.POINTS / 4,
                o -> finish(o, sums, parts, partBytes, dw));
    }

    /// Adds the parts of one filter, and transforms their sum back.
    private void finish(int o, long sums, int parts, long partBytes, long dw) {
        long filter = sums + o * channelBytes;
        for (int part = 1; part < parts; part++) {
            for (int p = 0; p < Winograd.POINTS; p++) {
                long point = filter + p * pointBytes();
                GEMM.add((int) (channelBytes / 4), point + part * partBytes, point);
            }
        }
        long lines = Scratch.address(Scratch.Use.WINOGRAD_LINES, WinogradLoops.SCRATCH_BYTES);
        long tap = 4L * s.c();
        WinogradLoops.ofFilterPoints(filter, pointBytes(), dw + 9 * o * tap, tap, s.c(), lines);
    }
}
