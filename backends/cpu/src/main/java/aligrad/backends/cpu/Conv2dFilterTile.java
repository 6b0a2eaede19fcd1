package aligrad.backends.cpu;

import aligrad.tensor.DType;

/// The innermost loops of the filter gradient, in one precision: a block of input channels by a
/// block of output channels whose sums over pixels stay in registers.
sealed interface Conv2dFilterTile permits Conv2dFilterTileF32, Conv2dFilterTileF64 {

    static Conv2dFilterTile of(DType dtype) {
        return switch (dtype) {
            case F32 -> new Conv2dFilterTileF32();
            case F64 -> new Conv2dFilterTileF64();
            case I32, I64, U8, BOOL -> throw Conv2d.notConvolved(dtype);
        };
    }

    /// Lanes of a vector.
    int lanes();

    /// Bytes of an element.
    int elementBytes();

    /// Input channels of the tile to use for the next `left` of a cell (it may have more), with one
    /// or two vectors of output channels.
    int channels(int vectors, int left);

    /// For each input channel `i` and lane `l`: `sums(i, l) += Σ x(pixel, i) · g(pixel, l)` over
    /// images, rows and columns, in this order.
    ///
    /// @param channels what [#channels] answered
    /// @param vectors 1 or 2
    /// @param x the first channel in the first pixel's cell; columns lie a cell apart
    /// @param xImage, xRow bytes from one image, one row, to the next
    /// @param g the first pixel's output channels; columns are contiguous
    /// @param sums `(i, l)`, contiguous
    void accumulate(
            int channels,
            int vectors,
            long x,
            long xImage,
            long xRow,
            long g,
            long gImage,
            long gRow,
            int images,
            int rows,
            int columns,
            long sums);

    /// Adds `count` numbers, a multiple of the lanes, at `from` to those at `to`.
    void add(long from, long to, long count);

    /// Checks every range that a tile touches, see [Lanes#CHECKED]. Parameters as in [#accumulate].
    default void check(
            int channels,
            int vectors,
            long x,
            long xImage,
            long xRow,
            long g,
            long gImage,
            long gRow,
            int images,
            int rows,
            int columns,
            long sums) {
        long width = (long) vectors * lanes() * elementBytes();
        for (int n = 0; n < images; n++) {
            long xn = x + n * xImage;
            long xEnd = (columns - 1L) * Conv2dCells.CELL_BYTES + (long) channels * elementBytes();
            Lanes.check(xn, rows, xRow, xEnd);
            Lanes.check(g + n * gImage, rows, gRow, columns * width);
        }
        Lanes.check(sums, channels * width);
    }
}
