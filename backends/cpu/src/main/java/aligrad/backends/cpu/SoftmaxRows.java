package aligrad.backends.cpu;

import static aligrad.backends.cpu.Lanes.ADDRESS;
import static aligrad.backends.cpu.Lanes.MEMORY;
import static aligrad.backends.cpu.Lanes.ORDER;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.MAX;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/// Softmax of rows of contiguous `F32`. The last vector of a row reads behind it and stores only
/// what is in it.
record SoftmaxRows(LineBlocks blocks, Lines x, boolean log, long result) implements Workers.Task {

    private static final int LANES = Species.LANES_32;

    /// Elements summed before their sum is added to that of the row, for the sake of rounding.
    private static final int PIECE = 64 * LANES;

    /// Rotations: lane `i` takes lane `i + 8`, and so on.
    static final VectorShuffle<Float> BY_8 = rotation(8);

    static final VectorShuffle<Float> BY_4 = rotation(4);
    static final VectorShuffle<Float> BY_2 = rotation(2);
    static final VectorShuffle<Float> BY_1 = rotation(1);

    private static VectorShuffle<Float> rotation(int by) {
        return VectorShuffle.iota(Species.F32, by, 1, true);
    }

    @Override
    public void run(int block) {
        int n = x.extent();
        for (int o = blocks.firstOuter(block); o < blocks.endOuter(block); o++) {
            long from = x.address() + o * x.outerStride();
            long to = result + 4L * o * n;
            if (Lanes.CHECKED) {
                Lanes.check(from, 4L * n);
                Lanes.check(to, 4L * n);
            }
            row(log, from, n, to);
        }
    }

    private static void row(boolean log, long x, int n, long y) {
        float max = max(x, n);
        double sum = 0; // in float, the many equal pieces of a long row would round the same way
        for (int i = 0; i < n; i += PIECE) {
            sum += exponentials(x + 4L * i, max, Math.min(PIECE, n - i), y + 4L * i);
        }
        if (log) {
            subtract(x, max, (float) StrictMath.log(sum), n, y);
        } else {
            multiply(y, (float) (1 / sum), n);
        }
    }

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(Species.F32, MEMORY, address & ADDRESS, ORDER);
    }

    private static float max(long x, int n) {
        FloatVector max = FloatVector.broadcast(Species.F32, Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector v = load(x + 4L * i);
            max = max.blend(v, v.compare(GT, max));
        }
        if (i < n) {
            FloatVector v = load(x + 4L * i);
            max = max.blend(v, v.compare(GT, max).and(Lanes.first(n - i)));
        }
        return max.reduceLanes(MAX); // in any order the same
    }

    /// Writes `e^(x - max)` and returns the sum. The end of the row goes through the same loop, as
    /// a second exponential beside it would not be inlined, and a sum that starts as a constant of
    /// the class would be an object in each round.
    private static float exponentials(long x, float max, int n, long y) {
        FloatVector sum = FloatVector.zero(Species.F32);
        for (int i = 0; i < n; i += LANES) {
            int count = Math.min(n - i, LANES);
            VectorMask<Float> mask = VectorMask.fromLong(Species.F32, (1L << count) - 1);
            FloatVector e = VectorMath.exp(load(x + 4L * i).sub(max));
            sum = sum.add(e, mask);
            if (Species.BITS == 512) {
                e.intoMemorySegment(MEMORY, (y + 4L * i) & ADDRESS, ORDER, mask);
            } else if (count == LANES) {
                e.intoMemorySegment(MEMORY, (y + 4L * i) & ADDRESS, ORDER);
            } else {
                Lanes.store(e, y + 4L * i, count);
            }
        }
        // lane i and lane i + half, again and again; `reduceLanes(ADD)` leaves its order open
        if (LANES == 16) {
            sum = sum.add(sum.rearrange(BY_8));
        }
        if (LANES >= 8) {
            sum = sum.add(sum.rearrange(BY_4));
        }
        sum = sum.add(sum.rearrange(BY_2));
        return sum.add(sum.rearrange(BY_1)).lane(0);
    }

    private static void multiply(long y, float factor, int n) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            load(y + 4L * i).mul(factor).intoMemorySegment(MEMORY, (y + 4L * i) & ADDRESS, ORDER);
        }
        if (i < n) {
            Lanes.store(load(y + 4L * i).mul(factor), y + 4L * i, n - i);
        }
    }

    private static void subtract(long x, float max, float logSum, int n, long y) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            load(x + 4L * i)
                    .sub(max)
                    .sub(logSum)
                    .intoMemorySegment(MEMORY, (y + 4L * i) & ADDRESS, ORDER);
        }
        if (i < n) {
            Lanes.store(load(x + 4L * i).sub(max).sub(logSum), y + 4L * i, n - i);
        }
    }
}
