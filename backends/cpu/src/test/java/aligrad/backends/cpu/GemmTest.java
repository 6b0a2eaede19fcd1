package aligrad.backends.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.spi.HostMemory;
import aligrad.tensor.spi.HostStorage;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Products of every kind are compared with plain loops.
///
/// Memory that belongs to no operand, between rows and behind the end, holds NaN: reading it must
/// not matter, and writing it is noticed.
class GemmTest {

    private static final int[] SIZES = {0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 100};
    private static final int[] FEWER_SIZES = {0, 1, 8, 17, 33};

    private final SplittableRandom random = new SplittableRandom(20_240_607);
    private final List<HostStorage> storages = new ArrayList<>();

    @AfterEach
    void releaseMemory() {
        storages.forEach(HostStorage::release);
    }

    /// How an operand lies in memory: strides of an `(rows, columns)` matrix, in elements.
    private enum Order {
        ROWS, // unit column stride
        ROWS_WITH_GAPS,
        COLUMNS, // unit row stride: a transposed matrix
        COLUMNS_WITH_GAPS,
        SPREAD, // no unit stride
        SAME_ROW, // row stride 0: one row for all
        BACKWARDS; // negative strides

        long row(int rows, int columns) {
            return switch (this) {
                case ROWS -> columns;
                case ROWS_WITH_GAPS -> columns + 5;
                case COLUMNS, COLUMNS_WITH_GAPS -> 1;
                case SPREAD -> 3L * columns + 1;
                case SAME_ROW -> 0;
                case BACKWARDS -> -columns;
            };
        }

        long column(int rows, int columns) {
            return switch (this) {
                case ROWS, ROWS_WITH_GAPS, SAME_ROW -> 1;
                case COLUMNS -> rows;
                case COLUMNS_WITH_GAPS -> rows + 3;
                case SPREAD -> 3;
                case BACKWARDS -> -1;
            };
        }
    }

    /// A matrix in off-heap memory, with the numbers it holds.
    private final class Matrix {
        final int rows;
        final int columns;
        final long address;
        final long row;
        final long column;
        final double[][] values;

        private final boolean f64;
        private final HostStorage storage;
        private final boolean[] used;
        private final long first;

        Matrix(int rows, int columns, Order order, boolean f64) {
            this.rows = rows;
            this.columns = columns;
            this.f64 = f64;
            row = order.row(rows, columns);
            column = order.column(rows, columns);
            int bytes = f64 ? 8 : 4;
            long rowSpan = Math.max(rows - 1, 0) * row;
            long columnSpan = Math.max(columns - 1, 0) * column;
            first = -Math.min(rowSpan, 0) - Math.min(columnSpan, 0);
            int count = (int) (first + Math.max(rowSpan, 0) + Math.max(columnSpan, 0) + 1);
            storage = HostMemory.allocate((long) count * bytes, "test", "", true);
            storages.add(storage);
            address = storage.address() + first * bytes;
            used = new boolean[count + 64 / bytes];
            values = new double[rows][columns];
            for (int i = 0; i < used.length; i++) {
                put(i, Double.NaN);
            }
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    used[index(i, j)] = true;
                    double value = random.nextDouble() - 0.5;
                    values[i][j] = f64 ? value : (float) value;
                    if (row == 0) {
                        values[i][j] = values[0][j];
                    }
                    put(index(i, j), values[i][j]);
                }
            }
        }

        int index(int i, int j) {
            return (int) (first + i * row + j * column);
        }

        void put(int index, double value) {
            if (f64) {
                Lanes.putF64(storage.address() + 8L * index, value);
            } else {
                Lanes.putF32(storage.address() + 4L * index, (float) value);
            }
        }

        double get(int index) {
            return f64
                    ? Lanes.f64(storage.address() + 8L * index)
                    : Lanes.f32(storage.address() + 4L * index);
        }

        double get(int i, int j) {
            return get(index(i, j));
        }

        boolean isUntouchedElsewhere() {
            for (int i = 0; i < used.length; i++) {
                if (!used[i] && !Double.isNaN(get(i))) {
                    return false;
                }
            }
            return true;
        }
    }

    /// One product of every operand order asked for, compared element by element.
    private void compare(
            boolean f64,
            int m,
            int n,
            int k,
            Order orderA,
            Order orderB,
            boolean bias,
            boolean add) {
        Matrix a = new Matrix(m, k, orderA, f64);
        Matrix b = new Matrix(k, n, orderB, f64);
        Matrix c = new Matrix(m, n, Order.ROWS_WITH_GAPS, f64);
        Matrix v = new Matrix(1, n, Order.ROWS, f64);
        product(f64, a, b, c, bias ? v : null, add);
        String name =
                "%s (%d, %d)·(%d, %d), A %s, B %s%s%s"
                        .formatted(
                                f64 ? "f64" : "f32",
                                m,
                                k,
                                k,
                                n,
                                orderA,
                                orderB,
                                bias ? ", bias" : "",
                                add ? ", accumulate" : "");
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                Sum sum = new Sum(add ? c.values[i][j] : 0, bias ? v.values[0][j] : 0);
                for (int p = 0; p < k; p++) {
                    sum.add(a.values[i][p], b.values[p][j]);
                }
                assertThat(Math.abs(c.get(i, j) - sum.value()))
                        .as("error of element (%d, %d) of %s", i, j, name)
                        .isLessThanOrEqualTo(bound(k, f64) * sum.magnitude());
            }
        }
        assertThat(c.isUntouchedElsewhere()).as("memory around C, %s", name).isTrue();
    }

    /// Each element is a sum of `k` products and at most two more terms, so at most `k + 2`
    /// roundings act on a product: the relative error is below `γ(k + 2) = (k + 2) u / (1 - (k + 2)
    /// u)` of the sum of magnitudes (Higham, *Accuracy and Stability of Numerical Algorithms*,
    /// section 3.1).
    private static double bound(int k, boolean f64) {
        double u = f64 ? 0x1p-53 : 0x1p-24;
        return (k + 2) * u / (1 - (k + 2) * u);
    }

    /// A sum of products in twice the precision of double (Ogita, Rump and Oishi 2005, Dot2).
    private static final class Sum {
        private double high;
        private double low;
        private double magnitude;

        Sum(double... starts) {
            for (double start : starts) {
                add(start, 1);
            }
        }

        void add(double x, double y) {
            double product = x * y;
            double error = Math.fma(x, y, -product);
            double sum = high + product;
            double back = sum - high;
            error += (high - (sum - back)) + (product - back);
            high = sum;
            low += error;
            magnitude += Math.abs(product);
        }

        /// The sum of the absolute values.
        double magnitude() {
            return magnitude;
        }

        double value() {
            return high + low;
        }
    }

    private static void product(
            boolean f64, Matrix a, Matrix b, Matrix c, @Nullable Matrix bias, boolean add) {
        long v = bias == null ? 0 : bias.address;
        if (f64) {
            Gemm.f64(
                    c.rows, c.columns, a.columns, a.address, a.row, a.column, b.address, b.row,
                    b.column, c.address, c.row, v, add);
        } else {
            Gemm.f32(
                    c.rows, c.columns, a.columns, a.address, a.row, a.column, b.address, b.row,
                    b.column, c.address, c.row, v, add);
        }
    }

    @Test
    void multipliesEveryOrderOfRaggedSizes() {
        for (boolean f64 : new boolean[] {false, true}) {
            for (int m : FEWER_SIZES) {
                for (int n : FEWER_SIZES) {
                    for (int k : FEWER_SIZES) {
                        for (Order orderA : Order.values()) {
                            for (Order orderB : Order.values()) {
                                compare(f64, m, n, k, orderA, orderB, false, false);
                            }
                        }
                    }
                }
            }
        }
    }

    @Test
    void multipliesEverySizeOfEachAxis() {
        for (boolean f64 : new boolean[] {false, true}) {
            for (int size : SIZES) {
                for (Order order : List.of(Order.ROWS, Order.COLUMNS)) {
                    compare(f64, size, 17, 33, Order.ROWS, order, false, false);
                    compare(f64, 17, size, 33, order, Order.ROWS, false, false);
                    compare(f64, 17, 33, size, Order.ROWS, order, false, false);
                    compare(f64, size, 1, 100, order, Order.ROWS, false, false);
                    compare(f64, 2, size, 100, Order.ROWS, order, false, false);
                    compare(f64, 1, 100, size, order, Order.COLUMNS, false, false);
                }
            }
        }
    }

    @Test
    void addsTheBiasAndWhatCHolds() {
        for (boolean f64 : new boolean[] {false, true}) {
            for (int m : new int[] {1, 3, 17}) {
                for (int n : new int[] {1, 3, 17, 33}) {
                    for (int k : new int[] {0, 1, 40}) {
                        for (Order order : Order.values()) {
                            compare(f64, m, n, k, Order.ROWS, order, true, false);
                            compare(f64, m, n, k, order, Order.ROWS, false, true);
                            compare(f64, m, n, k, order, Order.COLUMNS, true, true);
                        }
                    }
                }
            }
        }
    }

    /// 400 rows are three blocks, 600 floats of depth three slices, 300 columns two blocks of
    /// strips.
    @Test
    void multipliesAcrossBlocksAndSlices() {
        for (Order orderA : List.of(Order.ROWS, Order.COLUMNS, Order.SPREAD)) {
            for (Order orderB : List.of(Order.ROWS, Order.COLUMNS)) {
                compare(false, 400, 300, 600, orderA, orderB, true, false);
                compare(false, 70, 300, 300, orderA, orderB, false, true);
                compare(true, 130, 170, 300, orderA, orderB, true, true);
            }
        }
    }

    /// From 256 columns on `A` is packed in panels of six rows, here with one to six in the last,
    /// and an odd number of terms in the last slice.
    @Test
    void multipliesPanels() {
        for (Order orderA : Order.values()) {
            for (int m = 66; m <= 72; m++) {
                compare(false, m, 260, 300 + m, orderA, Order.ROWS, true, false);
                compare(true, m, 270, 120 + m, orderA, Order.COLUMNS, false, true);
            }
        }
    }

    /// More than 4096 rows have their incomplete sums kept in several parts.
    @Test
    void multipliesMoreRowsThanHaveTheirSumsKeptAtOnce() {
        compare(false, 4200, 40, 600, Order.ROWS, Order.ROWS, true, false);
        compare(false, 4099, 260, 513, Order.COLUMNS, Order.ROWS, false, true);
    }

    /// More than 1536 rows, 2048 columns, and 512 of depth are packed in several parts.
    @Test
    void multipliesMoreThanIsPackedAtOnce() {
        compare(false, 1600, 40, 900, Order.ROWS, Order.ROWS, true, false);
        compare(false, 65, 2100, 64, Order.COLUMNS, Order.COLUMNS, false, false);
        compare(false, 66, 50, 2100, Order.ROWS, Order.ROWS, false, true);
        compare(true, 66, 1050, 1100, Order.ROWS, Order.COLUMNS, true, false);
    }

    @Test
    void isOneChainOfFusedMultiplyAddsInTheOrderOfK() {
        int[][] shapes = {
            {16, 134, 256},
            {134, 16, 256},
            {16, 65, 135},
            {4, 16, 16},
            {150, 90, 400},
            {100, 519, 275}
        };
        for (int[] shape : shapes) {
            for (Order orderA : List.of(Order.ROWS, Order.COLUMNS)) {
                for (Order orderB : List.of(Order.ROWS, Order.COLUMNS)) {
                    Matrix a = new Matrix(shape[0], shape[1], orderA, false);
                    Matrix b = new Matrix(shape[1], shape[2], orderB, false);
                    Matrix c = new Matrix(shape[0], shape[2], Order.ROWS, false);
                    product(false, a, b, c, null, true);
                    for (int i = 0; i < c.rows; i++) {
                        for (int j = 0; j < c.columns; j++) {
                            float chain = (float) c.values[i][j];
                            for (int p = 0; p < a.columns; p++) {
                                chain =
                                        Math.fma(
                                                (float) a.values[i][p],
                                                (float) b.values[p][j],
                                                chain);
                            }
                            assertThat((float) c.get(i, j)).isEqualTo(chain);
                        }
                    }
                }
            }
        }
    }

    @Test
    void multipliesBatchesWithSharedAndWithOwnOperands() {
        int[][] shapes = {
            {16, 4, 16, 16}, {3, 17, 33, 9}, {5, 1, 20, 31}, {70, 40, 45, 50}, {2, 0, 3, 4}
        };
        for (int[] s : shapes) {
            for (boolean f64 : new boolean[] {false, true}) {
                for (int shared = 0; shared < 4; shared++) {
                    batch(f64, s[0], s[1], s[2], s[3], (shared & 1) != 0, (shared & 2) != 0);
                }
            }
        }
    }

    private void batch(
            boolean f64, int batch, int m, int n, int k, boolean sharedA, boolean sharedB) {
        Matrix a = new Matrix((sharedA ? 1 : batch) * m, k, Order.ROWS, f64);
        Matrix b = new Matrix(n, (sharedB ? 1 : batch) * k, Order.ROWS_WITH_GAPS, f64);
        Matrix c = new Matrix(batch * m, n, Order.ROWS_WITH_GAPS, f64);
        Matrix bias = new Matrix(1, n, Order.ROWS, f64);
        long aBatch = sharedA ? 0 : (long) m * k;
        long bBatch = sharedB ? 0 : k; // item i of B: its columns i k to i k + k - 1, transposed
        long cBatch = m * c.row;
        if (f64) {
            Gemm.batchedF64(
                    batch,
                    m,
                    n,
                    k,
                    a.address,
                    aBatch,
                    k,
                    1,
                    b.address,
                    bBatch,
                    1,
                    b.row,
                    c.address,
                    cBatch,
                    c.row,
                    bias.address,
                    false);
        } else {
            Gemm.batchedF32(
                    batch,
                    m,
                    n,
                    k,
                    a.address,
                    aBatch,
                    k,
                    1,
                    b.address,
                    bBatch,
                    1,
                    b.row,
                    c.address,
                    cBatch,
                    c.row,
                    bias.address,
                    false);
        }
        for (int item = 0; item < batch; item++) {
            int firstRow = sharedA ? 0 : item * m;
            int firstK = sharedB ? 0 : item * k;
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    Sum sum = new Sum(bias.values[0][j]);
                    for (int p = 0; p < k; p++) {
                        sum.add(a.values[firstRow + i][p], b.values[j][firstK + p]);
                    }
                    assertThat(Math.abs(c.get(item * m + i, j) - sum.value()))
                            .as("item %d of %d x (%d, %d)·(%d, %d)", item, batch, m, k, k, n)
                            .isLessThanOrEqualTo(bound(k, f64) * sum.magnitude());
                }
            }
        }
        assertThat(c.isUntouchedElsewhere()).isTrue();
    }

    @Test
    void givesTheSameBitsOnAnyNumberOfThreads() {
        int before = Workers.threads();
        int[][] shapes = {
            {300, 200, 300}, {2000, 30, 100}, {16, 3000, 120}, {1, 3000, 800}, {900, 1, 1500}
        };
        try {
            for (int[] s : shapes) {
                for (Order orderB : List.of(Order.ROWS, Order.COLUMNS)) {
                    Matrix a = new Matrix(s[0], s[2], Order.ROWS, false);
                    Matrix b = new Matrix(s[2], s[1], orderB, false);
                    Matrix first = new Matrix(s[0], s[1], Order.ROWS, false);
                    Workers.setThreads(1);
                    product(false, a, b, first, null, false);
                    for (int threads : new int[] {2, 3, 4, 8}) {
                        Matrix c = new Matrix(s[0], s[1], Order.ROWS, false);
                        Workers.setThreads(threads);
                        product(false, a, b, c, null, false);
                        for (int i = 0; i < c.rows; i++) {
                            for (int j = 0; j < c.columns; j++) {
                                assertThat(c.get(i, j)).isEqualTo(first.get(i, j));
                            }
                        }
                    }
                }
            }
        } finally {
            Workers.setThreads(before);
        }
    }
}
