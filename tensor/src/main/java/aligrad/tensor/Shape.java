package aligrad.tensor;

import aligrad.tensor.spi.Layout;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// The extents of a tensor along its axes, outermost first: `[2, 3]` is two rows of three.
///
/// A shape of rank 0 is a single number. An extent may be 0. Axes may be named from the end: -1 is
/// the last. Immutable.
public final class Shape {

    /// The shape of a single number.
    public static final Shape SCALAR = new Shape(new int[0]);

    private final int[] extents;
    private final long size;
    private @Nullable Layout contiguous;

    private Shape(int[] extents) {
        long product = 1;
        for (int extent : extents) {
            if (extent < 0) {
                throw new ShapeException(
                        "shape "
                                + Arrays.toString(extents)
                                + ": an extent must be at least 0; found "
                                + extent);
            }
            if (extent > 0 && product > Long.MAX_VALUE / extent) {
                throw new ShapeException(
                        "shape "
                                + Arrays.toString(extents)
                                + ": it has more elements than a long counts");
            }
            product *= extent;
        }
        this.extents = extents;
        this.size = product;
    }

    /// The shape with these extents.
    ///
    /// @throws ShapeException if an extent is negative, or there are more than 2⁶³-1 elements
    public static Shape of(int... extents) {
        return extents.length == 0 ? SCALAR : new Shape(extents.clone());
    }

    /// A shape around an array that nobody else will change.
    static Shape owning(int[] extents) {
        return extents.length == 0 ? SCALAR : new Shape(extents);
    }

    /// The number of axes.
    public int rank() {
        return extents.length;
    }

    /// The number of elements.
    public long size() {
        return size;
    }

    /// The extent along an axis; a negative axis counts from the end.
    ///
    /// @throws ShapeException if there is no such axis
    public int extent(int axis) {
        return extents[axis < 0 || axis >= extents.length ? axis(axis) : axis];
    }

    /// The axis counted from the front: -1 becomes `rank() - 1`.
    ///
    /// @throws ShapeException if there is no such axis
    public int axis(int axis) {
        return axis("", axis);
    }

    /// The same, with the name of the operation that asks in front of the error.
    int axis(String operation, int axis) {
        int fromFront = axis < 0 ? axis + extents.length : axis;
        if (fromFront < 0 || fromFront >= extents.length) {
            throw new ShapeException(
                    operation
                            + (operation.isEmpty() ? "axis " : ": axis ")
                            + axis
                            + " of shape "
                            + this
                            + ": it has axes "
                            + (extents.length == 0
                                    ? "none (it is a single number)"
                                    : -extents.length + " to " + (extents.length - 1)));
        }
        return fromFront;
    }

    /// The extents, in a new array.
    public int[] toArray() {
        return extents.clone();
    }

    /// The same extents with one axis replaced.
    public Shape with(int axis, int extent) {
        int[] changed = extents.clone();
        changed[axis(axis)] = extent;
        return new Shape(changed);
    }

    /// The shape with a new axis of this extent before position `axis` (0 to rank).
    public Shape insert(int axis, int extent) {
        int at = axis < 0 ? axis + extents.length + 1 : axis;
        if (at < 0 || at > extents.length) {
            throw new ShapeException(
                    "insert axis "
                            + axis
                            + " into shape "
                            + this
                            + ": the position must be "
                            + (-extents.length - 1)
                            + " to "
                            + extents.length);
        }
        int[] longer = new int[extents.length + 1];
        System.arraycopy(extents, 0, longer, 0, at);
        longer[at] = extent;
        System.arraycopy(extents, at, longer, at + 1, extents.length - at);
        return new Shape(longer);
    }

    /// The shape without an axis.
    public Shape remove(int axis) {
        int at = axis(axis);
        int[] shorter = new int[extents.length - 1];
        System.arraycopy(extents, 0, shorter, 0, at);
        System.arraycopy(extents, at + 1, shorter, at, shorter.length - at);
        return owning(shorter);
    }

    /// The shape that both broadcast to: axes are aligned at the end, and an extent of 1 (or a
    /// missing axis) stretches.
    ///
    /// @param op the operation's name, for the error
    /// @throws ShapeException if two extents differ and neither is 1
    public static Shape broadcast(String op, Shape a, Shape b) {
        if (a == b || b.extents.length == 0) {
            return a;
        }
        if (a.extents.length == 0) {
            return b;
        }
        if (Arrays.equals(a.extents, b.extents)) {
            return a;
        }
        int rank = Math.max(a.extents.length, b.extents.length);
        int[] wide = new int[rank];
        boolean isA = rank == a.extents.length;
        boolean isB = rank == b.extents.length;
        for (int i = 1; i <= rank; i++) {
            int p = i <= a.extents.length ? a.extents[a.extents.length - i] : 1;
            int q = i <= b.extents.length ? b.extents[b.extents.length - i] : 1;
            if (p != q && p != 1 && q != 1) {
                throw new ShapeException(
                        op
                                + " "
                                + a
                                + " with "
                                + b
                                + ": extents aligned at the last axis must be equal or 1 ("
                                + p
                                + " ≠ "
                                + q
                                + " at axis -"
                                + i
                                + "); reshape or unsqueeze one of them");
            }
            int extent = p == 1 ? q : p;
            wide[rank - i] = extent;
            isA &= extent == p;
            isB &= extent == q;
        }
        return isA ? a : isB ? b : new Shape(wide);
    }

    /// Whether a tensor of this shape stretches to `wide` by broadcasting.
    public boolean broadcastsTo(Shape wide) {
        int shift = wide.extents.length - extents.length;
        if (shift < 0) {
            return false;
        }
        for (int i = 0; i < extents.length; i++) {
            if (extents[i] != 1 && extents[i] != wide.extents[i + shift]) {
                return false;
            }
        }
        return true;
    }

    /// The layout of a freshly computed tensor of this shape: row-major, no gaps.
    public Layout contiguous() {
        Layout layout = contiguous;
        if (layout == null) {
            layout = Layout.contiguous(this);
            contiguous = layout;
        }
        return layout;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof Shape shape && Arrays.equals(extents, shape.extents));
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(extents);
    }

    /// The extents in brackets, as in `[32, 128]`.
    @Override
    public String toString() {
        return Arrays.toString(extents);
    }
}
