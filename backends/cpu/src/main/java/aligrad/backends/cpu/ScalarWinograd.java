package aligrad.backends.cpu;

/// What [WinogradLoops] compute, number by number on the heap, with the same bits: it stands in for
/// each of them until that is fast, see [ColdLoop].
final class ScalarWinograd {

    private static final int LANES = Species.LANES_32;

    private static final float SIXTH = 1 / 6f;
    private static final float TWELFTH = 1 / 12f;
    private static final float TWENTY_FOURTH = 1 / 24f;

    private ScalarWinograd() {}

    /// Multiplies a line of a matrix by one of the small matrices, in each lane: element `i` of the
    /// line begins at `x[from + i * fromStep]` and goes to `y[to + i * toStep]`.
    private interface Line {
        void transform(float[] x, int from, int fromStep, float[] y, int to, int toStep);
    }

    /// [WinogradLoops#ofPatch].
    static void ofPatch(long[] from, int channels, long to, long step) {
        for (int c = 0; c < channels; c += LANES) {
            long at = 4L * c;
            float[] x = read(from, at);
            float[] y = transform(ScalarWinograd::bTransposed, x, 6, 6);
            write(y, LANES, to + at, step);
        }
    }

    /// [WinogradLoops#ofPoints].
    static void ofPoints(long from, long step, long bias, long[] to, int channels) {
        float[] b = new float[LANES];
        for (int c = 0; c < channels; c += LANES) {
            long at = 4L * c;
            float[] x = read(36, from + at, step);
            float[] y = transform(ScalarWinograd::aTransposed, x, 6, 4);
            ScalarLoops.read(bias + at, b, 0, LANES);
            for (int i = 0; i < y.length; i++) {
                y[i] += b[i % LANES];
            }
            int count = Math.min(LANES, channels - c);
            for (int i = 0; i < to.length; i++) {
                ScalarLoops.write(y, i * LANES, count, to[i] + at);
            }
        }
    }

    /// [WinogradLoops#ofGradient].
    static void ofGradient(long[] from, int channels, long to, long step) {
        for (int c = 0; c < channels; c += LANES) {
            long at = 4L * c;
            float[] y = transform(ScalarWinograd::a, read(from, at), 4, 6);
            write(y, LANES, to + at, step);
        }
    }

    /// [WinogradLoops#ofFilter].
    static void ofFilter(long from, long tap, int channels, long to, long step) {
        for (int c = 0; c < channels; c += LANES) {
            long at = 4L * c;
            float[] y = transform(ScalarWinograd::g, read(9, from + at, tap), 3, 6);
            write(y, LANES, to + at, step);
        }
    }

    /// [WinogradLoops#ofFilterPoints].
    static void ofFilterPoints(long from, long step, long to, long tap, int channels) {
        for (int c = 0; c < channels; c += LANES) {
            long at = 4L * c;
            float[] y = transform(ScalarWinograd::gTransposed, read(36, from + at, step), 6, 3);
            write(y, Math.min(LANES, channels - c), to + at, tap);
        }
    }

    /// The rows of the `(n, n)` matrix in `x`, then the columns of what they became: `(m, m)`.
    private static float[] transform(Line line, float[] x, int n, int m) {
        float[] half = new float[n * m * LANES];
        for (int i = 0; i < n; i++) {
            line.transform(x, i * n * LANES, LANES, half, i * m * LANES, LANES);
        }
        float[] y = new float[m * m * LANES];
        for (int j = 0; j < m; j++) {
            line.transform(half, j * LANES, m * LANES, y, j * LANES, m * LANES);
        }
        return y;
    }

    private static float[] read(long[] from, long at) {
        float[] x = new float[from.length * LANES];
        for (int i = 0; i < from.length; i++) {
            ScalarLoops.read(from[i] + at, x, i * LANES, LANES);
        }
        return x;
    }

    private static float[] read(int count, long from, long step) {
        float[] x = new float[count * LANES];
        for (int i = 0; i < count; i++) {
            ScalarLoops.read(from + i * step, x, i * LANES, LANES);
        }
        return x;
    }

    private static void write(float[] y, int lanes, long to, long step) {
        for (int i = 0; i < y.length / LANES; i++) {
            ScalarLoops.write(y, i * LANES, lanes, to + i * step);
        }
    }

    private static void bTransposed(float[] x, int from, int xs, float[] y, int to, int ys) {
        for (int lane = 0; lane < LANES; lane++) {
            int p = from + lane;
            int q = to + lane;
            float d1 = x[p + xs];
            float d2 = x[p + 2 * xs];
            float d3 = x[p + 3 * xs];
            float d4 = x[p + 4 * xs];
            float even = Math.fma(d2, -4f, d4);
            float odd = Math.fma(d1, -4f, d3);
            float near = d4 - d2;
            float far = d3 - d1;
            y[q] = Math.fma(d2, -5f, Math.fma(x[p], 4f, d4));
            y[q + ys] = even + odd;
            y[q + 2 * ys] = even - odd;
            y[q + 3 * ys] = Math.fma(far, 2f, near);
            y[q + 4 * ys] = Math.fma(far, -2f, near);
            y[q + 5 * ys] = Math.fma(d3, -5f, Math.fma(d1, 4f, x[p + 5 * xs]));
        }
    }

    private static void aTransposed(float[] x, int from, int xs, float[] y, int to, int ys) {
        for (int lane = 0; lane < LANES; lane++) {
            int p = from + lane;
            int q = to + lane;
            float m1 = x[p + xs];
            float m2 = x[p + 2 * xs];
            float m3 = x[p + 3 * xs];
            float m4 = x[p + 4 * xs];
            float sum1 = m1 + m2;
            float sum2 = m3 + m4;
            float difference1 = m1 - m2;
            float difference2 = m3 - m4;
            y[q] = x[p] + sum1 + sum2;
            y[q + ys] = Math.fma(difference2, 2f, difference1);
            y[q + 2 * ys] = Math.fma(sum2, 4f, sum1);
            y[q + 3 * ys] = Math.fma(difference2, 8f, difference1) + x[p + 5 * xs];
        }
    }

    private static void a(float[] x, int from, int xs, float[] y, int to, int ys) {
        for (int lane = 0; lane < LANES; lane++) {
            int p = from + lane;
            int q = to + lane;
            float y0 = x[p];
            float y1 = x[p + xs];
            float y2 = x[p + 2 * xs];
            float y3 = x[p + 3 * xs];
            float even1 = y0 + y2;
            float odd1 = y1 + y3;
            float even2 = Math.fma(y2, 4f, y0);
            float odd2 = Math.fma(y3, 4f, y1);
            y[q] = y0;
            y[q + ys] = even1 + odd1;
            y[q + 2 * ys] = even1 - odd1;
            y[q + 3 * ys] = Math.fma(odd2, 2f, even2);
            y[q + 4 * ys] = Math.fma(odd2, -2f, even2);
            y[q + 5 * ys] = y3;
        }
    }

    private static void g(float[] x, int from, int xs, float[] y, int to, int ys) {
        for (int lane = 0; lane < LANES; lane++) {
            int p = from + lane;
            int q = to + lane;
            float g0 = x[p];
            float g1 = x[p + xs];
            float g2 = x[p + 2 * xs];
            float ends = g0 + g2;
            float outer = Math.fma(g2, 4f, g0) * TWENTY_FOURTH;
            y[q] = g0 * 0.25f;
            y[q + ys] = (ends + g1) * -SIXTH;
            y[q + 2 * ys] = (g1 - ends) * SIXTH;
            y[q + 3 * ys] = Math.fma(g1, TWELFTH, outer);
            y[q + 4 * ys] = Math.fma(g1, -TWELFTH, outer);
            y[q + 5 * ys] = g2;
        }
    }

    private static void gTransposed(float[] x, int from, int xs, float[] y, int to, int ys) {
        for (int lane = 0; lane < LANES; lane++) {
            int p = from + lane;
            int q = to + lane;
            float m1 = x[p + xs];
            float m2 = x[p + 2 * xs];
            float m3 = x[p + 3 * xs];
            float m4 = x[p + 4 * xs];
            float sum1 = m1 + m2;
            float sum2 = m3 + m4;
            float ends = Math.fma(sum2, TWENTY_FOURTH, x[p] * 0.25f);
            y[q] = Math.fma(sum1, -SIXTH, ends);
            y[q + ys] = Math.fma(m3 - m4, TWELFTH, (m2 - m1) * SIXTH);
            y[q + 2 * ys] = Math.fma(sum2 - sum1, SIXTH, x[p + 5 * xs]);
        }
    }
}
