package aligrad.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The axes that a reduction joins, as its caller named them.
///
/// @param axes ascending
/// @param extents of what is left: 1 along those
record JoinedAxes(List<Integer> axes, int[] extents) {

    /// @param named negative ones count from the end; none means all
    /// @throws ShapeException if there is no such axis, or one is named twice
    static JoinedAxes of(String operation, Shape shape, int... named) {
        int rank = shape.rank();
        boolean[] joined = new boolean[rank];
        for (int axis : named) {
            int at = shape.axis(operation, axis);
            if (joined[at]) {
                throw new ShapeException(
                        "%s of %s over axes %s: axis %d is named twice"
                                .formatted(operation, shape, Arrays.toString(named), axis));
            }
            joined[at] = true;
        }
        if (named.length == 0) {
            Arrays.fill(joined, true);
        }
        List<Integer> list = new ArrayList<>(rank);
        int[] extents = shape.toArray();
        for (int i = 0; i < rank; i++) {
            if (joined[i]) {
                list.add(i);
                extents[i] = 1;
            }
        }
        return new JoinedAxes(list, extents);
    }
}
