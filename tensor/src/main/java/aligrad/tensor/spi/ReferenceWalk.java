package aligrad.tensor.spi;

import aligrad.tensor.Shape;

/// Visits the elements of a shape in row-major order and tells where each lies in memory: the one
/// place where the reference backend knows of strides.
final class ReferenceWalk {

    private final int[] extents;
    private final long[] strides;
    private final int[] place;
    private long index;

    ReferenceWalk(Shape shape, Layout layout) {
        this.extents = shape.toArray();
        this.strides = layout.strides();
        this.place = new int[extents.length];
        this.index = layout.offset();
    }

    /// The index of the present element in its storage; moves on to the next.
    long next() {
        long now = index;
        for (int axis = extents.length - 1; axis >= 0; axis--) {
            index += strides[axis];
            if (++place[axis] < extents[axis]) {
                return now;
            }
            index -= strides[axis] * extents[axis];
            place[axis] = 0;
        }
        return now;
    }
}
