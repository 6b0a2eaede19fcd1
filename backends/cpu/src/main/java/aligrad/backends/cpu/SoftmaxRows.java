package aligrad.backends.cpu;

import static aligrad.backends.cpu.Lanes.ADDRESS;
import static aligrad.backends.cpu.Lanes.MEMORY;
import static aligrad.backends.cpu.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.MAX;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/// Softmax of rows of contiguous `F32`.
///
/// A not-a-number needs no care for the maximum: whatever that is, its exponential is not a number, and
/// so is the sum. The last vector of a row reads behind it and stores only what is in it.
final class SoftmaxRows {

    private static final int LANES = Species.LANES_32;

    /// Elements summed before their sum is added to that of the row, for the sake of rounding.
    private static final int PIECE = 64 * LANES;

    private static final FloatVector LOWEST =
            FloatVector.broadcast(Species.F32, Float.NEGATIVE_INFINITY);

    private static final VectorShuffle<Float> BY_8 = rotation(8);
    private static final VectorShuffle<Float> BY_4 = rotation(4);
    private static final VectorShuffle<Float> BY_2 = rotation(2);
    private static final VectorShuffle<Float> BY_1 = rotation(1);

    private SoftmaxRows() {}

    /// Writes the softmax, or its logarithm, of the row of `n > 0` elements at `x` to `y`.
    static void row(boolean log, long x, int n, long y) {
        float max = max(x, n);
        float sum = 0;
        for (int i = 0; i < n; i += PIECE) {
            sum += exponentials(x + 4L * i, max, Math.min(PIECE, n - i), y + 4L * i);
        }
        if (log) {
            subtract(x, max, (float) StrictMath.log(sum), n, y);
        } else {
            multiply(y, 1 / sum, n);
        }
    }

    private static float max(long x, int n) {
        FloatVector max = LOWEST;
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector v = Lanes.loadF32(x + 4L * i);
            max = max.blend(v, v.compare(GT, max));
        }
        if (i < n) {
            FloatVector v = Lanes.loadF32(x + 4L * i);
            max = max.blend(v, v.compare(GT, max).and(Lanes.first(n - i)));
        }
        return max.reduceLanes(MAX); // in any order the same
    }

    /// Writes `e^(x - max)` and returns the sum.
    private static float exponentials(long x, float max, int n, long y) {
        FloatVector sum = FloatVector.zero(Species.F32);
        for (int i = 0; i < n; i += LANES) {
            FloatVector e = VectorMath.exp(Lanes.loadF32(x + 4L * i).sub(max));
            if (n - i >= LANES) {
                sum = sum.add(e);
                e.intoMemorySegment(MEMORY, (y + 4L * i) & ADDRESS, ORDER);
            } else {
                sum = sum.add(e, Lanes.first(n - i));
                Lanes.store(e, y + 4L * i, n - i);
            }
        }
        return total(sum);
    }

    /// Adds lane `i` and lane `i + half`, again and again. (`reduceLanes(ADD)` leaves its order open.)
    private static float total(FloatVector v) {
        FloatVector w = v;
        if (LANES == 16) {
            w = w.add(w.rearrange(BY_8));
        }
        if (LANES >= 8) {
            w = w.add(w.rearrange(BY_4));
        }
        w = w.add(w.rearrange(BY_2));
        return w.add(w.rearrange(BY_1)).lane(0);
    }

    private static VectorShuffle<Float> rotation(int by) {
        return VectorShuffle.iota(Species.F32, by, 1, true);
    }

    private static void multiply(long y, float factor, int n) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            Lanes.store(Lanes.loadF32(y + 4L * i).mul(factor), y + 4L * i);
        }
        if (i < n) {
            Lanes.store(Lanes.loadF32(y + 4L * i).mul(factor), y + 4L * i, n - i);
        }
    }

    private static void subtract(long x, float max, float logSum, int n, long y) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            Lanes.store(Lanes.loadF32(x + 4L * i).sub(max).sub(logSum), y + 4L * i);
        }
        if (i < n) {
            Lanes.store(Lanes.loadF32(x + 4L * i).sub(max).sub(logSum), y + 4L * i, n - i);
        }
    }
}
