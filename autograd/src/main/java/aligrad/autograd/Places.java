package aligrad.autograd;

import aligrad.tensor.Shape;

import java.util.Arrays;

/// Names of elements, for messages.
final class Places {

    private Places() {}

    /// The indices of the `i`-th element in row-major order, as in `[0, 2]`.
    static String text(Shape shape, long i) {
        int[] at = new int[shape.rank()];
        long rest = i;
        for (int axis = at.length - 1; axis >= 0; axis--) {
            at[axis] = (int) (rest % shape.extent(axis));
            rest /= shape.extent(axis);
        }
        return Arrays.toString(at);
    }
}
