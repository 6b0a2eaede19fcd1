package aligrad.backends.cpu;

/// What a matrix product `C = init + A · B` works on: `A: (m, k)`, `B: (k, n)`, `C: (m, n)`. All
/// strides are in bytes; `C` has unit column stride.
///
/// @param init where the sums begin, with row stride `initRow` and unit column stride: `C` itself,
///   a bias (`initRow` 0), or the address 0 for zeros
record GemmOperands(
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

    /// Multiply-adds.
    long work() {
        return (long) m * n * k;
    }

    /// About how long one thread takes: two vectors of multiply-adds in each cycle at 3 GHz.
    long nanoseconds() {
        return work() / (6L * tile.lanes);
    }

    /// Where the sums of an element's row begin, if they do not begin with zeros.
    long init(long row, long column) {
        return init == 0 ? 0 : init + row * initRow + column * tile.bytes;
    }

    /// The part that computes `rows` rows and `columns` columns of `C`.
    GemmOperands part(int row, int rows, int column, int columns) {
        return new GemmOperands(
                tile,
                rows,
                columns,
                k,
                a + row * aRow,
                aRow,
                aCol,
                b + column * bCol,
                bRow,
                bCol,
                c + row * cRow + (long) column * tile.bytes,
                cRow,
                init(row, column),
                initRow);
    }
}
