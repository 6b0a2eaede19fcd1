package aligrad.backends.cpu;

/// Many matrix products of one shape, whose operands lie at even distances.
final class GemmBatch {

    /// Multiply-adds of a block of items, some 20 µs.
    private static final long BLOCK_WORK = 2_000_000;

    /// Multiply-adds of an item that is better shared itself.
    private static final long LARGE_WORK = 64_000_000;

    private GemmBatch() {}

    /// Computes `batch` products; strides and steps in bytes, a step leading from one item to the
    /// next.
    ///
    /// @param bias address of `n` contiguous elements that all share, or 0
    static void run(
            GemmTile tile,
            int batch,
            int m,
            int n,
            int k,
            long a,
            long aStep,
            long aRow,
            long aCol,
            long b,
            long bStep,
            long bRow,
            long bCol,
            long c,
            long cStep,
            long cRow,
            long bias,
            boolean accumulate) {
        if (accumulate && bias != 0) {
            for (int i = 0; i < batch; i++) {
                tile.addToRows(m, n, bias, c + i * cStep, cRow);
            }
        }
        long init = accumulate ? c : bias;
        long initRow = accumulate ? cRow : 0;
        boolean stacked = bStep == 0 && aStep == m * aRow && cStep == m * cRow;
        if (stacked && (long) batch * m <= Integer.MAX_VALUE) { // one product with more rows
            Gemm.product(
                    tile, batch * m, n, k, a, aRow, aCol, b, bRow, bCol, c, cRow, init, initRow);
        } else if ((double) batch * m * n * k < 2 * BLOCK_WORK) {
            small(
                    tile,
                    batch,
                    m,
                    n,
                    k,
                    a,
                    aStep,
                    aRow,
                    aCol,
                    b,
                    bStep,
                    bRow,
                    bCol,
                    c,
                    cStep,
                    cRow,
                    init,
                    accumulate ? cStep : 0,
                    initRow);
        } else {
            share(
                    batch,
                    new GemmOperands(
                            tile, m, n, k, a, aRow, aCol, b, bRow, bCol, c, cRow, init, initRow),
                    aStep,
                    bStep,
                    cStep);
        }
    }

    /// Small items, on the calling thread. Small matrices of a batch are often one tile each, and
    /// get the shortest way, since one may take no more than 20 ns.
    private static void small(
            GemmTile tile,
            int batch,
            int m,
            int n,
            int k,
            long a,
            long aStep,
            long aRow,
            long aCol,
            long b,
            long bStep,
            long bRow,
            long bCol,
            long c,
            long cStep,
            long cRow,
            long init,
            long initStep,
            long initRow) {
        if (tile.isWhole(m, n) && Gemm.isDirect(tile, m, n, k, aRow, aCol, bCol)) {
            int vectors = n >> tile.shift;
            long start = init == 0 ? GemmTile.ZEROS : init;
            for (int i = 0; i < batch; i++) {
                tile.tile(
                        m,
                        vectors,
                        k,
                        a + i * aStep,
                        aRow,
                        aCol,
                        b + i * bStep,
                        bRow,
                        c + i * cStep,
                        cRow,
                        start + i * initStep,
                        initRow);
            }
        } else {
            for (int i = 0; i < batch; i++) {
                Gemm.product(
                        tile,
                        m,
                        n,
                        k,
                        a + i * aStep,
                        aRow,
                        aCol,
                        b + i * bStep,
                        bRow,
                        bCol,
                        c + i * cStep,
                        cRow,
                        init + i * initStep,
                        initRow);
            }
        }
    }

    /// Items for several threads: in blocks of whole items, or one after the other if each is
    /// large.
    private static void share(int batch, GemmOperands p, long aStep, long bStep, long cStep) {
        long work = Math.max(1, p.work());
        if (work >= LARGE_WORK) {
            items(0, batch, p, aStep, bStep, cStep);
            return;
        }
        int size = (int) Math.max(1, BLOCK_WORK / work);
        Workers.run(
                (int) (((long) batch + size - 1) / size),
                p.nanoseconds() * batch,
                block -> {
                    int first = block * size;
                    items(first, Math.min(size, batch - first), p, aStep, bStep, cStep);
                });
    }

    private static void items(
            int first, int count, GemmOperands p, long aStep, long bStep, long cStep) {
        long initStep = p.init() == p.c() ? cStep : 0;
        for (int i = first; i < first + count; i++) {
            Gemm.product(
                    p.tile(),
                    p.m(),
                    p.n(),
                    p.k(),
                    p.a() + i * aStep,
                    p.aRow(),
                    p.aCol(),
                    p.b() + i * bStep,
                    p.bRow(),
                    p.bCol(),
                    p.c() + i * cStep,
                    p.cRow(),
                    p.init() + i * initStep,
                    p.initRow());
        }
    }
}
