package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Kernel;
import aligrad.tensor.spi.Expression;

/// The computed tensors that an expression reads, walked together with the places of its elements.
final class Leaves {

    private final OpenClDevice device;
    private final Expression expression;
    private final Walk walk;

    /// @param axes those that a reduction joins, as bits
    Leaves(OpenClDevice device, Expression expression, long axes) {
        this.device = device;
        this.expression = expression;
        int count = expression.leaves();
        this.walk = new Walk(expression.shape(), count + 1);
        for (int i = 0; i < count; i++) {
            expression.leaf(i).storage();
            walk.operand(i, expression.leaf(i));
        }
        walk.dense(count);
        walk.join(axes);
    }

    /// Its operands are the leaves and then the row-major places.
    Walk walk() {
        return walk;
    }

    /// Whether each is walked in the order of the elements, or is one element everywhere.
    boolean areFlat() {
        for (int i = 0; i < expression.leaves(); i++) {
            if (!walk.isDense(i) && !walk.isSame(i)) {
                return false;
            }
        }
        return true;
    }

    /// Whether every index fits in 31 bits.
    boolean areNarrow() {
        boolean narrow = expression.shape().size() <= Integer.MAX_VALUE;
        for (int i = 0; i < expression.leaves(); i++) {
            narrow &= walk.isNarrow(i);
        }
        return narrow;
    }

    /// Hands the buffers of a printed expression to a kernel, in the order of
    /// [PointwiseSource#arguments()].
    ///
    /// @param canFail whether a division is to be checked, by [#checkDivisions] after the launch
    void buffers(Kernel kernel, boolean canFail) {
        for (int i = 0; i < expression.leaves(); i++) {
            kernel.buffer(device.buffer(expression.leaf(i)));
        }
        for (int o = 0; o < expression.outputs(); o++) {
            kernel.buffer(device.buffer(expression.destination(o)));
        }
        if (canFail) {
            kernel.buffer(device.failure().buffer());
        }
    }

    /// Fails if a whole number was divided by 0.
    void checkDivisions() {
        long[] notes = device.failure().notes();
        if (notes[0] != 0) {
            throw new ArithmeticException(
                    "%d divided by 0: whole numbers have no infinity; replace zeros with where, or"
                                    .formatted(notes[1])
                            + " cast to F32");
        }
    }
}
