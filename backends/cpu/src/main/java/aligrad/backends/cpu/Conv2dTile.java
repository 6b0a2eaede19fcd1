package aligrad.backends.cpu;

import aligrad.tensor.DType;

/// The innermost loops of the direct convolution, in one precision: a block of pixels by a block of
/// channels whose sums stay in registers.
sealed interface Conv2dTile permits Conv2dTileF32, Conv2dTileF64 {

    static Conv2dTile of(DType dtype) {
        return switch (dtype) {
            case F32 -> new Conv2dTileF32();
            case F64 -> new Conv2dTileF64();
            case I32, I64, U8, BOOL -> throw Conv2d.notConvolved(dtype);
        };
    }

    /// Lanes of a vector.
    int lanes();

    /// Bytes of an element.
    int elementBytes();

    /// Pixels of the tile to use for the next `left` pixels of a row (it may have more, never less
    /// than one), with one or two vectors of channels.
    int pixels(int vectors, int left);

    /// For each pixel `i` and lane `l`: `y(i, l) = start(i, l) + Σ x(i, e, p) · w(e, p, l)` over
    /// the cells `first ≤ e < last` and their channels `p`, in this order.
    ///
    /// @param pixels what [#pixels] answered
    /// @param vectors 1 or 2
    /// @param x the cell of the first pixel; the others follow at cell distance
    /// @param offsets where each cell lies from `x`, in bytes
    /// @param runs channels in each cell
    /// @param w weights `(e, p, lane)`, contiguous from cell `first`
    /// @param startStep, yStep bytes from one pixel to the next; `startStep` may be 0
    void correlate(
            int pixels,
            int vectors,
            long x,
            long[] offsets,
            int[] runs,
            int first,
            int last,
            long w,
            long start,
            int startStep,
            long y,
            int yStep);

    /// Checks every range that a tile touches, see [Lanes#CHECKED]. Parameters as in [#correlate].
    default void check(
            int pixels,
            int vectors,
            long x,
            long[] offsets,
            int[] runs,
            int first,
            int last,
            long w,
            long start,
            int startStep,
            long y,
            int yStep) {
        long width = (long) vectors * lanes() * elementBytes();
        long depth = 0;
        for (int e = first; e < last; e++) {
            Lanes.check(
                    x + offsets[e],
                    pixels,
                    Conv2dCells.CELL_BYTES,
                    (long) runs[e] * elementBytes());
            depth += runs[e];
        }
        if (depth > 0) {
            Lanes.check(w, depth * width);
        }
        Lanes.check(start, pixels, startStep, width);
        Lanes.check(y, pixels, yStep, width);
    }
}
