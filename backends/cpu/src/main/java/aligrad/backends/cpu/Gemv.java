package aligrad.backends.cpu;

/// Matrix products whose result is a vector, or nearly one, as dot products of unit-stride
/// operands.
final class Gemv {

    /// Elements of the matrix for one block, some 10 µs from the cache and more from memory.
    private static final long BLOCK_WORK = 262_144;

    private Gemv() {}

    /// `C` has few rows: each is `Bᵀ` times a row of `A`; both have unit stride along `k`.
    static void rows(GemmOperands p) {
        for (int i = 0; i < p.m(); i++) {
            int bytes = p.tile().bytes;
            dots(
                    p.tile(),
                    p.n(),
                    p.k(),
                    p.a() + i * p.aRow(),
                    p.b(),
                    p.bCol(),
                    p.c() + i * p.cRow(),
                    bytes,
                    p.init(i, 0),
                    bytes);
        }
    }

    /// `C` has few columns: each is `A`, with unit stride along `k`, times a column of `B`, which
    /// is copied unless it has unit stride, too.
    static void columns(GemmOperands p) {
        int bytes = p.tile().bytes;
        for (int j = 0; j < p.n(); j++) {
            long x = p.b() + j * p.bCol();
            if (p.bRow() != bytes) {
                long copy = Scratch.address(Scratch.Use.GEMM_B, p.tile().pitch(p.k()));
                Packing.pack(bytes, 1, p.k(), x, 0, p.bRow(), copy, 0);
                x = copy;
            }
            dots(
                    p.tile(),
                    p.m(),
                    p.k(),
                    x,
                    p.a(),
                    p.aRow(),
                    p.c() + (long) j * bytes,
                    p.cRow(),
                    p.init(0, j),
                    p.initRow());
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
        int step = (int) Math.min(n, Math.max(8, BLOCK_WORK / k & -8));
        if (step == n) {
            tile.dots(n, k, x, matrix, matrixRow, y, yStep, init, initStep);
            return;
        }
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
