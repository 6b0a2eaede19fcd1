package aligrad.backends.cpu;

import static aligrad.backends.cpu.Lanes.ADDRESS;
import static aligrad.backends.cpu.Lanes.MEMORY;
import static aligrad.backends.cpu.Lanes.ORDER;

import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// Softmax of a vector of neighbouring `F32` lines at a time.
record SoftmaxColumns(LineBlocks blocks, Lines x, boolean log, long result)
        implements Workers.Task {

    /// Elements summed before their sum is added to that of the line. That addition keeps what it
    /// rounds off (the exact sum of two numbers of Knuth, *The Art of Computer Programming* 2,
    /// 4.2.2), or a line of a million equal numbers would round the same way thousands of times.
    private static final int PIECE = 64;

    @Override
    public void run(int block) {
        int end = blocks.endInner(block);
        int n = x.extent();
        long step = 4L * x.inner();
        for (int o = blocks.firstOuter(block); o < blocks.endOuter(block); o++) {
            for (int i = blocks.firstInner(block); i < end; i += Species.LANES_32) {
                int count = Math.min(end - i, Species.LANES_32);
                long from = x.address() + o * x.outerStride() + 4L * i;
                long to = result + o * n * step + 4L * i;
                if (Lanes.CHECKED) {
                    Lanes.check(from, n, x.stride(), 4L * count);
                    Lanes.check(to, n, step, 4L * count);
                }
                columns(log, from, x.stride(), n, to, step, count);
            }
        }
    }

    /// @param stride from one element of a line to the next in `x`, in bytes
    /// @param step the same in `y`
    /// @param count how many lines, at most a vector
    private static void columns(
            boolean log, long x, long stride, int n, long y, long step, int count) {
        FloatVector max = FloatVector.broadcast(Species.F32, Float.NEGATIVE_INFINITY);
        for (int j = 0; j < n; j++) {
            FloatVector v = load(x + j * stride);
            max = max.blend(v, v.compare(GT, max));
        }
        VectorMask<Float> mask = VectorMask.fromLong(Species.F32, (1L << count) - 1);
        FloatVector sum = FloatVector.zero(Species.F32);
        FloatVector lost = FloatVector.zero(Species.F32);
        for (int start = 0; start < n; start += PIECE) {
            int end = Math.min(start + PIECE, n);
            FloatVector part = FloatVector.zero(Species.F32);
            for (int j = start; j < end; j++) {
                FloatVector e = VectorMath.exp(load(x + j * stride).sub(max));
                part = part.add(e);
                if (Species.BITS == 512) {
                    e.intoMemorySegment(MEMORY, (y + j * step) & ADDRESS, ORDER, mask);
                } else if (count == Species.LANES_32) {
                    e.intoMemorySegment(MEMORY, (y + j * step) & ADDRESS, ORDER);
                } else {
                    Lanes.store(e, y + j * step, count);
                }
            }
            FloatVector next = sum.add(part);
            FloatVector added = next.sub(sum);
            lost = lost.add(sum.sub(next.sub(added)).add(part.sub(added)));
            sum = next;
        }
        sum = sum.add(lost);
        if (log) {
            subtract(x, stride, max, VectorMath.log(sum), n, y, step, count);
        } else {
            divide(y, step, sum, n, count);
        }
    }

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(Species.F32, MEMORY, address & ADDRESS, ORDER);
    }

    private static void divide(long y, long step, FloatVector sum, int n, int count) {
        FloatVector factor = FloatVector.broadcast(Species.F32, 1f).div(sum);
        for (int j = 0; j < n; j++) {
            Lanes.store(load(y + j * step).mul(factor), y + j * step, count);
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
            Lanes.store(load(x + j * stride).sub(max).sub(logSum), y + j * step, count);
        }
    }
}
