package aligrad.backends.opencl;

import aligrad.backends.opencl.Product.Form;
import aligrad.backends.opencl.driver.Buffer;
import aligrad.tensor.DType;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;

/// Compares single-precision products on a device with sums in double precision of the same
/// factors, which are computed here.
///
/// The caller runs it within [OpenClDevice#run].
final class ProductCheck {

    private static final int IMAGES = 2;
    private static final int HEIGHT = 6;
    private static final int WIDTH = 7;
    private static final int GROUPS = 2;
    private static final int CHANNELS = 5;
    private static final int TAPS_DOWN = 3;
    private static final int TAPS_ACROSS = 2;
    private static final int TAPS = TAPS_DOWN * TAPS_ACROSS * CHANNELS;

    private final OpenClDevice device;
    private final DoubleUnaryOperator rounding;
    private final double unit;
    private final SplittableRandom random = new SplittableRandom(11);

    /// @param rounding what the device does to each factor before it multiplies
    /// @param unit the relative error of each of its additions
    ProductCheck(OpenClDevice device, DoubleUnaryOperator rounding, double unit) {
        this.device = device;
        this.rounding = rounding;
        this.unit = unit;
    }

    /// A check of plain single precision.
    static ProductCheck single(OpenClDevice device) {
        return new ProductCheck(device, DoubleUnaryOperator.identity(), 0x1p-24);
    }

    /// Multiplies matrices that lie as rows and as columns, with and without a bias, alone and in a
    /// batch.
    ///
    /// @param mnk rows, columns and terms
    /// @return what is wrong; `null` if nothing is
    @Nullable String matrices(Gemm gemm, int[] mnk) {
        String wrong = null;
        for (int order = 0; order < 4 && wrong == null; order++) {
            wrong = matrices(gemm, mnk, (order & 1) != 0, (order & 2) != 0, order % 3 + 1);
        }
        return wrong;
    }

    private @Nullable String matrices(
            Gemm gemm, int[] mnk, boolean turnsA, boolean turnsB, int batch) {
        int m = mnk[0];
        int n = mnk[1];
        int k = mnk[2];
        float[] a = draw(batch * m * k);
        float[] b = draw(k * n); // the same for all of the batch
        float[] bias = batch == 1 ? null : draw(n);
        long[] sa = turnsA ? new long[] {1, m} : new long[] {k, 1};
        long[] sb = turnsB ? new long[] {1, k} : new long[] {n, 1};
        Buffer to = device.scratch(4L * batch * m * n);
        gemm.run(
                Product.of(
                        DType.F32,
                        1,
                        batch,
                        m,
                        n,
                        k,
                        new Matrix(upload(a), 0, 0, (long) m * k, sa[0], sa[1]),
                        new Matrix(upload(b), 0, 0, 0, sb[0], sb[1]),
                        bias == null ? null : new Matrix(upload(bias), 0, 0, 0, 0, 1),
                        Matrix.dense(to, batch, m, n)));
        float[] c = download(to, batch * m * n);
        double[] left = rounded(a);
        double[] right = rounded(b);
        String what =
                "%d x (%d, %d)·(%d, %d), transposed: %s and %s"
                        .formatted(batch, m, k, k, n, turnsA, turnsB);
        Sum sum = new Sum();
        for (int item = 0; item < batch; item++) {
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    sum.begin(bias == null ? 0 : bias[j]);
                    int x = (int) (item * m * k + i * sa[0]);
                    int y = (int) (j * sb[1]);
                    for (int t = 0; t < k; t++, x += (int) sa[1], y += (int) sb[0]) {
                        sum.add(left[x], right[y]);
                    }
                    float result = c[(item * m + i) * n + j];
                    if (!sum.allows(result)) {
                        return sum.message(what, i, j, result);
                    }
                }
            }
        }
        return null;
    }

    /// Multiplies windows over images, or their transpose, in two groups of channels; windows reach
    /// over the sides of the image and move by two pixels.
    ///
    /// @param outs channels of the results of a group
    /// @return what is wrong; `null` if nothing is
    @Nullable String windows(Gemm gemm, Form form, int outs) {
        Patches.Axis vertical = new Patches.Axis(HEIGHT, 1, -1, 1);
        Patches.Axis horizontal = new Patches.Axis(4, 2, -1, 1);
        long pitch = (long) GROUPS * outs;
        Patches patches =
                new Patches(
                        HEIGHT,
                        WIDTH,
                        GROUPS * CHANNELS,
                        CHANNELS,
                        TAPS_ACROSS,
                        vertical,
                        horizontal,
                        Patches.Rows.dense(vertical, horizontal, pitch));
        int pixels = IMAGES * patches.area();
        boolean turned = form == Form.TAPS;
        int m = turned ? TAPS : pixels;
        int k = turned ? pixels : TAPS;
        float[] x = draw(IMAGES * HEIGHT * WIDTH * GROUPS * CHANNELS);
        float[] other = draw(GROUPS * outs * k);
        Matrix images = new Matrix(upload(x), 0, 0, CHANNELS, 0, 0);
        Buffer factor = upload(other);
        Buffer to = device.scratch(4L * GROUPS * m * outs);
        long size = (long) outs * k;
        Matrix b =
                turned
                        ? new Matrix(factor, 0, 0, outs, pitch, 1)
                        : new Matrix(factor, 0, 0, size, 1, k);
        Matrix c =
                turned
                        ? new Matrix(to, 0, 0, (long) m * outs, outs, 1)
                        : new Matrix(to, 0, 0, outs, pitch, 1);
        gemm.run(new Product(DType.F32, 1, GROUPS, m, outs, k, form, images, b, null, c, patches));
        float[] y = download(to, GROUPS * m * outs);
        double[] left = rounded(x);
        double[] right = rounded(other);
        Sum sum = new Sum();
        for (int group = 0; group < GROUPS; group++) {
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < outs; j++) {
                    sum.begin(0);
                    for (int t = 0; t < k; t++) {
                        int pixel = turned ? t : i;
                        int place = place(patches, group, pixel, turned ? i : t);
                        int at = (int) (group * b.inner() + t * b.row() + j * b.column());
                        sum.add(place < 0 ? 0 : left[place], right[at]);
                    }
                    float result = y[(int) (group * c.inner() + i * c.row() + j * c.column())];
                    if (!sum.allows(result)) {
                        return sum.message(form + " to " + outs + " channels", i, j, result);
                    }
                }
            }
        }
        return null;
    }

    /// Where a window's element lies; -1 outside of the image.
    private static int place(Patches patches, int group, int pixel, int tap) {
        Patches.Axis down = patches.vertical();
        Patches.Axis across = patches.horizontal();
        int windowX = pixel % across.windows();
        int windowY = pixel / across.windows() % down.windows();
        int column = tap / CHANNELS;
        int y = windowY * down.stride() + down.start() + column / TAPS_ACROSS * down.step();
        int x = windowX * across.stride() + across.start() + column % TAPS_ACROSS * across.step();
        if (y < 0 || y >= HEIGHT || x < 0 || x >= WIDTH) {
            return -1;
        }
        int image = pixel / patches.area();
        return ((image * HEIGHT + y) * WIDTH + x) * patches.pitch()
                + group * CHANNELS
                + tap % CHANNELS;
    }

    /// A sum of products, and by how much the device may differ from it.
    private final class Sum {
        private double value;
        private double magnitude;
        private int terms;

        void begin(double first) {
            value = first;
            magnitude = Math.abs(first);
            terms = 1;
        }

        void add(double a, double b) {
            value += a * b;
            magnitude += Math.abs(a * b);
            terms++;
        }

        boolean allows(float result) {
            return Math.abs(result - value) <= terms * unit * magnitude;
        }

        String message(String what, int row, int column, float result) {
            return "%s: element (%d, %d) is %s instead of %s; %s off is allowed"
                    .formatted(what, row, column, result, (float) value, terms * unit * magnitude);
        }
    }

    private double[] rounded(float[] values) {
        double[] rounded = new double[values.length];
        Arrays.setAll(rounded, i -> rounding.applyAsDouble(values[i]));
        return rounded;
    }

    private float[] draw(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }

    private Buffer upload(float[] values) {
        Buffer buffer = device.scratch(4L * values.length);
        device.session().write(MemorySegment.ofArray(values), buffer, 0);
        return buffer;
    }

    private float[] download(Buffer from, int count) {
        float[] values = new float[count];
        device.session().read(from, 0, MemorySegment.ofArray(values));
        return values;
    }
}
