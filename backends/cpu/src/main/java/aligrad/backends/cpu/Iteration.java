package aligrad.backends.cpu;

import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.spi.HostStorage;
import aligrad.tensor.spi.Layout;

/// The loops over which several strided operands are walked together: axes that every operand walks
/// evenly are joined, so that most tensors become one long row.
///
/// Axis 0 is the outermost. Strides are in elements; a stride of 0 repeats. Objects are reused.
final class Iteration {

    private static final int MAX_RANK = 16;

    /// How many axes are left after joining, at least 1.
    int rank;

    /// Extents, outermost first.
    final int[] extents = new int[MAX_RANK];

    /// Whether an axis is joined by a reduction.
    final boolean[] reduced = new boolean[MAX_RANK];

    /// The operands' strides, `rank` of them for each, at `operand * MAX_RANK`.
    private long[] strides = new long[8 * MAX_RANK];

    /// The operands' addresses of their first element.
    long[] addresses = new long[8];

    private int operands;
    private Shape shape = Shape.SCALAR;

    /// Starts a walk over `shape` with `count` operands to come.
    void open(Shape over, int count) {
        if (over.rank() > MAX_RANK) {
            throw new IllegalArgumentException(
                    "shape %s: the cpu walks at most %d axes".formatted(over, MAX_RANK));
        }
        shape = over;
        operands = count;
        if (addresses.length < count) {
            addresses = new long[2 * count];
            strides = new long[2 * count * MAX_RANK];
        }
    }

    /// Sets operand `i`: a computed tensor that broadcasts to the shape.
    void operand(int i, Tensor t) {
        HostStorage storage = (HostStorage) t.storage();
        Layout layout = t.layout();
        addresses[i] = storage.address() + layout.offset() * t.dtype().bytes();
        Shape own = t.shape();
        int shift = shape.rank() - own.rank();
        int base = i * MAX_RANK;
        for (int axis = 0; axis < shape.rank(); axis++) {
            boolean repeats = axis < shift || own.extent(axis - shift) == 1;
            strides[base + axis] = repeats ? 0 : layout.stride(axis - shift);
        }
    }

    /// Sets operand `i` to a contiguous block in the shape's own order.
    void dense(int i, long address) {
        addresses[i] = address;
        int base = i * MAX_RANK;
        long step = 1;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            strides[base + axis] = step;
            step *= shape.extent(axis);
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
            if (n > 0 && reduced[n - 1] == isReduced && walksOn(n - 1, axis, extent)) {
                extents[n - 1] *= extent;
                move(axis, n - 1);
            } else {
                extents[n] = extent;
                reduced[n] = isReduced;
                move(axis, n);
                n++;
            }
        }
        if (n == 0) {
            extents[0] = 1;
            reduced[0] = false;
            for (int i = 0; i < operands; i++) {
                strides[i * MAX_RANK] = 0;
            }
            n = 1;
        }
        rank = n;
    }

    /// Whether `axis` continues joined axis `before` evenly for every operand.
    private boolean walksOn(int before, int axis, int extent) {
        if ((long) extents[before] * extent > Integer.MAX_VALUE) {
            return false;
        }
        for (int i = 0; i < operands; i++) {
            int base = i * MAX_RANK;
            if (strides[base + before] != strides[base + axis] * extent) {
                return false;
            }
        }
        return true;
    }

    private void move(int from, int to) {
        for (int i = 0; i < operands; i++) {
            strides[i * MAX_RANK + to] = strides[i * MAX_RANK + from];
        }
    }

    /// The stride of an operand along a joined axis, in elements.
    long stride(int operand, int axis) {
        return strides[operand * MAX_RANK + axis];
    }
}
