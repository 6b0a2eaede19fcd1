package aligrad.backends.cpu;

/// Large matrix products: operands are copied into the order in which the tiles read them, and `C`
/// is computed block by block (after Goto and van de Geijn, *Anatomy of High-Performance Matrix
/// Multiplication*, 2008).
///
/// `k` is cut in slices. In each slice `B` is cut in strips of two vectors of columns (the last
/// strip may have three), whose rows lie one behind the other, and `A` in blocks of rows. A block
/// of `C`, the unit of work that a thread takes, is a block of `A` times [#BLOCK_STRIPS] strips,
/// slice after slice; a strip, read by all tiles of a block one after the other, stays in L1.
///
/// Sums that are not complete lie aside, in the order in which tiles are computed, and the last
/// slice moves them to `C`. In `C` itself each tile would begin with six rows that lie far apart,
/// which no processor foresees: where they came from L3, products took a quarter longer.
///
/// The sizes are for an L1 of 48 KB and an L2 of 1 MB (Zen 5; 2 MB on recent Intel servers).
final class GemmPacked {

    /// Bytes of a slice's `k`: 256 floats. A strip of 512-bit vectors then takes 32 KB, which
    /// leaves room in L1 for six rows of `A`.
    private static final int SLICE_BYTES = 1024;

    /// Rows of a block: a multiple of the tile's 6, and 192 KB of `A`.
    private static final int BLOCK_ROWS = 192;

    /// The most for products that would otherwise make too few blocks to share.
    private static final int SMALL_BLOCK_ROWS = 96;

    /// Strips of a block at most: with 512-bit vectors 256 KB of `B` in a slice, and 192 KB of `C`.
    private static final int BLOCK_STRIPS = 8;

    /// Slices, rows of `A` and bytes of a row of `B` packed at once: 4 MB of `B` and 3 MB of `A` at
    /// most, which stay in L3 until they have been read. Eight slices did not, and reading them
    /// from memory cost products of 2,048 a tenth of their speed.
    private static final int MOST_SLICES = 2;

    private static final int MOST_ROWS = 8 * BLOCK_ROWS;

    /// Rows of which incomplete sums are kept, 32 MB at most. `B` is packed again for the next.
    private static final int MOST_SUMS = 4096;

    private static final int MOST_COLUMN_BYTES = 8192;

    /// Rows of `A` farther apart than this are packed. Those that are not are as good where they
    /// lie; powers of two above it would all fall into the same few sets of the cache.
    private static final int NEAR = 2048;

    /// From so many columns on, packing `A` pays wherever it lies.
    private static final int MANY_COLUMNS = 256;

    private final GemmOperands p;
    private final GemmTile tile;
    private final int sliceDepth;
    private final int blockRows;
    private final boolean packsA;
    private final long prepared;
    private final StripSource source;

    // The part of the product that is being computed.
    private int firstColumn;
    private int columns;
    private int vectors;
    private int strips;
    private int blockStrips; // none of the blocks is much smaller than the others
    private int firstDepth;
    private int depth;
    private int slices;
    private int firstSum;
    private int firstRow;
    private int rows;
    private int rowBlocks;
    private long packedA;
    private long packedB;
    private long sums;

    /// What strips are copied from, where `B` does not lie in memory as a matrix.
    interface StripSource {

        /// Copies the rows `[firstRow, firstRow + rows)` of some columns of `B` to a strip, whose
        /// rows lie `toRow` bytes apart.
        void pack(int firstRow, int rows, int firstColumn, int columns, long to, long toRow);
    }

    /// The `B` of operands.
    private record Matrix(GemmOperands p) implements StripSource {
        @Override
        public void pack(
                int firstRow, int rows, int firstColumn, int columns, long to, long toRow) {
            Packing.pack(
                    p.tile().bytes,
                    rows,
                    columns,
                    p.b() + firstRow * p.bRow() + firstColumn * p.bCol(),
                    p.bRow(),
                    p.bCol(),
                    to,
                    toRow);
        }
    }

    GemmPacked(GemmOperands operands) {
        this(operands, 0);
    }

    /// @param strips what [#packStrips] made of `B`, or 0 to pack it as it is needed
    GemmPacked(GemmOperands operands, long strips) {
        this(operands, strips, new Matrix(operands));
    }

    /// @param source of the strips, instead of the `B` of the operands, which has no strides
    GemmPacked(GemmOperands operands, StripSource source) {
        this(operands, 0, source);
    }

    private GemmPacked(GemmOperands operands, long strips, StripSource source) {
        p = operands;
        prepared = strips;
        this.source = source;
        tile = p.tile();
        sliceDepth = SLICE_BYTES / tile.bytes;
        blockRows = p.m() > 4 * SMALL_BLOCK_ROWS ? BLOCK_ROWS : evenRows(p.m());
        packsA =
                p.n() >= MANY_COLUMNS
                        || !tile.reads(sliceDepth, p.aRow(), p.aCol())
                        || Math.max(Math.abs(p.aRow()), Math.abs(p.aCol())) > NEAR;
    }

    /// Rows of the blocks of a product with few rows: at least two blocks, and none much smaller
    /// than the others, since they may be all there is to share.
    private static int evenRows(int m) {
        int blocks = Math.max(2, Math.ceilDiv(m, SMALL_BLOCK_ROWS));
        return Math.ceilDiv(Math.ceilDiv(m, blocks), GemmTile.ROWS) * GemmTile.ROWS;
    }

    /// Whether copying a `B` with unit column stride pays: it is read by many rows, and does not
    /// stay in the near half of L2 as it lies.
    static boolean pays(GemmTile tile, int m, int n, int k) {
        return m >= 64 && (long) k * n * tile.bytes > 128 * 1024;
    }

    void run() {
        for (firstColumn = 0; firstColumn < p.n(); firstColumn += mostColumns()) {
            beginColumns();
            if (p.k() <= mostDepth()) {
                firstSum = 0;
                rows(p.m());
            } else {
                int most = Math.min(MOST_SUMS, p.m());
                try (Workspace kept =
                        Workspace.of(Math.ceilDiv(most, blockRows) * sumBytes(vectors), "matmul")) {
                    sums = kept.address();
                    for (firstSum = 0; firstSum < p.m(); firstSum += most) {
                        rows(Math.min(most, p.m() - firstSum));
                    }
                }
            }
        }
    }

    /// Computes `count` rows from [#firstSum] on.
    private void rows(int count) {
        for (firstDepth = 0; firstDepth < p.k(); firstDepth += mostDepth()) {
            beginDepth();
            if (prepared == 0) {
                packedB = Scratch.address(Scratch.Use.GEMM_B, slices * sliceBytes());
                packStrips();
            } else {
                packedB = prepared + offset();
            }
            int end = firstSum + count;
            for (firstRow = firstSum; firstRow < end; firstRow += MOST_ROWS) {
                rows = Math.min(MOST_ROWS, end - firstRow);
                rowBlocks = (rows + blockRows - 1) / blockRows;
                if (packsA) {
                    packedA =
                            Scratch.address(Scratch.Use.GEMM_A, rowBlocks * slices * blockBytes());
                    Workers.run(rowBlocks * slices, moving((long) rows * depth), this::packA);
                }
                Workers.run(
                        rowBlocks * columnBlocks(),
                        (long) rows * columns * depth / (6L * tile.lanes),
                        this::multiply);
            }
        }
    }

    /// Packs all of `B`, for products to come.
    ///
    /// @param memory [#stripBytes] bytes
    void packStrips(long memory) {
        for (firstColumn = 0; firstColumn < p.n(); firstColumn += mostColumns()) {
            beginColumns();
            for (firstDepth = 0; firstDepth < p.k(); firstDepth += mostDepth()) {
                beginDepth();
                packedB = memory + offset();
                packStrips();
            }
        }
    }

    /// Bytes of all of `B` in strips.
    static long stripBytes(GemmTile tile, int n, int k) {
        int sliceDepth = SLICE_BYTES / tile.bytes;
        return tile.pitch(n) * Math.ceilDiv(k, sliceDepth) * sliceDepth;
    }

    /// Where the strips of the present columns and depth begin among all.
    private long offset() {
        long allDepth = (long) Math.ceilDiv(p.k(), sliceDepth) * sliceDepth;
        return firstColumn * tile.bytes * allDepth + firstDepth / sliceDepth * sliceBytes();
    }

    private int mostColumns() {
        return MOST_COLUMN_BYTES / tile.bytes;
    }

    private int mostDepth() {
        return MOST_SLICES * sliceDepth;
    }

    private void beginColumns() {
        columns = Math.min(mostColumns(), p.n() - firstColumn);
        vectors = (columns + tile.lanes - 1) >> tile.shift;
        strips = GemmTile.LOW && vectors == 3 ? 1 : (vectors + 1) / 2;
        blockStrips = Math.ceilDiv(strips, Math.ceilDiv(strips, BLOCK_STRIPS));
    }

    private void beginDepth() {
        depth = Math.min(mostDepth(), p.k() - firstDepth);
        slices = (depth + sliceDepth - 1) / sliceDepth;
    }

    private int columnBlocks() {
        return Math.ceilDiv(strips, blockStrips);
    }

    private void packStrips() {
        Workers.run(columnBlocks() * slices, moving((long) columns * depth), this::packBlock);
    }

    /// About how many nanoseconds moving so many elements takes.
    private static long moving(long elements) {
        return elements / 8;
    }

    private int depth(int slice) {
        return Math.min(sliceDepth, depth - slice * sliceDepth);
    }

    private long sliceBytes() {
        return (long) vectors * GemmTile.VECTOR * sliceDepth;
    }

    private int stripVectors(int strip) {
        return strip < strips - 1 ? 2 : vectors - 2 * strip;
    }

    private long strip(int slice, int strip) {
        return packedB + slice * sliceBytes() + 2L * strip * GemmTile.VECTOR * depth(slice);
    }

    /// With room for what [Packing#panels] writes too far.
    private long blockBytes() {
        return blockRows * SLICE_BYTES + GemmTile.VECTOR;
    }

    /// Bytes of the sums of a block of rows times so many vectors of columns.
    private long sumBytes(int vectors) {
        return (long) vectors * blockRows * GemmTile.VECTOR;
    }

    /// Copies the strips of one block in one slice.
    private void packBlock(int task) {
        int slice = task % slices;
        int first = task / slices * blockStrips;
        int end = Math.min(first + blockStrips, strips);
        if (p.bCol() == tile.bytes) {
            int row = firstDepth + slice * sliceDepth;
            long from = p.b() + row * p.bRow() + firstColumn * p.bCol();
            int whole = end < strips ? end : end - 1; // the last strip may have another width
            Packing.strips(
                    depth(slice),
                    whole - first,
                    from + 2L * first * GemmTile.VECTOR,
                    p.bRow(),
                    strip(slice, first),
                    strip(slice, 1) - strip(slice, 0));
            first = whole;
        }
        for (int strip = first; strip < end; strip++) {
            int column = 2 * strip * tile.lanes;
            int width = stripVectors(strip);
            source.pack(
                    firstDepth + slice * sliceDepth,
                    depth(slice),
                    firstColumn + column,
                    Math.min(width * tile.lanes, columns - column),
                    strip(slice, strip),
                    (long) width * GemmTile.VECTOR);
        }
    }

    /// Copies one block of `A` in one slice.
    private void packA(int task) {
        int row = task / slices * blockRows;
        int slice = task % slices;
        Packing.panels(
                tile.bytes,
                Math.min(blockRows, rows - row),
                depth(slice),
                p.a() + (firstRow + row) * p.aRow() + (firstDepth + slice * sliceDepth) * p.aCol(),
                p.aRow(),
                p.aCol(),
                packedA + task * blockBytes());
    }

    /// Computes one block of `C`.
    private void multiply(int task) {
        int rowBlock = task % rowBlocks;
        int first = task / rowBlocks * blockStrips;
        int end = Math.min(first + blockStrips, strips);
        long kept =
                p.k() > mostDepth()
                        ? sums
                                + ((firstRow - firstSum) / blockRows + rowBlock) * sumBytes(vectors)
                                + sumBytes(2 * first)
                        : slices > 1
                                ? Scratch.address(Scratch.Use.GEMM_SUMS, sumBytes(2 * BLOCK_STRIPS))
                                : 0;
        for (int slice = 0; slice < slices; slice++) {
            for (int strip = first; strip < end; strip++) {
                multiply(rowBlock, slice, strip, kept + sumBytes(2 * (strip - first)));
            }
        }
    }

    /// Adds what one block of `A` and one strip of `B` contribute to `C`.
    ///
    /// @param kept where the sums lie while they are not complete
    private void multiply(int rowBlock, int slice, int strip, long kept) {
        int row = rowBlock * blockRows;
        int absoluteRow = firstRow + row;
        int column = 2 * strip * tile.lanes;
        int width = stripVectors(strip);
        long stripRow = (long) width * GemmTile.VECTOR;
        long init = kept;
        long initRow = stripRow;
        if (firstDepth + slice == 0) {
            init = p.init() == 0 ? GemmTile.ZEROS : p.init(absoluteRow, firstColumn + column);
            initRow = p.init() == 0 ? 0 : p.initRow();
        }
        long c = kept;
        long cRow = stripRow;
        int tail = tile.lanes;
        if (firstDepth + (slice + 1) * sliceDepth >= p.k()) {
            c = p.c() + absoluteRow * p.cRow() + (long) (firstColumn + column) * tile.bytes;
            cRow = p.cRow();
            tail = Math.min(tail, columns - column - (width - 1) * tile.lanes);
        }
        int count = Math.min(blockRows, rows - row);
        long b = strip(slice, strip);
        if (packsA) {
            long a = packedA + (rowBlock * slices + slice) * blockBytes();
            GemmPanels.multiply(
                    tile,
                    count,
                    width,
                    tail,
                    depth(slice),
                    a,
                    (long) depth(slice) * GemmTile.ROWS * tile.bytes,
                    b,
                    c,
                    cRow,
                    init,
                    initRow);
        } else {
            long aCol = p.aCol();
            long a = p.a() + absoluteRow * p.aRow() + (firstDepth + slice * sliceDepth) * aCol;
            GemmDirect.strip(
                    tile,
                    count,
                    width,
                    tail,
                    depth(slice),
                    a,
                    p.aRow(),
                    aCol,
                    b,
                    stripRow,
                    c,
                    cRow,
                    init,
                    initRow);
        }
    }
}
