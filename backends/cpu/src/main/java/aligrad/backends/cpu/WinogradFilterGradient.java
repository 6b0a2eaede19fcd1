package aligrad.backends.cpu;

/// The filter gradient of [Winograd], its forward pass transposed: `dw = Gᵀ · Σ (A g Aᵀ ⊙ Bᵀ x B) ·
/// G`, the sum over all tiles.
///
/// Blocks of tiles follow each other; of each, the threads first share the transforms of patches
/// `(36, tiles, channels)` and of gradients `(36, tiles, filters)`, then the 36 products of
/// (filters, tiles) by (tiles, channels). After so many tiles the sums are added to totals, since a
/// sum of thousands loses digits.
final class WinogradFilterGradient {

    private static final GemmTile GEMM = GemmTileF32.INSTANCE;

    private static final long PRODUCTS_PER_NANOSECOND = 100;

    /// Transformed tiles in memory at a time: they are to stay in L2 from the transforms to the
    /// products. With 4 MB the pass took a seventh to a third longer.
    private static final long BLOCK_BYTES = 1 << 20;

    private static final int LEAST_TILES = 24;
    private static final int MOST_TILES = 256;

    /// Tiles whose transforms are one task.
    private static final int TASK_TILES = 4;

    /// Tiles of which one chain of multiply-adds is the sum.
    private static final int CHAIN_TILES = 512;

    private final Conv2dGeometry s;
    private final long channelBytes;
    private final long filterBytes;
    private final int tiles;
    private final int block;
    private final WinogradPatches patches;
    private final WinogradPatches gradients;

    WinogradFilterGradient(Conv2dGeometry s) {
        this.s = s;
        channelBytes = Winograd.rowBytes(s.c());
        filterBytes = Winograd.rowBytes(s.o());
        int high = Winograd.tiles(s.oh());
        int wide = Winograd.tiles(s.ow());
        tiles = s.n() * high * wide;
        long fitting = BLOCK_BYTES / (Winograd.POINTS * (channelBytes + filterBytes));
        block = Math.clamp(fitting, LEAST_TILES, MOST_TILES);
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

    /// Overwrites `dw (o, 3, 3, c)`.
    void run(long x, long g, long dw) {
        long input = block * channelBytes; // of a point
        long gradient = block * filterBytes;
        long sum = s.o() * channelBytes;
        long outside = Math.max(channelBytes, filterBytes) + 64;
        boolean hasTotals = tiles > CHAIN_TILES;
        long bytes = Winograd.POINTS * (input + gradient + (hasTotals ? 2 : 1) * sum) + outside;
        try (Workspace memory = Workspace.of(bytes, "conv2d_filter_gradient")) {
            long gradientAt = memory.address() + Winograd.POINTS * input;
            long sums = gradientAt + Winograd.POINTS * gradient;
            long totals = hasTotals ? sums + Winograd.POINTS * sum : sums;
            long zeros = memory.address() + bytes - outside;
            RawCopy.clear(zeros, outside);
            RawCopy.clear(totals, Winograd.POINTS * sum);
            int chain = 0;
            for (int first = 0; first < tiles; first += block) {
                int from = first;
                int count = Math.min(block, tiles - first);
                Workers.run(
                        Math.ceilDiv(count, TASK_TILES),
                        (long) count * Winograd.POINTS * (s.c() + s.o()) / 4,
                        task ->
                                transform(
                                        from,
                                        task * TASK_TILES,
                                        Math.min(count, (task + 1) * TASK_TILES),
                                        x,
                                        g,
                                        zeros,
                                        memory.address(),
                                        gradientAt));
                boolean begins = hasTotals && chain == 0;
                Workers.run(
                        Winograd.POINTS,
                        (long) count * Winograd.POINTS * s.c() * s.o() / PRODUCTS_PER_NANOSECOND,
                        p ->
                                GemmDirect.block(
                                        GEMM,
                                        s.o(),
                                        (int) (channelBytes / 4),
                                        count,
                                        gradientAt + p * gradient,
                                        4,
                                        filterBytes,
                                        memory.address() + p * input,
                                        channelBytes,
                                        sums + p * sum,
                                        channelBytes,
                                        begins ? 0 : sums + p * sum,
                                        channelBytes));
                chain += count;
                if (hasTotals && (chain >= CHAIN_TILES || first + count == tiles)) {
                    Workers.run(
                            Winograd.POINTS,
                            Winograd.POINTS * sum / 32,
                            p -> GEMM.add((int) (sum / 4), sums + p * sum, totals + p * sum));
                    chain = 0;
                }
            }
            Workers.run(
                    s.o(),
                    (long) s.o() * s.c() * Winograd.POINTS / 4,
                    o -> finish(o, totals + o * channelBytes, sum, dw));
        }
    }

    private void transform(
            int firstOfBlock,
            int from,
            int to,
            long x,
            long g,
            long zeros,
            long input,
            long gradient) {
        long lines = Scratch.address(Scratch.Use.WINOGRAD_LINES, WinogradLoops.SCRATCH_BYTES);
        long[] patch = new long[Winograd.POINTS];
        long[] pixels = new long[Winograd.TILE * Winograd.TILE];
        for (int t = from; t < to; t++) {
            patches.locate(firstOfBlock + t, x, zeros, patch);
            WinogradLoops.ofPatch(
                    patch, s.c(), input + t * channelBytes, block * channelBytes, lines);
            gradients.locate(firstOfBlock + t, g, zeros, pixels);
            WinogradLoops.ofGradient(
                    pixels, s.o(), gradient + t * filterBytes, block * filterBytes, lines);
        }
    }

    private void finish(int o, long totals, long point, long dw) {
        long lines = Scratch.address(Scratch.Use.WINOGRAD_LINES, WinogradLoops.SCRATCH_BYTES);
        long tap = 4L * s.c();
        WinogradLoops.ofFilterPoints(totals, point, dw + 9 * o * tap, tap, s.c(), lines);
    }
}
