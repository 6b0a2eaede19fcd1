package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Kernel;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.spi.Layout;

/// The loops over which several strided operands are walked together: axes that every operand walks
/// evenly are joined, so that most tensors become one long row.
///
/// Axis 0 is the outermost. Strides are in elements; a stride of 0 repeats.
final class Walk {

    private final Shape shape;
    private final long[][] strides;
    private final long[] offsets;
    private final long[] extents;
    private final boolean[] reduced;
    private int rank;

    /// A walk over `shape` with `operands` to come.
    Walk(Shape shape, int operands) {
        this.shape = shape;
        this.strides = new long[operands][shape.rank()];
        this.offsets = new long[operands];
        this.extents = new long[shape.rank()];
        this.reduced = new boolean[shape.rank()];
    }

    /// Sets operand `i`: a computed tensor that broadcasts to the shape.
    void operand(int i, Tensor t) {
        operand(i, t.layout().broadcast(t.shape(), shape));
    }

    /// Sets operand `i` to a contiguous block in the shape's own order.
    void dense(int i) {
        operand(i, shape.contiguous());
    }

    /// Sets operand `i` to a layout of the shape.
    void operand(int i, Layout layout) {
        offsets[i] = layout.offset();
        for (int axis = 0; axis < shape.rank(); axis++) {
            strides[i][axis] = layout.stride(axis);
        }
    }

    /// Joins axes, keeping those that a reduction joins apart from the others.
    ///
    /// @param axes the reduced ones as bits, 0 for none
    void join(long axes) {
        int n = 0;
        for (int axis = 0; axis < shape.rank(); axis++) {
            int extent = shape.extent(axis);
            if (extent == 1) {
                continue;
            }
            boolean isReduced = (axes >>> axis & 1) != 0;
            boolean joins = n > 0 && reduced[n - 1] == isReduced && walksOn(n - 1, axis, extent);
            int to = joins ? n - 1 : n++;
            extents[to] = joins ? extents[to] * extent : extent;
            reduced[to] = isReduced;
            for (long[] own : strides) {
                own[to] = own[axis];
            }
        }
        rank = n;
    }

    /// Whether `axis` continues joined axis `before` evenly for every operand.
    private boolean walksOn(int before, int axis, int extent) {
        for (long[] own : strides) {
            if (own[before] != own[axis] * extent) {
                return false;
            }
        }
        return true;
    }

    /// How many axes are left after joining; none where there is one element.
    int rank() {
        return rank;
    }

    /// The extent of a joined axis.
    long extent(int axis) {
        return extents[axis];
    }

    /// Whether a reduction joins this joined axis.
    boolean isReduced(int axis) {
        return reduced[axis];
    }

    /// The stride of an operand along a joined axis, in elements.
    long stride(int operand, int axis) {
        return strides[operand][axis];
    }

    /// Where an operand's first element is, in elements.
    long offset(int operand) {
        return offsets[operand];
    }

    /// Whether an operand's elements follow each other in the order of the walk.
    boolean isDense(int operand) {
        long step = 1;
        for (int axis = rank - 1; axis >= 0; axis--) {
            if (strides[operand][axis] != step) {
                return false;
            }
            step *= extents[axis];
        }
        return true;
    }

    /// Whether an operand is one element everywhere.
    boolean isSame(int operand) {
        for (int axis = 0; axis < rank; axis++) {
            if (strides[operand][axis] != 0) {
                return false;
            }
        }
        return true;
    }

    /// Whether every index of an operand fits in 31 bits.
    boolean isNarrow(int operand) {
        long low = offsets[operand];
        long high = low;
        for (int axis = 0; axis < rank; axis++) {
            long way = strides[operand][axis] * (extents[axis] - 1);
            low += Math.min(way, 0);
            high += Math.max(way, 0);
        }
        return low >= 0 && high <= Integer.MAX_VALUE;
    }

    /// Hands the extents of the axes to a kernel, outermost first.
    void extents(Kernel kernel) {
        for (int axis = 0; axis < rank; axis++) {
            kernel.number(extents[axis]);
        }
    }

    /// Hands the strides of an operand to a kernel, outermost first.
    void strides(Kernel kernel, int operand) {
        for (int axis = 0; axis < rank; axis++) {
            kernel.number(strides[operand][axis]);
        }
    }
}
