package aligrad.tensor.spi;

import aligrad.tensor.Shape;

/// The lines of a row-major array along one axis: `outer` × `inner` lines of `extent` elements that
/// lie `inner` apart.
record ReferenceLines(int outer, int extent, int inner) {

    static ReferenceLines of(Shape shape, int axis) {
        int outer = 1;
        int inner = 1;
        for (int i = 0; i < shape.rank(); i++) {
            if (i < axis) {
                outer *= shape.extent(i);
            } else if (i > axis) {
                inner *= shape.extent(i);
            }
        }
        return new ReferenceLines(outer, shape.extent(axis), inner);
    }

    /// How many lines there are.
    int count() {
        return outer * inner;
    }

    /// Where element `i` of a line lies.
    int index(int line, int i) {
        return (line / inner * extent + i) * inner + line % inner;
    }
}
