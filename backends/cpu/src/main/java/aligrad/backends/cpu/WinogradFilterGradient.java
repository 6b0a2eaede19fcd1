package aligrad.backends.cpu;

/// The filter gradient of [Winograd], its forward pass transposed: `dw = Gᵀ · Σ (A g Aᵀ ⊙ Bᵀ x B) ·
/// G`, the sum over all tiles.
///
/// A task takes some of the tiles and some of the filters through all steps, block after block: it
/// transforms patches and gradients, and adds the 36 products of (filters, tiles) by (tiles,
/// channels) to sums of its own. So a block stays in the second-level cache of one processor.
/// Everything lies as the tiles of the products read it, see [WinogradCorrelation]: gradients `(36,
/// panels, tiles, 6)`, patches `(36, strips, tiles, strip)`, sums `(36, strips, filters, strip)`.
/// The tiles are cut in parts by the geometry alone, and the sums of the parts are added in their
/// order; a part is never so long that a sum over it would lose digits.
final class WinogradFilterGradient {

    private static final GemmTile GEMM = GemmTileF32.INSTANCE;

    private static final int STRIP_BYTES = GemmTile.STRIP_BYTES;
    private static final int STRIP_LANES = STRIP_BYTES / Float.BYTES;

    /// Bytes of a column of a panel.
    private static final int COLUMN_BYTES = GemmTile.ROWS * Float.BYTES;

    /// Filters that one task adds up and transforms back.
    private static final int FINISHED_FILTERS = 8;

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

    private final Conv2dGeometry s;
    private final long channelBytes;
    private final int vectors; // of channels
    private final int tiles;
    private final int parts;
    private final int ranges; // of filters
    private final int block;
    private final WinogradPatches patches;
    private final WinogradPatches gradients;

    WinogradFilterGradient(Conv2dGeometry s) {
        this.s = s;
        channelBytes = Winograd.rowBytes(s.c());
        vectors = Math.ceilDiv(s.c(), Species.LANES_32);
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

    /// Bytes of the sums of one point.
    private long pointBytes() {
        return s.o() * channelBytes;
    }

    /// Overwrites `dw (o, 3, 3, c)`.
    void run(long x, long g, long dw) {
        if (tiles == 0) {
            RawCopy.clear(dw, 4L * s.o() * 9 * s.c());
            return;
        }
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
            Workers.run(
                    Math.ceilDiv(s.o(), FINISHED_FILTERS),
                    (long) parts * s.o() * s.c() * Winograd.POINTS / 4,
                    task -> finish(task * FINISHED_FILTERS, sums, partBytes, dw));
        }
    }

    /// Channels of a strip.
    private int lanes(int strip) {
        return Math.min(STRIP_LANES, s.c() - strip * STRIP_LANES);
    }

    /// Bytes of a row of a strip.
    private long stripRow(int strip) {
        return (long) GemmPanels.width(strip, vectors) * GemmTile.VECTOR;
    }

    /// The sums over the tiles `[from, to)` for one range of filters.
    private void sum(int from, int to, int firstFilter, long x, long g, long zeros, long sums) {
        int filters = Math.min(TASK_FILTERS, s.o() - firstFilter);
        long inputPoint = block * channelBytes;
        long panelBytes = block * COLUMN_BYTES + GemmTile.VECTOR; // see transformGradient
        long gradientPoint = Math.ceilDiv(filters, GemmTile.ROWS) * panelBytes;
        long input = Scratch.address(Scratch.Use.WINOGRAD_INPUT, Winograd.POINTS * inputPoint);
        long gradient =
                Scratch.address(Scratch.Use.WINOGRAD_OUTPUT, Winograd.POINTS * gradientPoint);
        long lines = Scratch.address(Scratch.Use.WINOGRAD_LINES, WinogradLoops.SCRATCH_BYTES);
        long[] patch = new long[Winograd.POINTS];
        long[] pixels = new long[Winograd.TILE * Winograd.TILE];
        for (int first = from; first < to; first += block) {
            int count = Math.min(block, to - first);
            for (int t = 0; t < count; t++) {
                patches.locate(first + t, x, zeros, patch);
                for (int strip = 0; strip < GemmPanels.strips(vectors); strip++) {
                    long at = (long) strip * STRIP_BYTES;
                    WinogradLoops.ofPatch(
                            patch,
                            at,
                            lanes(strip),
                            input + at * block + t * stripRow(strip),
                            inputPoint,
                            lines);
                }
                gradients.locate(first + t, g + 4L * firstFilter, zeros, pixels);
                transformGradient(
                        pixels,
                        filters,
                        gradient + (long) t * COLUMN_BYTES,
                        gradientPoint,
                        panelBytes,
                        lines);
            }
            for (int p = 0; p < Winograd.POINTS; p++) {
                for (int strip = 0; strip < GemmPanels.strips(vectors); strip++) {
                    long at = (long) strip * STRIP_BYTES;
                    long row = stripRow(strip);
                    long c = sums + p * pointBytes() + at * s.o() + firstFilter * row;
                    GemmPanels.multiply(
                            GEMM,
                            filters,
                            GemmPanels.width(strip, vectors),
                            GEMM.lanes,
                            count,
                            gradient + p * gradientPoint,
                            panelBytes,
                            input + p * inputPoint + at * block,
                            c,
                            row,
                            first == from ? GemmTile.ZEROS : c,
                            first == from ? 0 : row);
                }
            }
        }
    }

    /// Transforms the gradient of one tile into a column of all panels. It is written in whole
    /// vectors; what they cover besides belongs to tiles that follow, or lies behind the panel.
    private static void transformGradient(
            long[] pixels, int filters, long to, long point, long panelBytes, long lines) {
        long row = Winograd.rowBytes(filters);
        long tile = Scratch.address(Scratch.Use.WINOGRAD_TILES, Winograd.POINTS * row);
        WinogradLoops.ofGradient(pixels, 0, filters, tile, row, lines);
        for (int p = 0; p < Winograd.POINTS; p++) {
            Packing.splice(filters, tile + p * row, to + p * point, panelBytes);
        }
    }

    /// Adds the parts of some filters, and transforms their sums back.
    private void finish(int first, long sums, long partBytes, long dw) {
        long lines = Scratch.address(Scratch.Use.WINOGRAD_LINES, WinogradLoops.SCRATCH_BYTES);
        long tap = 4L * s.c();
        int count = Math.min(FINISHED_FILTERS, s.o() - first);
        for (int strip = 0; strip < GemmPanels.strips(vectors); strip++) {
            long at = (long) strip * STRIP_BYTES;
            long row = stripRow(strip);
            long from = sums + at * s.o() + first * row;
            for (int part = 1; part < parts; part++) {
                for (int p = 0; p < Winograd.POINTS; p++) {
                    long point = from + p * pointBytes();
                    GEMM.add((int) (count * row / 4), point + part * partBytes, point);
                }
            }
            for (int i = 0; i < count; i++) {
                WinogradLoops.ofFilterPoints(
                        from + i * row,
                        pointBytes(),
                        dw + 9 * (first + i) * tap + at,
                        tap,
                        lanes(strip),
                        lines);
            }
        }
    }
}
