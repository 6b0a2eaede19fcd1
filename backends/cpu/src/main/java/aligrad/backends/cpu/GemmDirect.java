package aligrad.backends.cpu;

/// Matrix products without packing: tiles read the operands where they are.
///
/// For products so small, or so flat, that copying `B` would not pay, and for packed blocks. `B`
/// has unit column stride. All strides are in bytes.
final class GemmDirect {

    private GemmDirect() {}

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
        block(tile, m, n, k, a, aRow, aCol, b, bRow, c, cRow, init, initRow);
    }

    /// `C = init + A · B`, on the calling thread.
    ///
    /// @param init where the sums begin, see [GemmTile#tile]; 0 for zeros
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
        int vectors = (n + tile.lanes - 1) / tile.lanes;
        int vector = 0;
        if (m == 1) {
            int whole = n / tile.lanes;
            for (; vector + GemmTile.ROW_VECTORS <= whole; vector += GemmTile.ROW_VECTORS) {
                long at = (long) vector * GemmTile.VECTOR;
                tile.row(k, a, aCol, b + at, bRow, c + at, init == 0 ? GemmTile.ZEROS : init + at);
            }
        }
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
                    initRow);
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
