package aligrad.backends.cpu;

import static aligrad.backends.cpu.Lanes.ADDRESS;
import static aligrad.backends.cpu.Lanes.MEMORY;
import static aligrad.backends.cpu.Lanes.ORDER;
import static aligrad.backends.cpu.Species.F32;
import static aligrad.backends.cpu.Species.LANES_32;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/// Matrix-vector products whose matrix has unit stride along the sum, in single precision: dot
/// products.
///
/// Lane `l` of a vector sums the elements `l`, `l + lanes`, …; then lane `i` and lane `i + half`
/// are added, again and again; then come the elements behind the last whole vector, one by one, and
/// what the sum begins with. Eight rows at once are eight independent chains and share the loads of
/// `x`.
final class GemvF32 {

    /// Rows of the matrix at once.
    private static final int ROWS = 8;

    private static final int W = Species.BITS / 8;

    private static final VectorShuffle<Float> BY_8 = by(8);
    private static final VectorShuffle<Float> BY_4 = by(4);
    private static final VectorShuffle<Float> BY_2 = by(2);
    private static final VectorShuffle<Float> BY_1 = by(1);

    private GemvF32() {}

    /// `y[j] = init[j] + Σ x[p] · matrix[j][p]` for `n` rows `j` and `k` columns `p`. Steps and
    /// strides in bytes; `x` and the matrix rows have unit stride.
    ///
    /// @param init where the sums begin; 0 for zeros
    static void dots(
            int n,
            int k,
            long x,
            long matrix,
            long matrixRow,
            long y,
            long yStep,
            long init,
            long initStep) {
        int whole = k & -LANES_32;
        long partial = Scratch.address(Scratch.Use.GEMM_EDGE, ROWS * W);
        for (int j = 0; j < n; j += ROWS) {
            int rows = Math.min(ROWS, n - j);
            long first = matrix + j * matrixRow;
            if (Lanes.CHECKED) {
                Lanes.check(x, 4L * whole);
                Lanes.check(first, rows, matrixRow, 4L * whole);
            }
            partialSums(rows, whole, x, first, matrixRow, partial);
            for (int i = 0; i < rows; i++) {
                float sum = sum(Lanes.loadF32(partial + i * W));
                for (int p = whole; p < k; p++) {
                    sum =
                            Math.fma(
                                    Lanes.f32(x + 4L * p),
                                    Lanes.f32(first + i * matrixRow + 4L * p),
                                    sum);
                }
                Lanes.putF32(
                        y + (j + i) * yStep,
                        init == 0 ? sum : Lanes.f32(init + (j + i) * initStep) + sum);
            }
        }
    }

    /// A vector of partial sums for each of 1 to 8 rows; the rows that do not exist are the first
    /// again.
    private static void partialSums(
            int rows, int whole, long x, long matrix, long matrixRow, long partial) {
        long m1 = rows > 1 ? matrixRow : 0;
        long m2 = rows > 2 ? 2 * matrixRow : 0;
        long m3 = rows > 3 ? 3 * matrixRow : 0;
        long m4 = rows > 4 ? 4 * matrixRow : 0;
        long m5 = rows > 5 ? 5 * matrixRow : 0;
        long m6 = rows > 6 ? 6 * matrixRow : 0;
        long m7 = rows > 7 ? 7 * matrixRow : 0;
        FloatVector sum0 = FloatVector.zero(F32);
        FloatVector sum1 = FloatVector.zero(F32);
        FloatVector sum2 = FloatVector.zero(F32);
        FloatVector sum3 = FloatVector.zero(F32);
        FloatVector sum4 = FloatVector.zero(F32);
        FloatVector sum5 = FloatVector.zero(F32);
        FloatVector sum6 = FloatVector.zero(F32);
        FloatVector sum7 = FloatVector.zero(F32);
        for (int p = 0; p < whole; p += LANES_32) {
            long at = matrix + 4L * p;
            FloatVector xp =
                    FloatVector.fromMemorySegment(F32, MEMORY, (x + 4L * p) & ADDRESS, ORDER);
            sum0 = xp.fma(FloatVector.fromMemorySegment(F32, MEMORY, at & ADDRESS, ORDER), sum0);
            sum1 =
                    xp.fma(
                            FloatVector.fromMemorySegment(F32, MEMORY, (at + m1) & ADDRESS, ORDER),
                            sum1);
            sum2 =
                    xp.fma(
                            FloatVector.fromMemorySegment(F32, MEMORY, (at + m2) & ADDRESS, ORDER),
                            sum2);
            sum3 =
                    xp.fma(
                            FloatVector.fromMemorySegment(F32, MEMORY, (at + m3) & ADDRESS, ORDER),
                            sum3);
            sum4 =
                    xp.fma(
                            FloatVector.fromMemorySegment(F32, MEMORY, (at + m4) & ADDRESS, ORDER),
                            sum4);
            sum5 =
                    xp.fma(
                            FloatVector.fromMemorySegment(F32, MEMORY, (at + m5) & ADDRESS, ORDER),
                            sum5);
            sum6 =
                    xp.fma(
                            FloatVector.fromMemorySegment(F32, MEMORY, (at + m6) & ADDRESS, ORDER),
                            sum6);
            sum7 =
                    xp.fma(
                            FloatVector.fromMemorySegment(F32, MEMORY, (at + m7) & ADDRESS, ORDER),
                            sum7);
        }
        long to = partial & ADDRESS;
        sum0.intoMemorySegment(MEMORY, to, ORDER);
        sum1.intoMemorySegment(MEMORY, to + W, ORDER);
        sum2.intoMemorySegment(MEMORY, to + 2 * W, ORDER);
        sum3.intoMemorySegment(MEMORY, to + 3 * W, ORDER);
        sum4.intoMemorySegment(MEMORY, to + 4 * W, ORDER);
        sum5.intoMemorySegment(MEMORY, to + 5 * W, ORDER);
        sum6.intoMemorySegment(MEMORY, to + 6 * W, ORDER);
        sum7.intoMemorySegment(MEMORY, to + 7 * W, ORDER);
    }

    private static float sum(FloatVector lanes) {
        FloatVector v = lanes;
        if (LANES_32 > 8) {
            v = v.add(v.rearrange(BY_8));
        }
        if (LANES_32 > 4) {
            v = v.add(v.rearrange(BY_4));
        }
        v = v.add(v.rearrange(BY_2));
        v = v.add(v.rearrange(BY_1));
        return v.lane(0);
    }

    /// Exchanges lanes `i` and `i ^ distance`.
    private static VectorShuffle<Float> by(int distance) {
        return VectorShuffle.fromOp(F32, i -> (i ^ distance) % LANES_32);
    }
}
