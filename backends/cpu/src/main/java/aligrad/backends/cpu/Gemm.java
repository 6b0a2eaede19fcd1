package aligrad.backends.cpu;

/// Matrix products: `C = A · B (+ C) (+ bias)`, with `A: (m, k)`, `B: (k, n)`, `C: (m, n)`, `bias:
/// (n)`.
///
/// `A` and `B` may have any strides, so transposes and broadcasts cost no copy of their own; `C`
/// has unit column stride and overlaps neither. The doors take strides in elements; all that is
/// behind them counts in bytes.
///
/// Each element of `C` is one chain of fused multiply-adds in the order of `k` that begins with
/// what is added to it (see [GemmTile]); only where a result is a vector or nearly one it may be
/// the sum of [Gemv]. Either way `|error| <= (k + 1) 2^-24 (|start| + Σ|a||b|)` to first order in
/// single precision, and the bits depend on shapes and strides only, never on the number of
/// threads.
final class Gemm {

    /// Multiply-adds of one block of a product that is not packed: some 20 µs, so that a block is
    /// worth another thread.
    private static final long BLOCK_WORK = 2_000_000;

    /// Results with at most this many rows or columns are computed as so many matrix-vector
    /// products, when the operands lie right for it.
    private static final int THIN = 3;

    private Gemm() {}

    /// Single precision. Strides in elements.
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
        GemmTile tile = GemmTileF32.INSTANCE;
        long start = start(tile, m, n, c, 4 * cRow, bias, accumulate);
        product(
                tile,
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
                start,
                accumulate ? 4 * cRow : 0);
    }

    /// Double precision. Strides in elements.
    ///
    /// @param bias address of `n` contiguous elements, or 0
    /// @param accumulate whether to add to what `C` holds
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
        GemmTile tile = GemmTileF64.INSTANCE;
        long start = start(tile, m, n, c, 8 * cRow, bias, accumulate);
        product(
                tile,
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
                start,
                accumulate ? 8 * cRow : 0);
    }

    /// Where the sums begin: `C`, the bias, or 0 for zeros. A bias is added to `C` at once if both
    /// are.
    private static long start(
            GemmTile tile, int m, int n, long c, long cRow, long bias, boolean accumulate) {
        if (!accumulate) {
            return bias;
        }
        if (bias != 0) {
            for (int i = 0; i < m; i++) {
                tile.add(n, bias, c + i * cRow);
            }
        }
        return c;
    }

    /// Chooses the way. Strides in bytes.
    ///
    /// @param init where the sums begin, with row stride `initRow`; 0 for zeros
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
        if (bCol == tile.bytes || k == 0) {
            if (GemmPacked.pays(tile, m, n, k)) {
                new GemmPacked(tile, m, n, k, a, aRow, aCol, b, bRow, bCol, c, cRow, init, initRow)
                        .run();
            } else {
                GemmDirect.run(tile, m, n, k, a, aRow, aCol, b, bRow, c, cRow, init, initRow);
            }
        } else {
            new GemmPacked(tile, m, n, k, a, aRow, aCol, b, bRow, bCol, c, cRow, init, initRow)
                    .run();
        }
    }
}
