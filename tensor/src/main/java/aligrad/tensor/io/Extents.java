package aligrad.tensor.io;

import aligrad.tensor.Shape;

import java.util.Arrays;

/// The extents that a file declares, checked one by one before there is a [Shape].
final class Extents {

    /// The most axes that NumPy 2 has.
    private static final int MOST_AXES = 64;

    /// More elements than any file holds; small enough that a size in bytes cannot overflow.
    private static final long MOST_ELEMENTS = 1L << 56;

    private final int[] extents = new int[MOST_AXES];
    private int rank;
    private long size = 1;

    /// Takes the next axis.
    ///
    /// @throws FileFormatException if there are too many axes, or too many elements
    void add(long extent, Place place, long offset) {
        if (rank == MOST_AXES) {
            throw place.wrong(offset, "the shape has more than " + MOST_AXES + " axes");
        }
        if (extent < 0 || extent > Integer.MAX_VALUE) {
            throw place.wrong(
                    offset, "an extent must be 0 to " + Integer.MAX_VALUE + ", found " + extent);
        }
        if (extent > 0 && size > MOST_ELEMENTS / extent) {
            throw place.wrong(offset, "the shape has more than 2^56 elements");
        }
        extents[rank++] = (int) extent;
        size *= Math.max(extent, 1); // an extent of 0 must not hide an overflow of the others
    }

    Shape shape() {
        return Shape.of(Arrays.copyOf(extents, rank));
    }
}
