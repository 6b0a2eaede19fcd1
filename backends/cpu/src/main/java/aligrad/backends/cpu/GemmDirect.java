package aligrad.backends.cpu;

/// Matrix products without packing: tiles read the operands where they are.
///
/// For products so small, or so flat, that copying `B` would not pay, and for packed blocks. `B`
/// has unit column stride. All strides are in bytes.
final class GemmDirect {

    /// Multiply-adds of a block: some 20 µs, so that it is worth another thread.
    private static final long BLOCK_WORK = 2_000_000;

    private GemmDirect() {}

    /// `C = init + A · B`, shared by the threads if it is worth that.
    ///
    /// @param init where the sums begin, see [GemmOperands]
    static void run(
            GemmTile tile,
            int m,
            int n,
            int k,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long c,
            long cRow,
            long init,
            long initRow) {
        if ((long) m * n * k < 2 * BLOCK_WORK) {
            block(tile, m, n, k, a, aRow, aCol, b, bRow, c, cRow, init, initRow);
        } else {
            share(
                    new GemmOperands(
                            tile,
                            m,
                            n,
                            k,
                            a,
                            aRow,
                            aCol,
                            b,
                            bRow,
                            tile.bytes,
                            c,
                            cRow,
                            init,
                            initRow));
        }
    }

    /// Cuts the longer side of `C`, in whole tiles of rows or in whole cache lines of columns.
    private static void share(GemmOperands p) {
        boolean byRows = p.m() >= p.n();
        int extent = byRows ? p.m() : p.n();
        int unit = byRows ? 2 * GemmTile.ROWS : 6 * p.tile().lanes;
        long units = BLOCK_WORK / ((byRows ? p.n() : p.m()) * (long) p.k() * unit);
        int step = (int) Math.min(extent, Math.max(1, units) * unit);
        Workers.run(
                (extent + step - 1) / step,
                p.nanoseconds(),
                block -> {
                    int first = block * step;
                    int count = Math.min(step, extent - first);
                    block(byRows ? p.part(first, count, 0, p.n()) : p.part(0, p.m(), first, count));
                });
    }

    static void block(GemmOperands p) {
        block(
                p.tile(),
                p.m(),
                p.n(),
                p.k(),
                p.a(),
                p.aRow(),
                p.aCol(),
                p.b(),
                p.bRow(),
                p.c(),
                p.cRow(),
                p.init(),
                p.initRow());
    }

    /// `C = init + A · B`, on the calling thread.
    ///
    /// @param init where the sums begin, see [GemmOperands]
    static void block(
            GemmTile tile,
            int m,
            int n,
            int k,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long c,
            long cRow,
            long init,
            long initRow) {
        if (m == 1) {
            row(tile, n, k, a, aCol, b, bRow, c, init);
            return;
        }
        int vectors = (n + tile.lanes - 1) >> tile.shift;
        int vector = 0;
        while (vector < vectors) {
            int width = GemmTile.width(vectors - vector, m);
            long at = (long) vector * GemmTile.VECTOR;
            vector += width;
            strip(
                    tile,
                    m,
                    width,
                    vector < vectors ? tile.lanes : n - (vectors - 1) * tile.lanes,
                    k,
                    a,
                    aRow,
                    aCol,
                    b + at,
                    bRow,
                    c + at,
                    cRow,
                    init == 0 ? GemmTile.ZEROS : init + at,
                    init == 0 ? 0 : initRow);
        }
    }

    /// A product of one row.
    private static void row(
            GemmTile tile, int n, int k, long a, long aCol, long b, long bRow, long c, long init) {
        int whole = n >> tile.shift;
        int vector = 0;
        while (vector < whole) {
            int vectors = whole - vector >= GemmTile.ROW_VECTORS ? GemmTile.ROW_VECTORS : 1;
            long at = (long) vector * GemmTile.VECTOR;
            long start = init == 0 ? GemmTile.ZEROS : init + at;
            tile.row(vectors, k, a, aCol, b + at, bRow, c + at, start);
            vector += vectors;
        }
        int tail = n - (whole << tile.shift);
        if (tail > 0) {
            long at = (long) whole * GemmTile.VECTOR;
            long aside = Scratch.address(Scratch.Use.GEMM_EDGE, GemmTile.VECTOR);
            long start = init == 0 ? GemmTile.ZEROS : init + at;
            tile.row(1, k, a, aCol, b + at, bRow, aside, start);
            Packing.copy(tile.bytes, tail, aside, c + at);
        }
    }

    /// All rows of a strip of one to three vectors of columns, the last vector having `tail`
    /// elements.
    static void strip(
            GemmTile tile,
            int m,
            int vectors,
            int tail,
            int k,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long c,
            long cRow,
            long init,
            long initRow) {
        for (int i = 0; i < m; ) {
            int rows = GemmTile.height(m - i, vectors);
            long ai = a + i * aRow;
            long ci = c + i * cRow;
            long from = init + i * initRow;
            if (tail == tile.lanes && rows == GemmTile.stored(rows)) {
                tile.tile(rows, vectors, k, ai, aRow, aCol, b, bRow, ci, cRow, from, initRow);
            } else {
                edge(
                        tile, rows, vectors, tail, k, ai, aRow, aCol, b, bRow, ci, cRow, from,
                        initRow);
            }
            i += rows;
        }
    }

    /// A tile that reaches over the edge of `C`: computed aside, and what belongs to `C` copied.
    private static void edge(
            GemmTile tile,
            int rows,
            int vectors,
            int tail,
            int k,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long c,
            long cRow,
            long init,
            long initRow) {
        long pitch = (long) vectors * GemmTile.VECTOR;
        long aside = Scratch.address(Scratch.Use.GEMM_EDGE, GemmTile.ROWS * pitch);
        tile.tile(rows, vectors, k, a, aRow, aCol, b, bRow, aside, pitch, init, initRow);
        int columns = (vectors - 1) * tile.lanes + tail;
        for (int i = 0; i < rows; i++) {
            Packing.copy(tile.bytes, columns, aside + i * pitch, c + i * cRow);
        }
    }
}
