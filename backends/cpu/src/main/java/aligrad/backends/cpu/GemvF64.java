package aligrad.backends.cpu;

import static aligrad.backends.cpu.Lanes.ADDRESS;
import static aligrad.backends.cpu.Lanes.MEMORY;
import static aligrad.backends.cpu.Lanes.ORDER;
import static aligrad.backends.cpu.Species.F64;
import static aligrad.backends.cpu.Species.LANES_64;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorShuffle;

/// Matrix-vector products in double precision; the same text as [GemvF32].
final class GemvF64 {

    /// Rows of the matrix at once.
    private static final int ROWS = 8;

    private static final int W = Species.BITS / 8;

    private static final VectorShuffle<Double> BY_4 = by(4);
    private static final VectorShuffle<Double> BY_2 = by(2);
    private static final VectorShuffle<Double> BY_1 = by(1);

    private GemvF64() {}

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
        int whole = k & -LANES_64;
        long partial = Scratch.address(Scratch.Use.GEMM_EDGE, ROWS * W);
        for (int j = 0; j < n; j += ROWS) {
            int rows = Math.min(ROWS, n - j);
            long first = matrix + j * matrixRow;
            if (Lanes.CHECKED) {
                Lanes.check(x, 8L * whole);
                Lanes.check(first, rows, matrixRow, 8L * whole);
            }
            partialSums(rows, whole, x, first, matrixRow, partial);
            for (int i = 0; i < rows; i++) {
                double sum = sum(Lanes.loadF64(partial + i * W));
                for (int p = whole; p < k; p++) {
                    sum =
                            Math.fma(
                                    Lanes.f64(x + 8L * p),
                                    Lanes.f64(first + i * matrixRow + 8L * p),
                                    sum);
                }
                Lanes.putF64(
                        y + (j + i) * yStep,
                        init == 0 ? sum : Lanes.f64(init + (j + i) * initStep) + sum);
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
        DoubleVector sum0 = DoubleVector.zero(F64);
        DoubleVector sum1 = DoubleVector.zero(F64);
        DoubleVector sum2 = DoubleVector.zero(F64);
        DoubleVector sum3 = DoubleVector.zero(F64);
        DoubleVector sum4 = DoubleVector.zero(F64);
        DoubleVector sum5 = DoubleVector.zero(F64);
        DoubleVector sum6 = DoubleVector.zero(F64);
        DoubleVector sum7 = DoubleVector.zero(F64);
        for (int p = 0; p < whole; p += LANES_64) {
            long at = matrix + 8L * p;
            DoubleVector xp =
                    DoubleVector.fromMemorySegment(F64, MEMORY, (x + 8L * p) & ADDRESS, ORDER);
            sum0 = xp.fma(DoubleVector.fromMemorySegment(F64, MEMORY, at & ADDRESS, ORDER), sum0);
            sum1 =
                    xp.fma(
                            DoubleVector.fromMemorySegment(F64, MEMORY, (at + m1) & ADDRESS, ORDER),
                            sum1);
            sum2 =
                    xp.fma(
                            DoubleVector.fromMemorySegment(F64, MEMORY, (at + m2) & ADDRESS, ORDER),
                            sum2);
            sum3 =
                    xp.fma(
                            DoubleVector.fromMemorySegment(F64, MEMORY, (at + m3) & ADDRESS, ORDER),
                            sum3);
            sum4 =
                    xp.fma(
                            DoubleVector.fromMemorySegment(F64, MEMORY, (at + m4) & ADDRESS, ORDER),
                            sum4);
            sum5 =
                    xp.fma(
                            DoubleVector.fromMemorySegment(F64, MEMORY, (at + m5) & ADDRESS, ORDER),
                            sum5);
            sum6 =
                    xp.fma(
                            DoubleVector.fromMemorySegment(F64, MEMORY, (at + m6) & ADDRESS, ORDER),
                            sum6);
            sum7 =
                    xp.fma(
                            DoubleVector.fromMemorySegment(F64, MEMORY, (at + m7) & ADDRESS, ORDER),
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

    private static double sum(DoubleVector lanes) {
        DoubleVector v = lanes;
        if (LANES_64 > 4) {
            v = v.add(v.rearrange(BY_4));
        }
        if (LANES_64 > 2) {
            v = v.add(v.rearrange(BY_2));
        }
        v = v.add(v.rearrange(BY_1));
        return v.lane(0);
    }

    /// Exchanges lanes `i` and `i ^ distance`.
    private static VectorShuffle<Double> by(int distance) {
        return VectorShuffle.fromOp(F64, i -> (i ^ distance) % LANES_64);
    }
}
