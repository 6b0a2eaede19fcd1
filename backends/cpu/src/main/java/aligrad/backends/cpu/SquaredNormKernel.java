package aligrad.backends.cpu;

import aligrad.tensor.DType;
import aligrad.tensor.Reduction;
import aligrad.tensor.Tensor;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// `Σ x²` in double: blocks of 4096 elements, their sums added in order.
///
/// Floats are read half a vector at a time and widened, which the processor does while it reads: at
/// the speed of the memory, with the rounding of double.
final class SquaredNormKernel {

    /// Elements whose sum is one partial result.
    private static final int BLOCK = 4096;

    /// Partial results that one thread computes at a time.
    private static final int TOGETHER = 16;

    /// As many floats as a vector has doubles.
    private static final VectorSpecies<Float> HALF =
            FloatVector.SPECIES_128.withShape(VectorShape.forBitSize(Species.BITS / 2));

    private static final int LANES = Species.LANES_64;

    private static final ColdLoop F32 =
            new ColdLoop((m, turn) -> blockF32(m, 16 * 4 * LANES + turn % 2));

    private SquaredNormKernel() {}

    static void compute(Reduction.SquaredNorm op, long result) {
        double sum = 0;
        for (Tensor x : op.xs()) {
            sum += of(x);
        }
        Lanes.putF64(result, sum);
    }

    private static double of(Tensor x) {
        long n = x.size();
        long address = Contiguous.address(x);
        boolean single = x.dtype() == DType.F32;
        if (n <= BLOCK) {
            return block(single, address, (int) n);
        }
        double[] partial = new double[Math.toIntExact((n + BLOCK - 1) / BLOCK)];
        Workers.run(
                (partial.length + TOGETHER - 1) / TOGETHER,
                n / 8,
                new Blocks(single, address, n, partial));
        double sum = 0;
        for (double p : partial) {
            sum += p;
        }
        return sum;
    }

    private record Blocks(boolean single, long address, long n, double[] partial)
            implements Workers.Task {

        @Override
        public void run(int block) {
            int end = Math.min((block + 1) * TOGETHER, partial.length);
            for (int i = block * TOGETHER; i < end; i++) {
                long start = (long) i * BLOCK;
                int count = (int) Math.min(BLOCK, n - start);
                partial[i] = block(single, address + start * (single ? 4 : 8), count);
            }
        }
    }

    /// The sum of up to [#BLOCK] elements.
    static double block(boolean single, long x, int n) {
        if (!single) {
            return blockF64(x, n);
        }
        if (!F32.isCold()) {
            return blockF32(x, n);
        }
        long started = System.nanoTime();
        double sum = ScalarLoops.squaredNorm(x, n, LANES);
        F32.ranSince(started);
        return sum;
    }

    /// Four sums side by side, as one would wait for the latency of its fma.
    private static double blockF32(long x, int n) {
        DoubleVector s0 = DoubleVector.zero(Species.F64);
        DoubleVector s1 = s0;
        DoubleVector s2 = s0;
        DoubleVector s3 = s0;
        int i = 0;
        for (; i <= n - 4 * LANES; i += 4 * LANES) {
            DoubleVector x0 = widen(x + 4L * i);
            DoubleVector x1 = widen(x + 4L * (i + LANES));
            DoubleVector x2 = widen(x + 4L * (i + 2 * LANES));
            DoubleVector x3 = widen(x + 4L * (i + 3 * LANES));
            s0 = x0.fma(x0, s0);
            s1 = x1.fma(x1, s1);
            s2 = x2.fma(x2, s2);
            s3 = x3.fma(x3, s3);
        }
        double sum = total(s0.add(s1).add(s2.add(s3)));
        for (; i < n; i++) {
            double v = Lanes.f32(x + 4L * i);
            sum = Math.fma(v, v, sum);
        }
        return sum;
    }

    private static DoubleVector widen(long address) {
        if (Lanes.CHECKED) {
            Lanes.check(address, 4L * LANES);
        }
        return (DoubleVector)
                FloatVector.fromMemorySegment(
                                HALF, Lanes.MEMORY, address & Lanes.ADDRESS, Lanes.ORDER)
                        .convertShape(VectorOperators.F2D, Species.F64, 0);
    }

    private static double blockF64(long x, int n) {
        DoubleVector s0 = DoubleVector.zero(Species.F64);
        DoubleVector s1 = s0;
        DoubleVector s2 = s0;
        DoubleVector s3 = s0;
        int i = 0;
        for (; i <= n - 4 * LANES; i += 4 * LANES) {
            DoubleVector x0 = Lanes.loadF64(x + 8L * i);
            DoubleVector x1 = Lanes.loadF64(x + 8L * (i + LANES));
            DoubleVector x2 = Lanes.loadF64(x + 8L * (i + 2 * LANES));
            DoubleVector x3 = Lanes.loadF64(x + 8L * (i + 3 * LANES));
            s0 = x0.fma(x0, s0);
            s1 = x1.fma(x1, s1);
            s2 = x2.fma(x2, s2);
            s3 = x3.fma(x3, s3);
        }
        double sum = total(s0.add(s1).add(s2.add(s3)));
        for (; i < n; i++) {
            double v = Lanes.f64(x + 8L * i);
            sum = Math.fma(v, v, sum);
        }
        return sum;
    }

    /// Adds the lanes in order. (`reduceLanes(ADD)` leaves its order open.)
    private static double total(DoubleVector v) {
        double sum = 0;
        for (int lane = 0; lane < LANES; lane++) {
            sum += v.lane(lane);
        }
        return sum;
    }
}
