package aligrad.backends.cpu;

/// Large matrix products: both operands are copied, block by block, into the order in which the
/// tiles read them (Goto and van de Geijn, *Anatomy of High-Performance Matrix Multiplication*,
/// 2008).
///
/// `B` is cut in slices of `K` rows, a slice in strips of two vectors of columns (the last may have
/// three); a strip's rows lie one behind the other. `A` is cut in blocks of [#BLOCK_ROWS] rows and
/// `K` columns. A block of `C` is what one block of `A` and [#BLOCK_STRIPS] strips of `B`
/// contribute to; it is the unit of work that a thread takes.
final class GemmPacked {

    /// Bytes of a slice's column, `4 K` or `8 K`. A strip of two 512-bit vectors then takes 32 KB:
    /// it stays in an L1 of 48 KB, with room for six rows of `A`.
    private static final int SLICE_BYTES = 1024;

    /// Rows of a block of `A`: a multiple of 6, and 96 KB in the 1 MB L2.
    private static final int BLOCK_ROWS = 96;

    /// Strips of a block: with 512-bit vectors 256 KB of `B` in L2.
    private static final int BLOCK_STRIPS = 8;

    /// Bytes of a row of `B` packed at once: the packed slice, 16 MB at most, stays in L3.
    private static final int MOST_COLUMN_BYTES = 16384;

    /// Rows of `A` packed at once; bounds the scratch memory.
    private static final int MOST_ROWS = 96 * 48;

    static boolean PACKA = Integer.getInteger("packa", 1) == 1;

    private final GemmTile tile;
    private final int m;
    private final int n;
    private final int k;
    private final long a;
    private final long aRow;
    private final long aCol;
    private final long b;
    private final long bRow;
    private final long bCol;
    private final long c;
    private final long cRow;
    private final long init;
    private final long initRow;

    // The part of the product that is being computed, shared with the tasks.
    private int firstColumn;
    private int columns;
    private int firstRow;
    private int rows;
    private int firstK;
    private int depth;
    private int strips;
    private int columnBlocks;
    private int rowBlocks;
    private long packedA;
    private long packedB;

    GemmPacked(
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
        this.tile = tile;
        this.m = m;
        this.n = n;
        this.k = k;
        this.a = a;
        this.aRow = aRow;
        this.aCol = aCol;
        this.b = b;
        this.bRow = bRow;
        this.bCol = bCol;
        this.c = c;
        this.cRow = cRow;
        this.init = init;
        this.initRow = initRow;
    }

    static boolean pays(GemmTile tile, int m, int n, int k) {
        return m > 48;
    }

    void run() {
        int mostColumns = MOST_COLUMN_BYTES / tile.bytes;
        int mostDepth = SLICE_BYTES / tile.bytes;
        for (firstColumn = 0; firstColumn < n; firstColumn += mostColumns) {
            columns = Math.min(mostColumns, n - firstColumn);
            int vectors = (columns + tile.lanes - 1) / tile.lanes;
            strips = strips(vectors);
            columnBlocks = (strips + BLOCK_STRIPS - 1) / BLOCK_STRIPS;
            for (firstK = 0; firstK < k; firstK += mostDepth) {
                depth = Math.min(mostDepth, k - firstK);
                packedB =
                        Scratch.address(
                                Scratch.Use.GEMM_B, (long) vectors * GemmTile.VECTOR * depth);
                Workers.run(strips, nanoseconds(depth, columns) / 4, this::packStrip);
                for (firstRow = 0; firstRow < m; firstRow += MOST_ROWS) {
                    rows = Math.min(MOST_ROWS, m - firstRow);
                    rowBlocks = (rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
                    if (PACKA) {
                        packedA = Scratch.address(Scratch.Use.GEMM_A, rowBlocks * blockBytes());
                        Workers.run(rowBlocks, nanoseconds(depth, rows) / 4, this::packBlock);
                    }
                    Workers.run(
                            rowBlocks * columnBlocks,
                            (long) ((double) rows * columns * depth / (6 * tile.lanes)),
                            this::multiply);
                }
            }
        }
    }

    private static long nanoseconds(int rows, int columns) {
        return (long) rows * columns;
    }

    private static int strips(int vectors) {
        return GemmTile.LOW && vectors > 2 ? vectors / 2 : (vectors + 1) / 2;
    }

    private int stripVectors(int strip) {
        int vectors = (columns + tile.lanes - 1) / tile.lanes;
        return strip < strips - 1 ? 2 : vectors - 2 * strip;
    }

    private long strip(int strip) {
        return packedB + (long) strip * 2 * GemmTile.VECTOR * depth;
    }

    /// Copies one strip of `B`.
    private void packStrip(int strip) {
        int column = strip * 2 * tile.lanes;
        int vectors = stripVectors(strip);
        Packing.pack(
                tile.bytes,
                depth,
                Math.min(vectors * tile.lanes, columns - column),
                b + firstK * bRow + (firstColumn + column) * bCol,
                bRow,
                bCol,
                strip(strip),
                (long) vectors * GemmTile.VECTOR);
    }

    private long blockBytes() {
        return Math.max(BLOCK_ROWS * packedRowBytes(), depth * packedColumnBytes());
    }

    private long packedRowBytes() {
        return SLICE_BYTES + 64;
    }

    private long packedColumnBytes() {
        return BLOCK_ROWS * tile.bytes + 64;
    }

    private void packBlock(int block) {
        int row = block * BLOCK_ROWS;
        int height = Math.min(BLOCK_ROWS, rows - row);
        long from = a + (firstRow + row) * aRow + firstK * aCol;
        long to = packedA + block * blockBytes();
        if (aRow == tile.bytes && aCol != tile.bytes) {
            Packing.pack(tile.bytes, depth, height, from, aCol, aRow, to, packedColumnBytes());
        } else {
            Packing.pack(tile.bytes, height, depth, from, aRow, aCol, to, packedRowBytes());
        }
    }

    /// One block of `C`.
    private void multiply(int block) {
        int rowBlock = block % rowBlocks;
        int row = rowBlock * BLOCK_ROWS;
        int height = Math.min(BLOCK_ROWS, rows - row);
        long fromA;
        long rowA;
        long colA;
        if (PACKA) {
            fromA = packedA + rowBlock * blockBytes();
            boolean byColumns = aRow == tile.bytes && aCol != tile.bytes;
            rowA = byColumns ? tile.bytes : packedRowBytes();
            colA = byColumns ? packedColumnBytes() : tile.bytes;
        } else {
            fromA = a + (firstRow + row) * aRow + firstK * aCol;
            rowA = aRow;
            colA = aCol;
        }
        int first = block / rowBlocks * BLOCK_STRIPS;
        int end = Math.min(first + BLOCK_STRIPS, strips);
        for (int strip = first; strip < end; strip++) {
            int vectors = stripVectors(strip);
            int column = strip * 2 * tile.lanes;
            int tail = Math.min(tile.lanes, columns - column - (vectors - 1) * tile.lanes);
            long at = (long) (firstColumn + column) * tile.bytes;
            long to = c + (firstRow + row) * cRow + at;
            long start;
            long startRow;
            if (firstK > 0) {
                start = to;
                startRow = cRow;
            } else if (init == 0) {
                start = GemmTile.ZEROS;
                startRow = 0;
            } else {
                start = init + (firstRow + row) * initRow + at;
                startRow = initRow;
            }
            GemmDirect.strip(
                    tile,
                    height,
                    vectors,
                    tail,
                    depth,
                    fromA,
                    rowA,
                    colA,
                    strip(strip),
                    (long) vectors * GemmTile.VECTOR,
                    to,
                    cRow,
                    start,
                    startRow);
        }
    }
}
