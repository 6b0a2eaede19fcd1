package aligrad.backends.cpu;

import static aligrad.backends.cpu.Lanes.ADDRESS;
import static aligrad.backends.cpu.Lanes.MEMORY;
import static aligrad.backends.cpu.Lanes.ORDER;
import static aligrad.backends.cpu.SoftmaxRows.BY_1;
import static aligrad.backends.cpu.SoftmaxRows.BY_2;
import static aligrad.backends.cpu.SoftmaxRows.BY_4;
import static aligrad.backends.cpu.SoftmaxRows.BY_8;

import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// Softmax of rows of contiguous `F32` that fit into one vector, and never leave its register.
record SoftmaxShortRows(LineBlocks blocks, Lines x, boolean log, long result)
        implements Workers.Task {

    private static final int LANES = Species.LANES_32;

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

    /// Lanes are joined with those half a vector further, then a quarter …; all end up with the
    /// same bits, since `a + b` is `b + a`.
    private static void row(boolean log, long x, int n, long y) {
        VectorMask<Float> mask = VectorMask.fromLong(Species.F32, (1L << n) - 1);
        FloatVector v =
                FloatVector.broadcast(Species.F32, Float.NEGATIVE_INFINITY)
                        .blend(
                                FloatVector.fromMemorySegment(
                                        Species.F32, MEMORY, x & ADDRESS, ORDER),
                                mask);
        FloatVector max = v;
        if (LANES == 16) {
            FloatVector other = max.rearrange(BY_8);
            max = max.blend(other, other.compare(GT, max));
        }
        if (LANES >= 8) {
            FloatVector other = max.rearrange(BY_4);
            max = max.blend(other, other.compare(GT, max));
        }
        FloatVector other = max.rearrange(BY_2);
        max = max.blend(other, other.compare(GT, max));
        other = max.rearrange(BY_1);
        max = max.blend(other, other.compare(GT, max));
        FloatVector shifted = v.sub(max);
        FloatVector e = VectorMath.exp(shifted);
        FloatVector sum = FloatVector.zero(Species.F32).blend(e, mask);
        if (LANES == 16) {
            sum = sum.add(sum.rearrange(BY_8));
        }
        if (LANES >= 8) {
            sum = sum.add(sum.rearrange(BY_4));
        }
        sum = sum.add(sum.rearrange(BY_2));
        sum = sum.add(sum.rearrange(BY_1));
        FloatVector softmax = log ? shifted.sub((float) StrictMath.log(sum.lane(0))) : e.div(sum);
        if (Species.BITS == 512) {
            softmax.intoMemorySegment(MEMORY, y & ADDRESS, ORDER, mask);
        } else {
            Lanes.store(softmax, y, n);
        }
    }
}
