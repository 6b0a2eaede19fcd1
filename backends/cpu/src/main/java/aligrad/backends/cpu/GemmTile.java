package aligrad.backends.cpu;

import aligrad.tensor.spi.HostMemory;
import aligrad.tensor.spi.HostStorage;

/// The register tiles of a matrix product, for one data type: the innermost loops, over `k`.
///
/// A tile computes a few rows and one to three vectors of columns of `C = init + A · B`. Each
/// element is one chain of fused multiply-adds, in the order of `k`, that begins with `init`. So
/// its bits depend on neither the tile's shape, nor the blocking, nor packing, nor the number of
/// threads.
///
/// `A` is read by scalar broadcast, `B` in vectors; rows or columns of `A` are contiguous, and rows
/// of `B`; so a caller's matrices can be given as well as packed blocks. Loads may run past the end
/// of a row by less than a vector. All strides are in bytes.
///
/// Shapes, chosen by measurement (fraction of the machine's peak, operands in L1, `k` = 256):
///
/// * 6x2: 12 independent chains hide the latency of 4 cycles on 2 units, and with 2 vectors of `B`
///   and one of `A` it just fits 16 registers: 97 % on Zen 5, 98 % on AVX2, 80 % on an Intel Xeon,
///   where the same tile in C reaches 84 %.
/// * 4x3 and 4x2 for four rows or fewer, where there are 32 registers.
/// * 1x8 and 1x1 for a single row.
///
/// Each but the last has a form for contiguous rows of `A` and one for contiguous columns. With two
/// strides that can be anything, the loop needs more than the thirteen registers for integers, and
/// what the compiler does then costs a quarter of the multiply-adds on processors that start six
/// instructions in a cycle.
///
/// Larger ones (12x2, 8x3) are no faster, and the JIT compilers give up on their methods: C1 runs
/// out of virtual registers, and C2 stops inlining memory accesses at some 18,000 nodes; either
/// leaves the tile 7 to 100 times slower, on some runs and not on others.
abstract class GemmTile {

    /// The most rows of a tile.
    static final int ROWS = 6;

    /// The most rows of a tile of three vectors.
    static final int LOW_ROWS = 4;

    /// The most vectors of [#row]: 8 chains, of which one hides the latency of another.
    static final int ROW_VECTORS = 8;

    /// Whether the four-row tiles may be used. With 16 registers C2 unrolls their short loops until
    /// the accumulators spill, and six rows, some for nothing, are faster than four.
    static final boolean LOW = Species.REGISTERS == 32;

    /// Mask of what may lie between the first and the last row of `A` in a tile: two gigabytes. The
    /// compiler then knows that the distance is an `int` that is not negative, and adds it in the
    /// load itself.
    static final long REACH = Integer.MAX_VALUE;

    /// Mask of the bytes of a row of `A`, so that the compiler knows that counting them does not
    /// overflow.
    static final int DEPTH_BYTES = (1 << 30) - 1;

    /// Bytes of a vector.
    static final int VECTOR = Species.BITS / 8;

    /// Bytes of a row of a strip of two vectors.
    static final int STRIP_BYTES = 2 * VECTOR;

    /// Zeros for one tile's `init`, with `initRow` 0.
    static final long ZEROS = zeros();

    /// Bytes of an element.
    final int bytes;

    /// Elements of a vector: `1 << shift`.
    final int lanes;

    final int shift;

    GemmTile(int bytes) {
        this.bytes = bytes;
        this.lanes = VECTOR / bytes;
        this.shift = Integer.numberOfTrailingZeros(lanes);
    }

    /// Computes `rows` rows (1 to [#ROWS], of three vectors 1 to [#LOW_ROWS]) of `vectors` whole
    /// vectors.
    ///
    /// [#stored] rows are written; what those past `rows` hold is of no account. `A` is one that
    /// the tiles can read ([#reads]).
    ///
    /// @param init where the sums begin: `C` itself, a bias (`initRow` 0), or [#ZEROS] (`initRow`
    ///   0)
    abstract void tile(
            int rows,
            int vectors,
            int k,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long c,
            long cRow,
            long init,
            long initRow);

    /// [#tile] of [#ROWS] rows and two vectors of packed operands: a panel of `A`, which holds the
    /// six elements of a column and then those of the next, and a strip of `B`, whose rows of two
    /// vectors lie one behind the other.
    ///
    /// With both strides known the loop is shorter, and memory is read in its order: a tenth faster
    /// than the form for contiguous rows on an Intel Xeon, a fifth where `A` comes from L3.
    abstract void panel(int k, long a, long b, long c, long cRow, long init, long initRow);

    /// One row, of 1 or [#ROW_VECTORS] whole vectors.
    abstract void row(int vectors, int k, long a, long aCol, long b, long bRow, long c, long init);

    /// `target += source`, `count` contiguous elements each.
    abstract void add(int count, long source, long target);

    /// `y[j] = init[j] + Σ x[p] · matrix[j][p]`, see [GemvF32#dots].
    abstract void dots(
            int n,
            int k,
            long x,
            long matrix,
            long matrixRow,
            long y,
            long yStep,
            long init,
            long initStep);

    /// Adds `n` contiguous elements to each of `m` rows.
    final void addToRows(int m, int n, long source, long target, long targetRow) {
        for (int i = 0; i < m; i++) {
            add(n, source, target + i * targetRow);
        }
    }

    /// Bytes of a row of `count` elements with room for whole vectors.
    final long pitch(int count) {
        return (long) ((count + lanes - 1) >> shift) * VECTOR;
    }

    /// Whether `(m, n)` is what one [#tile] writes.
    final boolean isWhole(int m, int n) {
        int vectors = n >> shift;
        return n == vectors << shift
                && vectors > 0
                && width(vectors, m) == vectors
                && height(m, vectors) == m
                && stored(m) == m;
    }

    /// Whether the tiles can read `A` where it is: rows or columns are contiguous, and rows are not
    /// too far apart.
    final boolean reads(int k, long aRow, long aCol) {
        return aRow == bytes
                || aCol == bytes
                        && aRow >= 0
                        && (ROWS - 1) * aRow <= REACH
                        && k <= DEPTH_BYTES / bytes;
    }

    /// The number of a tile's shape: 6x2, 6x1, 4x3, 4x2, 4x1.
    static int shape(int rows, int vectors) {
        return stored(rows) == ROWS ? 2 - vectors : 5 - vectors;
    }

    /// How many rows [#tile] writes when asked for `rows`.
    static int stored(int rows) {
        return LOW && rows <= LOW_ROWS ? LOW_ROWS : ROWS;
    }

    /// Rows of the next tile when `left` rows (at least 1) of a strip of `vectors` are left.
    ///
    /// Two tiles of four rows are faster than six and two.
    static int height(int left, int vectors) {
        if (vectors == 3 || LOW && (left <= 4 || left == 7 || left == 8)) {
            return Math.min(left, LOW_ROWS);
        }
        return Math.min(left, ROWS);
    }

    /// Vectors of the next strip when `left` vectors (at least 1) of a row are left, of `m` rows.
    ///
    /// A strip of one vector has too few chains, so an odd number ends with three.
    static int width(int left, int m) {
        if (!LOW) {
            return Math.min(left, 2);
        }
        if (m <= LOW_ROWS) {
            return left == 4 ? 2 : Math.min(left, 3);
        }
        return left == 3 ? 3 : Math.min(left, 2);
    }

    /// Checks every range that [#tile] will touch, see [Lanes#CHECKED].
    final void check(
            int rows,
            int stored,
            int vectors,
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
        if (k > 0 && rows > 1 && !reads(k, aRow, aCol)) {
            throw new IndexOutOfBoundsException(
                    "a tile cannot read elements of A that are %d bytes apart along rows, %d along columns"
                            .formatted(aCol, aRow));
        }
        long rowBytes = (long) vectors * VECTOR;
        for (int i = 0; i < rows; i++) {
            Lanes.check(a + i * aRow, k, aCol, bytes);
        }
        Lanes.check(b, k, bRow, rowBytes);
        Lanes.check(init, rows, initRow, rowBytes);
        Lanes.check(c, stored, cRow, rowBytes);
    }

    /// Checks every range that [#panel] will touch.
    final void checkPanel(int k, long a, long b, long c, long cRow, long init, long initRow) {
        int panel = ROWS * bytes;
        check(ROWS, ROWS, 2, k, a, bytes, panel, b, STRIP_BYTES, c, cRow, init, initRow);
    }

    private static long zeros() {
        int bytes = ROW_VECTORS * VECTOR;
        HostStorage storage = HostMemory.allocate(bytes, "zeros", "", true);
        for (int i = 0; i < bytes; i += Long.BYTES) {
            Lanes.putI64(storage.address() + i, 0);
        }
        return storage.address();
    }
}
