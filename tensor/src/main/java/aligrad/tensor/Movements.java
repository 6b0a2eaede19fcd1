package aligrad.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Looking at the same elements in another way, and putting tensors together.
///
/// Everything up to [#diagonal()] is a view and costs nothing (a reshape copies first where axes
/// are joined that do not follow each other in memory, as after a transposition).
public sealed interface Movements permits Tensor {

    Tensor self();

    Shape shape();

    DType dtype();

    Device device();

    /// The same elements, row-major, under another shape; one extent may be -1 and is worked out.
    default Tensor reshape(int... extents) {
        Shape to = fit(extents);
        if (to.equals(shape())) {
            return self();
        }
        return Tensor.make(new View.Reshape(canView(to) ? self() : contiguous(), to));
    }

    /// Whether the elements lie so that they can be seen under another shape without a copy.
    private boolean canView(Shape to) {
        Tensor x = self();
        return !x.isComputed() && !(x.op() instanceof View) // pending: will lie row-major
                || x.layout().reshaped(shape(), to) != null;
    }

    private Shape fit(int[] extents) {
        int unknown = -1;
        long known = 1;
        for (int i = 0; i < extents.length; i++) {
            if (extents[i] == -1 && unknown < 0) {
                unknown = i;
            } else {
                known *= extents[i];
            }
        }
        int[] full = extents.clone();
        if (unknown >= 0 && known > 0 && shape().size() % known == 0) {
            full[unknown] = (int) (shape().size() / known);
            return Shape.owning(full);
        }
        if (unknown >= 0 || known != shape().size()) {
            boolean isAmbiguous = Arrays.stream(extents).filter(n -> n == -1).count() > 1;
            throw new ShapeException(
                    "reshape %s (%d elements) to %s: %s"
                            .formatted(
                                    shape(),
                                    shape().size(),
                                    Arrays.toString(extents),
                                    isAmbiguous
                                            ? "only one extent may be -1; give the others"
                                            : "the number of elements must stay the same; let one"
                                                    + " extent be -1 to have it worked out"));
        }
        return Shape.owning(full);
    }

    /// The axes from `first` to `last`, both included, as one.
    default Tensor flatten(int first, int last) {
        int from = shape().axis("flatten", first);
        int to = shape().axis("flatten", last);
        if (from > to) {
            throw new ShapeException(
                    "flatten axes %d to %d of %s: the first must not stand behind the last"
                            .formatted(first, last, shape()));
        }
        int[] extents = new int[shape().rank() - (to - from)];
        for (int i = 0; i < from; i++) {
            extents[i] = shape().extent(i);
        }
        int joined = 1;
        for (int i = from; i <= to; i++) {
            joined = Math.multiplyExact(joined, shape().extent(i));
        }
        extents[from] = joined;
        for (int i = to + 1; i < shape().rank(); i++) {
            extents[i - to + from] = shape().extent(i);
        }
        return reshape(extents);
    }

    /// A new axis of extent 1 before position `axis` (-1: at the end).
    default Tensor unsqueeze(int axis) {
        return reshape(shape().insert(axis, 1).toArray());
    }

    /// Without an axis of extent 1.
    default Tensor squeeze(int axis) {
        if (shape().extent(axis) != 1) {
            throw new ShapeException(
                    "squeeze axis %d of %s: its extent must be 1; use select or a reduction"
                            .formatted(axis, shape()));
        }
        return reshape(shape().remove(axis).toArray());
    }

    /// Axis `i` of the result is axis `axes[i]` of this.
    default Tensor permute(int... axes) {
        List<Integer> order = new ArrayList<>(axes.length);
        for (int axis : axes) {
            int at = shape().axis("permute", axis);
            if (order.contains(at)) {
                throw new ShapeException(
                        "permute %s by %s: axis %d is named twice"
                                .formatted(shape(), Arrays.toString(axes), axis));
            }
            order.add(at);
        }
        if (axes.length != shape().rank()) {
            throw new ShapeException(
                    "permute %s by %s: every axis must be named once"
                            .formatted(shape(), Arrays.toString(axes)));
        }
        return Tensor.make(new View.Permute(self(), order));
    }

    /// The last two axes exchanged: the transposed matrix.
    default Tensor transpose() {
        return transpose(-2, -1);
    }

    /// Two axes exchanged.
    default Tensor transpose(int a, int b) {
        int p = shape().axis("transpose", a);
        int q = shape().axis("transpose", b);
        List<Integer> order = new ArrayList<>(shape().rank());
        for (int i = 0; i < shape().rank(); i++) {
            order.add(i == p ? q : i == q ? p : i);
        }
        return Tensor.make(new View.Permute(self(), order));
    }

    /// Stretched to a larger shape by broadcasting.
    default Tensor expand(Shape to) {
        if (to.equals(shape())) {
            return self();
        }
        if (!shape().broadcastsTo(to)) {
            throw new ShapeException(
                    "expand %s to %s: aligned at the last axis, each extent must be equal or 1"
                            .formatted(shape(), to));
        }
        return Tensor.make(new View.Expand(self(), to));
    }

    /// Stretched to a larger shape by broadcasting.
    default Tensor expand(int... extents) {
        return expand(Shape.of(extents));
    }

    /// The elements `from` (included) to `to` (excluded) along an axis; negative ones count from
    /// the end.
    default Tensor slice(int axis, int from, int to) {
        return slice(axis, from, to, 1);
    }

    /// Every `step`-th element from `from` (included) to `to` (excluded) along an axis; negative
    /// ones count from the end.
    ///
    /// @throws ShapeException if the range does not lie within the axis
    default Tensor slice(int axis, int from, int to, int step) {
        int at = shape().axis("slice", axis);
        int n = shape().extent(at);
        int start = from < 0 ? from + n : from;
        int end = to < 0 ? to + n : to;
        if (start < 0 || end > n || start > end || step < 1) {
            throw new ShapeException(
                    "slice axis %d of %s from %d to %d by %d: it must lie within 0 to %d, in order, with a step of at least 1"
                            .formatted(axis, shape(), from, to, step, n));
        }
        return cut(at, start, Math.ceilDiv(end - start, step), step);
    }

    /// The `index`-th slice along an axis, which is dropped; negative ones count from the end.
    default Tensor select(int axis, int index) {
        int at = shape().axis("select", axis);
        int n = shape().extent(at);
        int i = index < 0 ? index + n : index;
        if (i < 0 || i >= n) {
            throw new ShapeException(
                    "select %d along axis %d of %s: the index must be %d to %d"
                            .formatted(index, axis, shape(), -n, n - 1));
        }
        Movements slice = cut(at, i, 1, 1);
        return slice.squeezeView(at);
    }

    /// Drops an axis of extent 1 without copying what does not lie row-major.
    private Tensor squeezeView(int axis) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < shape().rank(); i++) {
            if (i != axis) {
                order.add(i);
            }
        }
        return Tensor.make(new View.Permute(self(), order));
    }

    /// The elements along an axis in reverse order.
    default Tensor flip(int axis) {
        int at = shape().axis("flip", axis);
        int n = shape().extent(at);
        return n == 0 ? self() : cut(at, n - 1, n, -1);
    }

    /// Along each axis `i` the elements `starts[i] + j·steps[i]`, `j = 0 … to[i] - 1`: slices along
    /// all axes at once. Steps may be negative, not 0. The adjoint of a piece of [#assemble].
    ///
    /// @throws ShapeException if an element lies outside
    default Tensor slice(Shape to, List<Integer> starts, List<Integer> steps) {
        Assemble.requireInside("slice", shape(), to, starts, steps);
        return Tensor.make(new View.Slice(self(), to, List.copyOf(starts), List.copyOf(steps)));
    }

    /// Zeros of a shape, to which each piece is added at its place: the adjoint of many slices.
    ///
    /// @param pieces at least one, all of one type
    /// @throws ShapeException if an element of a piece lies outside
    static Tensor assemble(Shape shape, List<Assemble.Piece> pieces) {
        return Tensor.make(Assemble.adding(shape, pieces));
    }

    private Tensor cut(int at, int start, int extent, int step) {
        if (start == 0 && step == 1 && extent == shape().extent(at)) {
            return self();
        }
        List<Integer> starts = new ArrayList<>(shape().rank());
        List<Integer> steps = new ArrayList<>(shape().rank());
        for (int i = 0; i < shape().rank(); i++) {
            starts.add(i == at ? start : 0);
            steps.add(i == at ? step : 1);
        }
        return Tensor.make(new View.Slice(self(), shape().with(at, extent), starts, steps));
    }

    /// Pieces of these extents along an axis, in order; together they must be the whole.
    default List<Tensor> split(int axis, int... extents) {
        int at = shape().axis("split", axis);
        int sum = Arrays.stream(extents).sum();
        if (sum != shape().extent(at)) {
            throw new ShapeException(
                    "split axis %d of %s into %s: the pieces add up to %d, not %d"
                            .formatted(
                                    axis,
                                    shape(),
                                    Arrays.toString(extents),
                                    sum,
                                    shape().extent(at)));
        }
        List<Tensor> pieces = new ArrayList<>(extents.length);
        int start = 0;
        for (int extent : extents) {
            pieces.add(cut(at, start, extent, 1));
            start += extent;
        }
        return pieces;
    }

    /// The diagonal of the last two axes, which must be equal: `(…, n, n)` to `(…, n)`.
    default Tensor diagonal() {
        requireSquare("diagonal");
        return Tensor.make(new View.Diagonal(self()));
    }

    /// Matrices with this as their diagonal and zeros elsewhere: `(…, n)` to `(…, n, n)`.
    default Tensor diagonalMatrix() {
        int n = shape().extent(-1);
        return Triangle.diagonal(n, device()).where(unsqueeze(-1), 0);
    }

    /// The elements on and below diagonal `k` of the last two axes, zeros above: `k = 0` is the
    /// main diagonal, 1 the one above.
    default Tensor lowerTriangle(int k) {
        return Triangle.lower(shape().extent(-2), shape().extent(-1), k, device()).where(self(), 0);
    }

    /// The elements on and above diagonal `k` of the last two axes, zeros below.
    default Tensor upperTriangle(int k) {
        return Triangle.lower(shape().extent(-2), shape().extent(-1), k - 1, device())
                .not()
                .where(self(), 0);
    }

    private void requireSquare(String op) {
        if (shape().rank() < 2 || shape().extent(-1) != shape().extent(-2)) {
            throw new ShapeException(
                    "%s of %s: the last two extents must be equal".formatted(op, shape()));
        }
    }

    /// This, if its elements lie row-major without gaps; otherwise a copy that does.
    default Tensor contiguous() {
        Tensor x = self();
        if (x.isComputed() || x.op() instanceof View) {
            return x.layout().isContiguous() ? x : x.copy();
        }
        return x; // pending expressions are computed row-major
    }

    /// `value` around the elements: `before[i]` and `after[i]` places along axis `i`.
    default Tensor pad(int[] before, int[] after, double value) {
        int rank = shape().rank();
        if (before.length != rank || after.length != rank) {
            throw new ShapeException(
                    "pad %s by %s and %s: one number for each axis"
                            .formatted(shape(), Arrays.toString(before), Arrays.toString(after)));
        }
        int[] extents = shape().toArray();
        List<Integer> starts = new ArrayList<>(rank);
        for (int i = 0; i < rank; i++) {
            if (before[i] < 0 || after[i] < 0) {
                throw new ShapeException(
                        "pad %s by %s and %s: amounts must be at least 0; slice to remove"
                                .formatted(
                                        shape(), Arrays.toString(before), Arrays.toString(after)));
            }
            extents[i] += before[i] + after[i];
            starts.add(before[i]);
        }
        Assemble.Piece piece = new Assemble.Piece(self(), starts, ones(rank));
        return Tensor.make(
                new Assemble(Shape.owning(extents), dtype(), List.of(piece), value, true, false));
    }

    /// The tensors one after the other along an axis; the other extents must be equal.
    static Tensor concat(int axis, Tensor... tensors) {
        if (tensors.length == 0) {
            throw new ShapeException("concat of nothing: it needs at least one tensor");
        }
        Shape first = tensors[0].shape();
        int at = first.axis("concat", axis);
        int rank = first.rank();
        List<Assemble.Piece> pieces = new ArrayList<>(tensors.length);
        int start = 0;
        for (Tensor t : tensors) {
            if (t.dtype() != tensors[0].dtype()
                    || t.shape().rank() != rank
                    || !t.shape().with(at, 0).equals(first.with(at, 0))) {
                throw new ShapeException(
                        "concat %s %s with %s %s along axis %d: types and all other extents must be equal; cast, slice or pad one of them"
                                .formatted(tensors[0].dtype(), first, t.dtype(), t.shape(), axis));
            }
            List<Integer> starts = new ArrayList<>(rank);
            for (int i = 0; i < rank; i++) {
                starts.add(i == at ? start : 0);
            }
            pieces.add(new Assemble.Piece(t, starts, ones(rank)));
            start += t.shape().extent(at);
        }
        if (tensors.length == 1) {
            return tensors[0];
        }
        return Tensor.make(
                new Assemble(first.with(at, start), tensors[0].dtype(), pieces, 0, true, true));
    }

    /// The tensors, all of one shape, along a new axis before position `axis`.
    static Tensor stack(int axis, Tensor... tensors) {
        if (tensors.length == 0) {
            throw new ShapeException("stack of nothing: it needs at least one tensor");
        }
        Tensor[] raised = new Tensor[tensors.length];
        for (int i = 0; i < raised.length; i++) {
            if (tensors[i].dtype() != tensors[0].dtype()
                    || !tensors[i].shape().equals(tensors[0].shape())) {
                throw new ShapeException(
                        "stack %s %s with %s %s: types and shapes must be equal; cast, slice or pad one of them"
                                .formatted(
                                        tensors[0].dtype(),
                                        tensors[0].shape(),
                                        tensors[i].dtype(),
                                        tensors[i].shape()));
            }
            raised[i] = tensors[i].unsqueeze(axis);
        }
        return concat(axis < 0 ? axis + raised[0].shape().rank() : axis, raised);
    }

    /// `n` copies one after the other along an axis.
    default Tensor repeat(int axis, int n) {
        if (n < 0) {
            throw new ShapeException(
                    "repeat %s %d times along axis %d: the number must be at least 0"
                            .formatted(shape(), n, axis));
        }
        Tensor[] copies = new Tensor[n];
        Arrays.fill(copies, self());
        return n == 0 ? slice(axis, 0, 0) : concat(axis, copies);
    }

    /// The same elements on another device.
    default Tensor to(Device to) {
        return device() == to ? self() : Tensor.make(new Transfer(self(), to), to);
    }

    private static List<Integer> ones(int rank) {
        return java.util.Collections.nCopies(rank, 1);
    }
}
