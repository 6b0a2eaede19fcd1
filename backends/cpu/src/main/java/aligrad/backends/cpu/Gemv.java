package aligrad.backends.cpu;

/// Matrix products whose result is a vector, or nearly one, as dot products of unit-stride
/// operands.
final class Gemv {

    /// Elements of the matrix for one block, some 10 µs from the cache and more from memory.
    private static final long BLOCK_WORK = 262_144;

    private Gemv() {}

    /// `C` has few rows: each is `Bᵀ` times a row of `A`; both have unit stride along `k`.
    static void rows(
            GemmTile tile,
            int m,
            int n,
            int k,
            long a,
            long aRow,
            long b,
            long bCol,
            long c,
            long cRow,
            long init,
            long initRow) {
        for (int i = 0; i < m; i++) {
            long start = init == 0 ? 0 : init + i * initRow;
            dots(tile, n, k, a + i * aRow, b, bCol, c + i * cRow, tile.bytes, start, tile.bytes);
        }
    }

    /// `C` has few columns: each is `A`, with unit stride along `k`, times a column of `B`, which
    /// is copied unless it has unit stride, too.
    static void columns(
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
        for (int j = 0; j < n; j++) {
            long x = b + j * bCol;
            if (bRow != bytes) {
                long copy = Scratch.address(Scratch.Use.GEMM_B, tile.pitch(k));
                Packing.pack(bytes, 1, k, x, 0, bRow, copy, 0);
                x = copy;
            }
            long at = (long) j * bytes;
            dots(tile, m, k, x, a, aRow, c + at, cRow, init == 0 ? 0 : init + at, initRow);
        }
    }

    /// `y = init + matrix · x`, shared by the threads if it is worth that.
    private static void dots(
            GemmTile tile,
            int n,
            int k,
            long x,
            long matrix,
            long matrixRow,
            long y,
            long yStep,
            long init,
            long initStep) {
        if ((long) n * k < 2 * BLOCK_WORK) {
            tile.dots(n, k, x, matrix, matrixRow, y, yStep, init, initStep);
        } else {
            share(tile, n, k, x, matrix, matrixRow, y, yStep, init, initStep);
        }
    }

    private static void share(
            GemmTile tile,
            int n,
            int k,
            long x,
            long matrix,
            long matrixRow,
            long y,
            long yStep,
            long init,
            long initStep) {
        int step = (int) Math.min(n, Math.max(8, BLOCK_WORK / k & -8));
        Workers.run(
                (n + step - 1) / step,
                (long) n * k / 16, // memory gives one core some 64 bytes a nanosecond at best
                block -> {
                    int first = block * step;
                    tile.dots(
                            Math.min(step, n - first),
                            k,
                            x,
                            matrix + first * matrixRow,
                            matrixRow,
                            y + first * yStep,
                            yStep,
                            init == 0 ? 0 : init + first * initStep,
                            initStep);
                });
    }
}
