package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Kernel;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.spi.Layout;

import java.util.Arrays;

/// The loops over which several strided operands are walked together: axes that every operand walks
/// evenly are joined, so that most tensors become one long row.
///
/// Axis 0 is the outermost; the axes that a reduction joins come after the others. Where fewer axes
/// are left than 1, 2, 4, 8 or 16, more are made up of extent 1: a kernel is compiled for a number
/// of axes, and compiling costs more than to walk an axis of 1. Strides are in elements; a stride
/// of 0 repeats.
final class Walk {

    private static final int MADE_UP = -1;

    private final Shape shape;
    private final long[][] strides;
    private final long[] offsets;
    private final long[] extents;
    private final boolean[] reduced;
    private int joined;
    private int[] order = {};
    private int keptRank;

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
        joined = n;
        arrange(axes != 0);
    }

    /// Orders the joined axes and makes up what is missing.
    private void arrange(boolean reduces) {
        int kept = 0;
        for (int axis = 0; axis < joined; axis++) {
            kept += reduced[axis] ? 0 : 1;
        }
        keptRank = roundedUp(kept);
        int reducedRank = reduces ? roundedUp(joined - kept) : 0;
        order = new int[keptRank + reducedRank];
        Arrays.fill(order, MADE_UP);
        int nextKept = keptRank - kept;
        int nextReduced = order.length - (joined - kept);
        for (int axis = 0; axis < joined; axis++) {
            order[reduced[axis] ? nextReduced++ : nextKept++] = axis;
        }
    }

    private static int roundedUp(int axes) {
        return axes <= 1 ? 1 : 2 * Integer.highestOneBit(axes - 1);
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

    /// How many axes there are after joining that no reduction joins.
    int keptRank() {
        return keptRank;
    }

    /// How many axes there are after joining that a reduction joins.
    int reducedRank() {
        return order.length - keptRank;
    }

    /// Whether the elements of one result lie closer together than those of its neighbours.
    boolean isInnermostReduced() {
        return joined > 0 && reduced[joined - 1];
    }

    /// How many places the reduced axes have, or the others.
    long size(boolean ofReduced) {
        long size = 1;
        for (int axis = 0; axis < joined; axis++) {
            size *= reduced[axis] == ofReduced ? extents[axis] : 1;
        }
        return size;
    }

    /// Where an operand's first element is, in elements.
    long offset(int operand) {
        return offsets[operand];
    }

    /// Whether an operand's elements follow each other in the order of the walk.
    boolean isDense(int operand) {
        long step = 1;
        for (int axis = joined - 1; axis >= 0; axis--) {
            if (strides[operand][axis] != step) {
                return false;
            }
            step *= extents[axis];
        }
        return true;
    }

    /// Whether an operand is one element everywhere.
    boolean isSame(int operand) {
        for (int axis = 0; axis < joined; axis++) {
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
        for (int axis = 0; axis < joined; axis++) {
            long way = strides[operand][axis] * (extents[axis] - 1);
            low += Math.min(way, 0);
            high += Math.max(way, 0);
        }
        return low >= 0 && high <= Integer.MAX_VALUE;
    }

    /// How many axes there are after joining, those included that are made up.
    int rank() {
        return order.length;
    }

    /// The extent of an axis.
    long extent(int axis) {
        return order[axis] == MADE_UP ? 1 : extents[order[axis]];
    }

    /// The stride of an operand along an axis, in elements.
    long stride(int operand, int axis) {
        return order[axis] == MADE_UP ? 0 : strides[operand][order[axis]];
    }

    /// Hands the extents of the axes to a kernel, outermost first.
    void extents(Kernel kernel) {
        for (int axis = 0; axis < rank(); axis++) {
            kernel.number(extent(axis));
        }
    }

    /// Hands the strides of an operand to a kernel, outermost first.
    void strides(Kernel kernel, int operand) {
        for (int axis = 0; axis < rank(); axis++) {
            kernel.number(stride(operand, axis));
        }
    }
}
