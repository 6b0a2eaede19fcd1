package aligrad.backends.cpu;

import aligrad.tensor.BinaryOp;
import aligrad.tensor.UnaryOp;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// What the innermost loops in single precision compute, number by number on the heap: it stands in
/// for each of them until that is fast, see [ColdLoop].
///
/// A network's first step would take seconds if its loops with vectors ran cold; these are fast
/// after some milliseconds. Sums are the same chains of fused multiply-adds, so the bits are the
/// same.
final class ScalarLoops {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private ScalarLoops() {}

    /// [GemmTile#tile] and [GemmTile#row].
    static void product(
            int rows,
            int columns,
            int k,
            long a,
            long aRow,
            long aCol,
            long b,
            long bRow,
            long c,
            long cRow,
            long init,
            long initRow) {
        float[] sums = new float[rows * columns];
        for (int i = 0; i < rows; i++) {
            read(init + i * initRow, sums, i * columns, columns);
        }
        float[] row = new float[columns];
        for (int p = 0; p < k; p++) {
            read(b + p * bRow, row, 0, columns);
            for (int i = 0; i < rows; i++) {
                multiplyAdd(Lanes.f32(a + i * aRow + p * aCol), row, 0, sums, i * columns, columns);
            }
        }
        for (int i = 0; i < rows; i++) {
            write(sums, i * columns, columns, c + i * cRow);
        }
    }

    /// [Conv2dTile#correlate].
    ///
    /// @param channels the lanes of all vectors
    static void correlate(
            int pixels,
            int channels,
            long x,
            long[] offsets,
            int[] runs,
            int first,
            int last,
            long w,
            long start,
            int startStep,
            long y,
            int yStep) {
        float[] sums = new float[pixels * channels];
        for (int i = 0; i < pixels; i++) {
            read(start + (long) i * startStep, sums, i * channels, channels);
        }
        float[] weights = {};
        float[] pixel = {};
        long from = w;
        for (int e = first; e < last; e++) {
            int run = runs[e];
            if (pixel.length < run) {
                weights = new float[run * channels];
                pixel = new float[run];
            }
            read(from, weights, 0, run * channels);
            from += 4L * run * channels;
            for (int i = 0; i < pixels; i++) {
                read(x + offsets[e] + (long) i * Conv2dCells.CELL_BYTES, pixel, 0, run);
                for (int p = 0; p < run; p++) {
                    multiplyAdd(pixel[p], weights, p * channels, sums, i * channels, channels);
                }
            }
        }
        for (int i = 0; i < pixels; i++) {
            write(sums, i * channels, channels, y + (long) i * yStep);
        }
    }

    /// [Conv2dFilterTile#accumulate].
    ///
    /// @param outputs the lanes of all vectors
    static void accumulate(
            int channels,
            int outputs,
            long x,
            long xImage,
            long xRow,
            long g,
            long gImage,
            long gRow,
            int images,
            int rows,
            int columns,
            long sums) {
        float[] sum = new float[channels * outputs];
        read(sums, sum, 0, sum.length);
        float[] gradient = new float[outputs];
        float[] pixel = new float[channels];
        for (int n = 0; n < images; n++) {
            for (int r = 0; r < rows; r++) {
                long from = x + n * xImage + r * xRow;
                long by = g + n * gImage + r * gRow;
                for (int q = 0; q < columns; q++) {
                    read(by, gradient, 0, outputs);
                    read(from, pixel, 0, channels);
                    for (int i = 0; i < channels; i++) {
                        multiplyAdd(pixel[i], gradient, 0, sum, i * outputs, outputs);
                    }
                    from += Conv2dCells.CELL_BYTES;
                    by += 4L * outputs;
                }
            }
        }
        write(sum, 0, sum.length, sums);
    }

    /// `Σ x²` of `n` elements as [SquaredNormKernel] adds them: in four chains of `lanes` lanes
    /// each, which are then added pairwise, lane by lane, before what is left at the end.
    static double squaredNorm(long x, int n, int lanes) {
        float[] a = new float[n];
        read(x, a, 0, n);
        double[] chains = new double[4 * lanes];
        int whole = n / chains.length * chains.length;
        for (int i = 0; i < whole; i += chains.length) {
            for (int j = 0; j < chains.length; j++) {
                chains[j] = Math.fma((double) a[i + j], a[i + j], chains[j]);
            }
        }
        double sum = 0;
        for (int j = 0; j < lanes; j++) {
            sum += chains[j] + chains[lanes + j] + (chains[2 * lanes + j] + chains[3 * lanes + j]);
        }
        for (int i = whole; i < n; i++) {
            sum = Math.fma((double) a[i], a[i], sum);
        }
        return sum;
    }

    /// [WindowLanes#maxPick].
    static void maxPick(
            long x,
            long v,
            int rows,
            long rowStep,
            int columns,
            long columnStep,
            int channels,
            long y) {
        float[] best = new float[channels];
        float[] picked = new float[channels];
        float[] candidate = new float[channels];
        float[] value = new float[channels];
        Arrays.fill(picked, Float.NEGATIVE_INFINITY);
        for (int r = 0; r < rows; r++) {
            for (int q = 0; q < columns; q++) {
                long pixel = r * rowStep + q * columnStep;
                read(x + pixel, candidate, 0, channels);
                read(v + pixel, value, 0, channels);
                for (int c = 0; c < channels; c++) {
                    if (r + q == 0 || isLarger(candidate[c], best[c])) {
                        best[c] = candidate[c];
                        picked[c] = value[c];
                    }
                }
            }
        }
        write(picked, 0, channels, y);
    }

    /// [WindowLanes#maxSpread].
    static void maxSpread(
            long x,
            long g,
            int rows,
            long rowStep,
            int columns,
            long columnStep,
            int channels,
            long dx) {
        float[] best = new float[channels];
        int[] place = new int[channels];
        float[] row = new float[channels];
        for (int r = 0; r < rows; r++) {
            for (int q = 0; q < columns; q++) {
                read(x + r * rowStep + q * columnStep, row, 0, channels);
                for (int c = 0; c < channels; c++) {
                    if (r + q == 0 || isLarger(row[c], best[c])) {
                        best[c] = row[c];
                        place[c] = r * columns + q;
                    }
                }
            }
        }
        float[] gradient = new float[channels];
        read(g, gradient, 0, channels);
        for (int r = 0; r < rows; r++) {
            for (int q = 0; q < columns; q++) {
                long pixel = dx + r * rowStep + q * columnStep;
                read(pixel, row, 0, channels);
                for (int c = 0; c < channels; c++) {
                    if (place[c] == r * columns + q) {
                        row[c] += gradient[c];
                    }
                }
                write(row, 0, channels, pixel);
            }
        }
    }

    /// Whether `a` takes the place of `best`: it is larger, or a not-a-number and the first one.
    private static boolean isLarger(float a, float best) {
        return !(a <= best || Float.isNaN(best));
    }

    /// Whether [#pointwise(UnaryOp, long, long, int)] knows this function.
    static boolean has(UnaryOp f) {
        return switch (f) {
            case IDENTITY, NEG, SQUARE, SQRT, RECIPROCAL, RELU -> true;
            default -> false;
        };
    }

    /// `y = f(x)` for `n` elements, with a function that is exact or correctly rounded.
    static void pointwise(UnaryOp f, long x, long y, int n) {
        float[] a = new float[n];
        read(x, a, 0, n);
        switch (f) {
            case IDENTITY -> {}
            case NEG -> {
                for (int i = 0; i < n; i++) {
                    a[i] = -a[i];
                }
            }
            case SQUARE -> {
                for (int i = 0; i < n; i++) {
                    a[i] *= a[i];
                }
            }
            case SQRT -> {
                for (int i = 0; i < n; i++) {
                    a[i] = (float) Math.sqrt(a[i]);
                }
            }
            case RECIPROCAL -> {
                for (int i = 0; i < n; i++) {
                    a[i] = 1 / a[i];
                }
            }
            case RELU -> {
                for (int i = 0; i < n; i++) {
                    a[i] = Math.max(a[i], 0f);
                }
            }
            default -> throw new AssertionError(f);
        }
        write(a, 0, n, y);
    }

    /// Whether [#pointwise(BinaryOp, long, long, long, int)] knows this function.
    static boolean has(BinaryOp f) {
        return switch (f) {
            case ADD, SUB, MUL, DIV, EQ, NE, LT, LE, GT, GE -> true;
            default -> false;
        };
    }

    /// `y = f(x, z)` for `n` elements, with a function that is exact or correctly rounded.
    static void pointwise(BinaryOp f, long x, long z, long y, int n) {
        float[] a = new float[n];
        float[] b = new float[n];
        read(x, a, 0, n);
        read(z, b, 0, n);
        switch (f) {
            case ADD -> {
                for (int i = 0; i < n; i++) {
                    a[i] += b[i];
                }
            }
            case SUB -> {
                for (int i = 0; i < n; i++) {
                    a[i] -= b[i];
                }
            }
            case MUL -> {
                for (int i = 0; i < n; i++) {
                    a[i] *= b[i];
                }
            }
            case DIV -> {
                for (int i = 0; i < n; i++) {
                    a[i] /= b[i];
                }
            }
            case EQ -> {
                for (int i = 0; i < n; i++) {
                    a[i] = a[i] == b[i] ? 1 : 0;
                }
            }
            case NE -> {
                for (int i = 0; i < n; i++) {
                    a[i] = a[i] != b[i] ? 1 : 0;
                }
            }
            case LT -> {
                for (int i = 0; i < n; i++) {
                    a[i] = a[i] < b[i] ? 1 : 0;
                }
            }
            case LE -> {
                for (int i = 0; i < n; i++) {
                    a[i] = a[i] <= b[i] ? 1 : 0;
                }
            }
            case GT -> {
                for (int i = 0; i < n; i++) {
                    a[i] = a[i] > b[i] ? 1 : 0;
                }
            }
            case GE -> {
                for (int i = 0; i < n; i++) {
                    a[i] = a[i] >= b[i] ? 1 : 0;
                }
            }
            default -> throw new AssertionError(f);
        }
        write(a, 0, n, y);
    }

    /// `y = condition ? x : z` for `n` elements.
    static void where(long condition, long x, long z, long y, int n) {
        float[] c = new float[n];
        float[] a = new float[n];
        float[] b = new float[n];
        read(condition, c, 0, n);
        read(x, a, 0, n);
        read(z, b, 0, n);
        for (int i = 0; i < n; i++) {
            a[i] = c[i] != 0 ? a[i] : b[i];
        }
        write(a, 0, n, y);
    }

    /// `sums[at + j] += x · y[from + j]` for `n` elements.
    private static void multiplyAdd(float x, float[] y, int from, float[] sums, int at, int n) {
        for (int j = 0; j < n; j++) {
            sums[at + j] = Math.fma(x, y[from + j], sums[at + j]);
        }
    }

    static void read(long from, float[] to, int at, int count) {
        if (Lanes.CHECKED) {
            Lanes.check(from, 4L * count);
        }
        MemorySegment.copy(Lanes.MEMORY, FLOAT, from, to, at, count);
    }

    static void write(float[] from, int at, int count, long to) {
        if (Lanes.CHECKED) {
            Lanes.check(to, 4L * count);
        }
        MemorySegment.copy(from, at, Lanes.MEMORY, FLOAT, to, count);
    }
}
