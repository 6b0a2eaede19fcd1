package aligrad.backends.cpu;

import static aligrad.backends.cpu.Lanes.ADDRESS;
import static aligrad.backends.cpu.Lanes.MEMORY;
import static aligrad.backends.cpu.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;

/// Softmax of a vector of neighbouring `F32` lines at a time; not-a-number as in [SoftmaxRows].
final class SoftmaxColumns {

    /// Elements summed before their sum is added to that of the line, for the sake of rounding.
    private static final int PIECE = 64;

    private SoftmaxColumns() {}

    /// Writes the softmax, or its logarithm, of `count` lines (at most a vector) of `n` elements.
    ///
    /// @param stride from one element of a line to the next in `x`, in bytes
    /// @param step the same in `y`
    static void columns(
            boolean log, long x, long stride, int n, long y, long step, int count) {
        FloatVector max = max(x, stride, n);
        FloatVector sum = FloatVector.zero(Species.F32);
        for (int j = 0; j < n; j += PIECE) {
            int piece = Math.min(PIECE, n - j);
            sum = sum.add(exponentials(x + j * stride, stride, max, piece, y + j * step, step, count));
        }
        if (log) {
            subtract(x, stride, max, VectorMath.log(sum), n, y, step, count);
        } else {
            divide(y, step, sum, n, count);
        }
    }

    private static FloatVector max(long x, long stride, int n) {
        FloatVector max = FloatVector.broadcast(Species.F32, Float.NEGATIVE_INFINITY);
        for (int j = 0; j < n; j++) {
            FloatVector v = Lanes.loadF32(x + j * stride);
            max = max.blend(v, v.compare(GT, max));
        }
        return max;
    }

    /// Writes `e^(x - max)` and returns the sums.
    private static FloatVector exponentials(
            long x, long stride, FloatVector max, int n, long y, long step, int count) {
        FloatVector sum = FloatVector.zero(Species.F32);
        for (int j = 0; j < n; j++) {
            FloatVector e = VectorMath.exp(Lanes.loadF32(x + j * stride).sub(max));
            sum = sum.add(e);
            if (count == Species.LANES_32) {
                e.intoMemorySegment(MEMORY, (y + j * step) & ADDRESS, ORDER);
            } else {
                Lanes.store(e, y + j * step, count);
            }
        }
        return sum;
    }

    private static void divide(long y, long step, FloatVector sum, int n, int count) {
        FloatVector factor = FloatVector.broadcast(Species.F32, 1f).div(sum);
        for (int j = 0; j < n; j++) {
            Lanes.store(Lanes.loadF32(y + j * step).mul(factor), y + j * step, count);
        }
    }

    private static void subtract(
            long x,
            long stride,
            FloatVector max,
            FloatVector logSum,
            int n,
            long y,
            long step,
            int count) {
        for (int j = 0; j < n; j++) {
            FloatVector v = Lanes.loadF32(x + j * stride);
            Lanes.store(v.sub(max).sub(logSum), y + j * step, count);
        }
    }
}
