package aligrad.tensor;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;

/// A tensor put together from pieces: `background` everywhere, and each piece **added** at its
/// place (written, where no other piece lies).
///
/// Concatenation, stacking, padding, and the adjoint of slicing are all this; and the gradients of
/// many slices of one tensor are one such operation instead of many. A piece's places are, along
/// axis `i`, `starts[i] + j·steps[i]`. With a `background` other than 0, pieces must not overlap.
///
/// @param disjoint known not to overlap, so that pieces are written without reading
/// @param covering known to leave no background
public record Assemble(
        Shape shape,
        DType dtype,
        List<Piece> pieces,
        double background,
        boolean disjoint,
        boolean covering)
        implements Computation {

    /// One piece and where it goes.
    public record Piece(Tensor x, List<Integer> starts, List<Integer> steps) {}

    /// Zeros of `shape` to which `pieces`, at least one, are added. Whether they overlap or leave
    /// gaps is found out where that is cheap: when they are slices along one axis.
    static Assemble adding(Shape shape, List<Piece> pieces) {
        if (pieces.isEmpty()) {
            throw new ShapeException("assemble " + shape + " from nothing: it needs a piece");
        }
        DType dtype = pieces.getFirst().x().dtype();
        for (Piece piece : pieces) {
            if (piece.x().dtype() != dtype) {
                throw new ShapeException(
                        "assemble %s from %s and %s: all pieces must have one type"
                                .formatted(shape, dtype, piece.x().dtype()));
            }
            requireInside("assemble", shape, piece.x().shape(), piece.starts(), piece.steps());
        }
        long[] intervals = intervals(shape, pieces);
        boolean disjoint = pieces.size() == 1;
        boolean covering = false;
        if (intervals != null) {
            Arrays.sort(intervals);
            int axis = sliced(shape, pieces.getFirst());
            int end = 0;
            boolean gaps = false;
            disjoint = true;
            for (long interval : intervals) {
                int start = (int) (interval >>> 32);
                disjoint &= start >= end;
                gaps |= start > end;
                end = Math.max(end, start + (int) interval);
            }
            covering = disjoint && !gaps && end == shape.extent(axis);
        }
        return new Assemble(shape, dtype, List.copyOf(pieces), 0, disjoint, covering);
    }

    /// Start and extent, packed, of pieces that are whole except along one axis, where they go in
    /// steps of 1; `null` if they are not.
    private static long @Nullable [] intervals(Shape shape, List<Piece> pieces) {
        int axis = sliced(shape, pieces.getFirst());
        if (axis < 0) {
            return null;
        }
        long[] intervals = new long[pieces.size()];
        for (int p = 0; p < intervals.length; p++) {
            Piece piece = pieces.get(p);
            Shape of = piece.x().shape();
            for (int i = 0; i < shape.rank(); i++) {
                boolean whole = of.extent(i) == shape.extent(i) && piece.steps().get(i) == 1;
                if (!whole && (i != axis || piece.steps().get(i) != 1)) {
                    return null;
                }
            }
            intervals[p] = (long) piece.starts().get(axis) << 32 | of.extent(axis);
        }
        return intervals;
    }

    /// The first axis along which a piece is not whole, or the last; -1 for a single number.
    private static int sliced(Shape shape, Piece piece) {
        int axis = 0;
        while (axis < shape.rank() - 1
                && piece.x().shape().extent(axis) == shape.extent(axis)
                && piece.steps().get(axis) == 1) {
            axis++;
        }
        return shape.rank() == 0 ? -1 : axis;
    }

    /// Checks that a piece of shape `part` lies within `whole`.
    static void requireInside(
            String op, Shape whole, Shape part, List<Integer> starts, List<Integer> steps) {
        int rank = whole.rank();
        boolean inside = part.rank() == rank && starts.size() == rank && steps.size() == rank;
        for (int i = 0; inside && part.size() > 0 && i < rank; i++) {
            int first = starts.get(i);
            long last = first + (part.extent(i) - 1L) * steps.get(i);
            int extent = whole.extent(i);
            inside =
                    steps.get(i) != 0 && first >= 0 && first < extent && last >= 0 && last < extent;
        }
        if (!inside) {
            throw new ShapeException(
                    "%s: a piece %s with starts %s and steps %s does not lie within %s"
                            .formatted(op, part, starts, steps, whole));
        }
    }

    @Override
    public String name() {
        return "assemble";
    }

    @Override
    public int arity() {
        return pieces.size();
    }

    @Override
    public Tensor input(int i) {
        return pieces.get(i).x();
    }
}
