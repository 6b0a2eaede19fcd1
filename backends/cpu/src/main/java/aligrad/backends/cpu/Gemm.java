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

    /// Multiply-adds of a batch's block, some 20 µs.
    private static final long BLOCK_WORK = 2_000_000;

    /// Multiply-adds of a batch's item that is better shared itself.
    private static final long LARGE_WORK = 64_000_000;

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
        batched(
                batch,
                operands(
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
                        accumulate ? c : bias,
                        accumulate ? 4 * cRow : 0),
                4 * aBatch,
                4 * bBatch,
                4 * cBatch,
                accumulate ? bias : 0);
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
        batched(
                batch,
                operands(
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
                        accumulate ? c : bias,
                        accumulate ? 8 * cRow : 0),
                8 * aBatch,
                8 * bBatch,
                8 * cBatch,
                accumulate ? bias : 0);
    }

    /// One product; strides in bytes. The smallest kind is not worth an object for its operands:
    /// fresh memory of the heap may cost more than the product.
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
        long init = accumulate ? c : bias;
        long initRow = accumulate ? cRow : 0;
        if (isDirect(tile, m, n, k, aRow, aCol, bCol) && GemmDirect.isSmall(m, n, k)) {
            GemmDirect.block(tile, m, n, k, a, aRow, aCol, b, bRow, c, cRow, init, initRow);
        } else {
            product(operands(tile, m, n, k, a, aRow, aCol, b, bRow, bCol, c, cRow, init, initRow));
        }
    }

    private static GemmOperands operands(
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
        return new GemmOperands( // the stride of an axis with one element is free to choose: unit
                tile,
                m,
                n,
                k,
                a,
                m == 1 ? bytes : aRow,
                k == 1 ? bytes : aCol,
                b,
                k == 1 ? bytes : bRow,
                n == 1 ? bytes : bCol,
                c,
                cRow,
                init,
                initRow);
    }

    /// @param aStep bytes from one item's `A` to the next, likewise `bStep` and `cStep`
    /// @param added address of a row to add to each of every `C` before, or 0
    private static void batched(
            int batch, GemmOperands p, long aStep, long bStep, long cStep, long added) {
        if (added != 0) {
            for (int i = 0; i < batch; i++) {
                p.tile().addToRows(p.m(), p.n(), added, p.c() + i * cStep, p.cRow());
            }
        }
        boolean stacked = bStep == 0 && aStep == p.m() * p.aRow() && cStep == p.m() * p.cRow();
        if (stacked && (long) batch * p.m() <= Integer.MAX_VALUE) { // one product with more rows
            product(
                    operands(
                            p.tile(),
                            batch * p.m(),
                            p.n(),
                            p.k(),
                            p.a(),
                            p.aRow(),
                            p.aCol(),
                            p.b(),
                            p.bRow(),
                            p.bCol(),
                            p.c(),
                            p.cRow(),
                            p.init(),
                            p.initRow()));
            return;
        }
        long work = Math.max(1, p.work());
        if (work >= LARGE_WORK || work * batch < 2 * BLOCK_WORK) {
            items(0, batch, p, aStep, bStep, cStep);
            return;
        }
        int items = (int) Math.max(1, BLOCK_WORK / work);
        Workers.run(
                (batch + items - 1) / items,
                p.nanoseconds() * batch,
                block ->
                        items(
                                block * items,
                                Math.min(block * items + items, batch),
                                p,
                                aStep,
                                bStep,
                                cStep));
    }

    /// The products `first` to `end - 1` of a batch, one after the other.
    private static void items(
            int first, int end, GemmOperands p, long aStep, long bStep, long cStep) {
        GemmTile tile = p.tile();
        boolean direct = isDirect(p) && GemmDirect.isSmall(p.m(), p.n(), p.k());
        if (direct && tile.isWhole(p.m(), p.n())) {
            tiles(first, end, p, aStep, bStep, cStep);
        } else if (direct) {
            long initStep = p.init() == p.c() ? cStep : 0;
            for (int i = first; i < end; i++) {
                GemmDirect.block(
                        tile,
                        p.m(),
                        p.n(),
                        p.k(),
                        p.a() + i * aStep,
                        p.aRow(),
                        p.aCol(),
                        p.b() + i * bStep,
                        p.bRow(),
                        p.c() + i * cStep,
                        p.cRow(),
                        p.init() + i * initStep,
                        p.initRow());
            }
        } else {
            for (int i = first; i < end; i++) {
                product(p.moved(i * aStep, i * bStep, i * cStep));
            }
        }
    }

    /// Items that are one tile each, as small matrices of a batch often are: the shortest way,
    /// since one may take no more than 20 ns.
    private static void tiles(
            int first, int end, GemmOperands p, long aStep, long bStep, long cStep) {
        GemmTile tile = p.tile();
        int vectors = p.n() >> tile.shift;
        boolean zeros = p.init() == 0;
        long initStep = p.init() == p.c() ? cStep : 0;
        for (int i = first; i < end; i++) {
            tile.tile(
                    p.m(),
                    vectors,
                    p.k(),
                    p.a() + i * aStep,
                    p.aRow(),
                    p.aCol(),
                    p.b() + i * bStep,
                    p.bRow(),
                    p.c() + i * cStep,
                    p.cRow(),
                    zeros ? GemmTile.ZEROS : p.init() + i * initStep,
                    zeros ? 0 : p.initRow());
        }
    }

    /// Chooses the way, by shapes and strides.
    private static void product(GemmOperands p) {
        if (p.m() == 0 || p.n() == 0) {
            return;
        }
        if (isDirect(p)) {
            GemmDirect.run(p);
        } else if (columnsAreDots(p.tile(), p.n(), p.k(), p.aCol())) {
            Gemv.columns(p);
        } else if (rowsAreDots(p)) {
            Gemv.rows(p);
        } else if (transposedPays(p)) {
            transposed(p);
        } else if (p.bCol() != p.tile().bytes && p.k() * p.tile().pitch(p.n()) <= SMALL) {
            GemmDirect.run(withPackedB(p));
        } else {
            new GemmPacked(p).run();
        }
    }

    private static boolean isDirect(GemmOperands p) {
        return isDirect(p.tile(), p.m(), p.n(), p.k(), p.aRow(), p.aCol(), p.bCol());
    }

    /// Whether tiles can read the operands where they are, and nothing else is better.
    private static boolean isDirect(
            GemmTile tile, int m, int n, int k, long aRow, long aCol, long bCol) {
        if (k == 0) {
            return true;
        }
        boolean vector = n <= THIN && (aRow == tile.bytes || columnsAreDots(tile, n, k, aCol));
        return bCol == tile.bytes && !vector && !GemmPacked.pays(tile, m, n, k);
    }

    /// Few columns, and `A` has unit stride along `k`.
    private static boolean columnsAreDots(GemmTile tile, int n, int k, long aCol) {
        return n <= THIN && aCol == tile.bytes && k >= tile.lanes;
    }

    /// Few rows, and both operands have unit stride along `k`.
    private static boolean rowsAreDots(GemmOperands p) {
        int bytes = p.tile().bytes;
        return p.m() <= THIN
                && p.aCol() == bytes
                && p.bRow() == bytes
                && p.bCol() != bytes
                && p.k() >= p.tile().lanes;
    }

    /// Whether `Cᵀ = Bᵀ · Aᵀ` is less work than `C = A · B`.
    ///
    /// So it is with few columns, when `Aᵀ` can be read in vectors as it lies. When `B` cannot, its
    /// first way moves `A` (unless that can) and `C`, and fills the vectors with rows; the other
    /// moves `B` and fills them with columns. In half cycles: a vector of multiply-adds takes one,
    /// an element that is moved about one, too.
    private static boolean transposedPays(GemmOperands p) {
        GemmTile tile = p.tile();
        boolean moves = p.aRow() != tile.bytes;
        if (p.n() <= THIN && !moves) {
            return true;
        }
        if (p.bCol() == tile.bytes || p.m() > FEW_ROWS) {
            return false;
        }
        long rowVectors = (p.m() + tile.lanes - 1) >> tile.shift;
        long columnVectors = (p.n() + tile.lanes - 1) >> tile.shift;
        long first =
                rowVectors * p.n() * p.k()
                        + (long) p.m() * p.n()
                        + (moves ? (long) p.m() * p.k() : 0);
        long other = columnVectors * p.m() * p.k() + (long) p.n() * p.k();
        return first < other;
    }

    /// `Cᵀ = Bᵀ · Aᵀ`: the vectors run along the rows of `C`, and `Bᵀ` is what tiles read by
    /// broadcast, as it lies.
    private static void transposed(GemmOperands p) {
        GemmTile tile = p.tile();
        int bytes = tile.bytes;
        long pitch = tile.pitch(p.m());
        long right = p.a();
        long rightRow = p.aCol();
        if (p.aRow() != bytes) {
            right = Scratch.address(Scratch.Use.GEMM_B, p.k() * pitch);
            rightRow = pitch;
            Packing.pack(bytes, p.k(), p.m(), p.a(), p.aCol(), p.aRow(), right, pitch);
        }
        boolean inPlace = p.n() == 1 && p.cRow() == bytes && (p.init() == 0 || p.init() == p.c());
        long result = inPlace ? p.c() : Scratch.address(Scratch.Use.GEMM_C, p.n() * pitch);
        if (p.init() != 0 && !inPlace) {
            Packing.pack(bytes, p.n(), p.m(), p.init(), bytes, p.initRow(), result, pitch);
        }
        GemmDirect.run(
                new GemmOperands(
                        tile,
                        p.n(),
                        p.m(),
                        p.k(),
                        p.b(),
                        p.bCol(),
                        p.bRow(),
                        right,
                        rightRow,
                        bytes,
                        result,
                        pitch,
                        p.init() == 0 ? 0 : result,
                        pitch));
        if (!inPlace) {
            Packing.transpose(bytes, p.n(), p.m(), result, pitch, p.c(), p.cRow());
        }
    }

    private static GemmOperands withPackedB(GemmOperands p) {
        GemmTile tile = p.tile();
        long pitch = tile.pitch(p.n());
        long packed = Scratch.address(Scratch.Use.GEMM_B, p.k() * pitch);
        Packing.pack(tile.bytes, p.k(), p.n(), p.b(), p.bRow(), p.bCol(), packed, pitch);
        return new GemmOperands(
                tile,
                p.m(),
                p.n(),
                p.k(),
                p.a(),
                p.aRow(),
                p.aCol(),
                packed,
                pitch,
                tile.bytes,
                p.c(),
                p.cRow(),
                p.init(),
                p.initRow());
    }
}
