package aligrad.backends.cpu;

import static aligrad.backends.cpu.KernelSteps.load;

import aligrad.tensor.ReduceOp;

import jdk.incubator.vector.FloatVector;

/// Reductions of `F32` numbers that stand in memory, in the same steps as the compiled kernels.
final class ReduceLoops {

    private static final int LANES = Species.LANES_32;

    /// Rows whose vectors are joined together: they stay in the first-level cache.
    static final int ROWS = 128;

    private ReduceLoops() {}

    /// Joins each of `rows` rows of `n` elements, `stride` bytes apart, into one number.
    static void rows(ReduceOp f, long x, long stride, int rows, int n, long result) {
        for (int r = 0; r < rows; r += ROWS) {
            int count = Math.min(ROWS, rows - r);
            long lanes = LaneFold.vectors(count);
            long from = x + r * stride;
            switch (f) {
                case SUM -> sumRows(from, stride, count, n, lanes);
                case PROD -> prodRows(from, stride, count, n, lanes);
                case MAX -> maxRows(from, stride, count, n, lanes);
                case MIN -> minRows(from, stride, count, n, lanes);
            }
            LaneFold.fold(f, lanes, count, result + 4L * r);
        }
    }

    /// Joins `rows` rows of `n` elements, `stride` bytes apart, into one row.
    static void columns(ReduceOp f, long x, long stride, int rows, int n, long result) {
        switch (f) {
            case SUM -> sumColumns(x, stride, rows, n, result);
            case PROD -> prodColumns(x, stride, rows, n, result);
            case MAX -> maxColumns(x, stride, rows, n, result);
            case MIN -> minColumns(x, stride, rows, n, result);
        }
    }

    private static void sumRows(long x, long stride, int rows, int n, long lanes) {
        for (int r = 0; r < rows; r++) {
            FloatVector joined = FloatVector.broadcast(Species.F32, 0f);
            for (int c = 0; c < n; c += LANES) {
                joined = KernelSteps.joinSum(joined, load(x + r * stride + 4L * c), n - c);
            }
            KernelSteps.store(joined, lanes + r * LaneFold.VECTOR_BYTES);
        }
    }

    private static void sumColumns(long x, long stride, int rows, int n, long result) {
        for (int c = 0; c < n; c += LANES) {
            FloatVector joined = FloatVector.broadcast(Species.F32, 0f);
            for (int r = 0; r < rows; r++) {
                joined = KernelSteps.joinSum(joined, load(x + r * stride + 4L * c));
            }
            KernelSteps.store(joined, result + 4L * c, n - c);
        }
    }

    private static void prodRows(long x, long stride, int rows, int n, long lanes) {
        for (int r = 0; r < rows; r++) {
            FloatVector joined = FloatVector.broadcast(Species.F32, 1f);
            for (int c = 0; c < n; c += LANES) {
                joined = KernelSteps.joinProd(joined, load(x + r * stride + 4L * c), n - c);
            }
            KernelSteps.store(joined, lanes + r * LaneFold.VECTOR_BYTES);
        }
    }

    private static void prodColumns(long x, long stride, int rows, int n, long result) {
        for (int c = 0; c < n; c += LANES) {
            FloatVector joined = FloatVector.broadcast(Species.F32, 1f);
            for (int r = 0; r < rows; r++) {
                joined = KernelSteps.joinProd(joined, load(x + r * stride + 4L * c));
            }
            KernelSteps.store(joined, result + 4L * c, n - c);
        }
    }

    private static void maxRows(long x, long stride, int rows, int n, long lanes) {
        for (int r = 0; r < rows; r++) {
            FloatVector joined = FloatVector.broadcast(Species.F32, Float.NEGATIVE_INFINITY);
            for (int c = 0; c < n; c += LANES) {
                joined = KernelSteps.joinMax(joined, load(x + r * stride + 4L * c), n - c);
            }
            KernelSteps.store(joined, lanes + r * LaneFold.VECTOR_BYTES);
        }
    }

    private static void maxColumns(long x, long stride, int rows, int n, long result) {
        for (int c = 0; c < n; c += LANES) {
            FloatVector joined = FloatVector.broadcast(Species.F32, Float.NEGATIVE_INFINITY);
            for (int r = 0; r < rows; r++) {
                joined = KernelSteps.joinMax(joined, load(x + r * stride + 4L * c));
            }
            KernelSteps.store(joined, result + 4L * c, n - c);
        }
    }

    private static void minRows(long x, long stride, int rows, int n, long lanes) {
        for (int r = 0; r < rows; r++) {
            FloatVector joined = FloatVector.broadcast(Species.F32, Float.POSITIVE_INFINITY);
            for (int c = 0; c < n; c += LANES) {
                joined = KernelSteps.joinMin(joined, load(x + r * stride + 4L * c), n - c);
            }
            KernelSteps.store(joined, lanes + r * LaneFold.VECTOR_BYTES);
        }
    }

    private static void minColumns(long x, long stride, int rows, int n, long result) {
        for (int c = 0; c < n; c += LANES) {
            FloatVector joined = FloatVector.broadcast(Species.F32, Float.POSITIVE_INFINITY);
            for (int r = 0; r < rows; r++) {
                joined = KernelSteps.joinMin(joined, load(x + r * stride + 4L * c));
            }
            KernelSteps.store(joined, result + 4L * c, n - c);
        }
    }
}
