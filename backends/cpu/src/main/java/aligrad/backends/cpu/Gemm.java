package aligrad.backends.cpu;

/// Matrix products: `C = A · B (+ C) (+ bias)`, with `A: (m, k)`, `B: (k, n)`, `C: (m, n)`, `bias:
/// (n)`.
///
/// `A` and `B` may have any strides, so that transposes and broadcasts are no copies of their own;
/// `C` has unit column stride and overlaps neither. The doors take strides in elements; what is
/// behind them counts in bytes. Every operand has 64 readable bytes behind its last element.
///
/// Each element of `C` is one chain of fused multiply-adds in the order of `k` that begins with
/// what is added to it (see [GemmTile]); only where `C` is a vector, or nearly one, it may be a sum
/// of [GemvF32]. Either way `|error| <= (k + 2) u (|C| + |bias| + Σ|a||b|)` to first order, `u`
/// being 2^-24 or 2^-53, and the bits depend on shapes and strides only, never on the number of
/// threads.
final class Gemm {

    /// Results with at most this many rows or columns are computed as so many matrix-vector
    /// products, where the operands lie right for that.
    private static final int THIN = 3;

    /// The most rows for which transposing `A` and `C` is considered instead of packing `B`.
    private static final int FEW_ROWS = 64;

    /// The most bytes of a `B` that is packed whole.
    private static final long SMALL = 128 * 1024;

    private Gemm() {}

    /// One product in single precision. Strides in elements.
    ///
    /// @param bias address of `n` contiguous elements, or 0
    /// @param accumulate whether to add to what `C` holds
    static void f32(
            int m,
            int n,
            int k,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long bCol,
            long c,
            long cRow,
            long bias,
            boolean accumulate) {
        one(
                GemmTileF32.INSTANCE,
                m,
                n,
                k,
                a,
                4 * aRow,
                4 * aCol,
                b,
                4 * bRow,
                4 * bCol,
                c,
                4 * cRow,
                bias,
                accumulate);
    }

    /// One product in double precision; see [#f32].
    static void f64(
            int m,
            int n,
            int k,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long bCol,
            long c,
            long cRow,
            long bias,
            boolean accumulate) {
        one(
                GemmTileF64.INSTANCE,
                m,
                n,
                k,
                a,
                8 * aRow,
                8 * aCol,
                b,
                8 * bRow,
                8 * bCol,
                c,
                8 * cRow,
                bias,
                accumulate);
    }

    /// `batch` products in single precision whose operands lie `aBatch`, `bBatch` and `cBatch`
    /// elements apart (0 for an operand that all share; not for `C`). All share the bias.
    static void batchedF32(
            int batch,
            int m,
            int n,
            int k,
            long a,
            long aBatch,
            long aRow,
            long aCol,
            long b,
            long bBatch,
            long bRow,
            long bCol,
            long c,
            long cBatch,
            long cRow,
            long bias,
            boolean accumulate) {
        GemmBatch.run(
                GemmTileF32.INSTANCE,
                batch,
                m,
                n,
                k,
                a,
                4 * aBatch,
                4 * aRow,
                4 * aCol,
                b,
                4 * bBatch,
                4 * bRow,
                4 * bCol,
                c,
                4 * cBatch,
                4 * cRow,
                bias,
                accumulate);
    }

    /// `batch` products in double precision; see [#batchedF32].
    static void batchedF64(
            int batch,
            int m,
            int n,
            int k,
            long a,
            long aBatch,
            long aRow,
            long aCol,
            long b,
            long bBatch,
            long bRow,
            long bCol,
            long c,
            long cBatch,
            long cRow,
            long bias,
            boolean accumulate) {
        GemmBatch.run(
                GemmTileF64.INSTANCE,
                batch,
                m,
                n,
                k,
                a,
                8 * aBatch,
                8 * aRow,
                8 * aCol,
                b,
                8 * bBatch,
                8 * bRow,
                8 * bCol,
                c,
                8 * cBatch,
                8 * cRow,
                bias,
                accumulate);
    }

    /// One product; strides in bytes.
    private static void one(
            GemmTile tile,
            int m,
            int n,
            int k,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long bCol,
            long c,
            long cRow,
            long bias,
            boolean accumulate) {
        if (accumulate && bias != 0) {
            tile.addToRows(m, n, bias, c, cRow);
        }
        product(
                tile,
                m,
                n,
                k,
                a,
                aRow,
                aCol,
                b,
                bRow,
                bCol,
                c,
                cRow,
                accumulate ? c : bias,
                accumulate ? cRow : 0);
    }

    /// Chooses the way, by shapes and strides. See [GemmOperands] for what they mean; they are not
    /// put in one before it is sure that the product is large, since fresh memory of the heap may
    /// cost more than a small product.
    static void product(
            GemmTile tile,
            int m,
            int n,
            int k,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long bCol,
            long c,
            long cRow,
            long init,
            long initRow) {
        if (m == 0 || n == 0) {
            return;
        }
        int bytes = tile.bytes;
        if (n == 1 && bCol != bytes || m == 1 && aRow != bytes) {
            // The stride of an axis with one element is free to choose, and a unit opens the better
            // ways.
            long rowA = m == 1 ? bytes : aRow;
            long colB = n == 1 ? bytes : bCol;
            product(tile, m, n, k, a, rowA, aCol, b, bRow, colB, c, cRow, init, initRow);
        } else if (isDirect(tile, m, n, k, aRow, aCol, bCol)) {
            GemmDirect.run(tile, m, n, k, a, aRow, aCol, b, bRow, c, cRow, init, initRow);
        } else if (columnsAreDots(tile, n, k, aCol)) {
            Gemv.columns(tile, m, n, k, a, aRow, aCol, b, bRow, bCol, c, cRow, init, initRow);
        } else if (m <= THIN && aCol == bytes && bRow == bytes && k >= tile.lanes) {
            Gemv.rows(tile, m, n, k, a, aRow, b, bCol, c, cRow, init, initRow);
        } else if (tile.reads(k, /* aRow= */ bCol, /* aCol= */ bRow)
                && transposedPays(tile, m, n, k, aRow, bCol)) {
            transposed(tile, m, n, k, a, aRow, aCol, b, bRow, bCol, c, cRow, init, initRow);
        } else if (bCol != bytes && k * tile.pitch(n) <= SMALL && tile.reads(k, aRow, aCol)) {
            long pitch = tile.pitch(n);
            long packed = Scratch.address(Scratch.Use.GEMM_B, k * pitch);
            Packing.pack(bytes, k, n, b, bRow, bCol, packed, pitch);
            GemmDirect.run(tile, m, n, k, a, aRow, aCol, packed, pitch, c, cRow, init, initRow);
        } else {
            new GemmPacked(
                            new GemmOperands(
                                    tile, m, n, k, a, aRow, aCol, b, bRow, bCol, c, cRow, init,
                                    initRow))
                    .run();
        }
    }

    /// Whether tiles can read the operands where they are, and nothing else is better.
    static boolean isDirect(GemmTile tile, int m, int n, int k, long aRow, long aCol, long bCol) {
        if (k == 0) {
            return true;
        }
        boolean vector = n <= THIN && (aRow == tile.bytes || columnsAreDots(tile, n, k, aCol));
        return bCol == tile.bytes
                && tile.reads(k, aRow, aCol)
                && !vector
                && !GemmPacked.pays(tile, m, n, k);
    }

    /// Few columns, and `A` has unit stride along `k`.
    private static boolean columnsAreDots(GemmTile tile, int n, int k, long aCol) {
        return n <= THIN && aCol == tile.bytes && k >= tile.lanes;
    }

    /// Whether `Cᵀ = Bᵀ · Aᵀ` is less work than `C = A · B`.
    ///
    /// So it is with few columns, when `Aᵀ` can be read in vectors as it lies. When `B` cannot, its
    /// first way moves `A` (unless that can) and `C`, and fills the vectors with rows; the other
    /// moves `B` and fills them with columns. In half cycles: a vector of multiply-adds takes one,
    /// an element that is moved about one, too.
    private static boolean transposedPays(
            GemmTile tile, int m, int n, int k, long aRow, long bCol) {
        boolean moves = aRow != tile.bytes;
        if (n <= THIN && !moves) {
            return true;
        }
        if (bCol == tile.bytes || m > FEW_ROWS) {
            return false;
        }
        long rowVectors = (m + tile.lanes - 1) >> tile.shift;
        long columnVectors = (n + tile.lanes - 1) >> tile.shift;
        long first = rowVectors * n * k + (long) m * n + (moves ? (long) m * k : 0);
        long other = columnVectors * m * k + (long) n * k;
        return first < other;
    }

    /// `Cᵀ = Bᵀ · Aᵀ`: the vectors run along the rows of `C`, and `Bᵀ` is what tiles read by
    /// broadcast, as it lies.
    private static void transposed(
            GemmTile tile,
            int m,
            int n,
            int k,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long bCol,
            long c,
            long cRow,
            long init,
            long initRow) {
        int bytes = tile.bytes;
        long pitch = tile.pitch(m);
        long right = a;
        long rightRow = aCol;
        if (aRow != bytes) {
            right = Scratch.address(Scratch.Use.GEMM_B, k * pitch);
            rightRow = pitch;
            Packing.pack(bytes, k, m, a, aCol, aRow, right, pitch);
        }
        boolean inPlace = n == 1 && cRow == bytes && (init == 0 || init == c);
        long result = inPlace ? c : Scratch.address(Scratch.Use.GEMM_C, n * pitch);
        if (init != 0 && !inPlace) {
            Packing.pack(bytes, n, m, init, bytes, initRow, result, pitch);
        }
        GemmDirect.run(
                tile,
                n,
                m,
                k,
                b,
                bCol,
                bRow,
                right,
                rightRow,
                result,
                pitch,
                init == 0 ? 0 : result,
                pitch);
        if (!inPlace) {
            Packing.transpose(bytes, n, m, result, pitch, c, cRow);
        }
    }
}
