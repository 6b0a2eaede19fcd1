package aligrad.backends.conformance;

import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;

/// Matrix products of every shape, arrangement, batch and with a bias.
abstract class ContractionConformance {

    private static final DType[] TYPES = {DType.F32, DType.F64};

    private final Oracle oracle;
    private final Samples samples = new Samples(20);

    ContractionConformance(Oracle oracle) {
        this.oracle = oracle;
    }

    @Test
    void everyRaggedShape() {
        for (DType dtype : TYPES) {
            for (int m : Samples.EXTENTS) {
                for (int n : Samples.EXTENTS) {
                    int k = samples.oneOf(List.of(0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 100));
                    multiply(
                            dtype,
                            Shape.of(m, k),
                            Shape.of(k, n),
                            Arrangement.DENSE,
                            Arrangement.DENSE);
                }
            }
            for (int k : Samples.EXTENTS) {
                multiply(
                        dtype,
                        Shape.of(17, k),
                        Shape.of(k, 33),
                        Arrangement.DENSE,
                        Arrangement.DENSE);
                multiply(
                        dtype,
                        Shape.of(1, k),
                        Shape.of(k, 100),
                        Arrangement.DENSE,
                        Arrangement.TRANSPOSED);
                multiply(
                        dtype,
                        Shape.of(100, k),
                        Shape.of(k, 1),
                        Arrangement.TRANSPOSED,
                        Arrangement.DENSE);
            }
        }
    }

    @Test
    void everyPairOfArrangements() {
        for (DType dtype : TYPES) {
            for (Arrangement a : Arrangement.values()) {
                for (Arrangement b : Arrangement.values()) {
                    multiply(dtype, Shape.of(9, 33), Shape.of(33, 17), a, b);
                    multiply(dtype, Shape.of(100, 31), Shape.of(31, 65), a, b);
                    multiply(dtype, Shape.of(3, 8, 15), Shape.of(3, 15, 7), a, b);
                }
            }
        }
    }

    @Test
    void largeMatrices() {
        multiply(
                DType.F32,
                Shape.of(301, 517),
                Shape.of(517, 259),
                Arrangement.DENSE,
                Arrangement.DENSE);
        multiply(
                DType.F32,
                Shape.of(130, 1031),
                Shape.of(1031, 70),
                Arrangement.TRANSPOSED,
                Arrangement.DENSE);
        multiply(
                DType.F32,
                Shape.of(64, 2048),
                Shape.of(2048, 33),
                Arrangement.DENSE,
                Arrangement.TRANSPOSED);
        multiply(
                DType.F32,
                Shape.of(1, 1500),
                Shape.of(1500, 700),
                Arrangement.DENSE,
                Arrangement.DENSE);
        multiply(
                DType.F32,
                Shape.of(700, 1500),
                Shape.of(1500, 1),
                Arrangement.DENSE,
                Arrangement.DENSE);
        multiply(
                DType.F32,
                Shape.of(1000, 1),
                Shape.of(1, 700),
                Arrangement.DENSE,
                Arrangement.DENSE);
        multiply(
                DType.F64,
                Shape.of(131, 257),
                Shape.of(257, 99),
                Arrangement.DENSE,
                Arrangement.TRANSPOSED);
    }

    @Test
    void leadingAxesBroadcast() {
        int[][][] pairs = {
            {{5}, {5}},
            {{5}, {}},
            {{}, {5}},
            {{5}, {1}},
            {{1}, {5}},
            {{3, 1}, {4}},
            {{3, 4}, {1, 4}},
            {{2, 3}, {2, 3}},
            {{2, 1, 3}, {4, 1}},
            {{0}, {0}},
            {{0}, {1}},
            {{2, 3}, {}}
        };
        for (DType dtype : TYPES) {
            for (int[][] pair : pairs) {
                for (int[] mkn : new int[][] {{4, 9, 7}, {1, 16, 33}, {17, 8, 1}, {16, 16, 16}}) {
                    Shape a = with(pair[0], mkn[0], mkn[1]);
                    Shape b = with(pair[1], mkn[1], mkn[2]);
                    multiply(dtype, a, b, Arrangement.DENSE, Arrangement.DENSE);
                    multiply(dtype, a, b, Arrangement.PITCHED, Arrangement.TRANSPOSED);
                }
            }
            multiply(
                    dtype,
                    Shape.of(64, 33, 20),
                    Shape.of(64, 20, 15),
                    Arrangement.DENSE,
                    Arrangement.DENSE);
        }
    }

    @Test
    void transposedMatricesOfABatch() {
        for (DType dtype : TYPES) {
            for (int[] mkn : new int[][] {{9, 17, 8}, {33, 16, 31}, {7, 64, 100}}) {
                Operand a = oracle.operand(samples.draw(dtype, Shape.of(4, mkn[0], mkn[1])));
                Operand b = oracle.operand(samples.draw(dtype, Shape.of(4, mkn[2], mkn[1])));
                Operand c = oracle.operand(samples.draw(dtype, Shape.of(4, mkn[0], mkn[2])));
                check(mkn[1], x -> x[0], x -> x[1].transpose(), a, b);
                check(mkn[0], x -> x[0].transpose(), x -> x[1], a, c);
                check(mkn[2], x -> x[1].transpose(), x -> x[0].transpose(), c, b);
            }
            Operand heads =
                    oracle.operand(samples.draw(dtype, Shape.of(2, 9, 3, 8))); // (B, T, H, D)
            check(8, x -> x[0].transpose(1, 2), x -> x[0].permute(0, 2, 3, 1), heads);
        }
    }

    @Test
    void vectorsAreMatricesOfOneRowOrColumn() {
        for (DType dtype : TYPES) {
            for (int k : new int[] {1, 9, 33, 100}) {
                Operand v = oracle.operand(samples.draw(dtype, Shape.of(k)), Arrangement.STEPPED);
                Operand w = oracle.operand(samples.draw(dtype, Shape.of(k)));
                Operand m = oracle.operand(samples.draw(dtype, Shape.of(17, k)));
                check(k, x -> x[0], x -> x[1], v, w);
                check(k, x -> x[0], x -> x[1], m, v);
                check(k, x -> x[1], x -> x[0].transpose(), m, v);
            }
        }
    }

    @Test
    void theBiasIsAddedInTheSamePass() {
        for (DType dtype : TYPES) {
            for (int[] mkn :
                    new int[][] {
                        {1, 9, 7}, {9, 0, 33}, {33, 17, 16}, {100, 31, 65}, {300, 128, 100}
                    }) {
                for (Arrangement arrangement : Arrangement.values()) {
                    Operand a = oracle.operand(samples.draw(dtype, Shape.of(mkn[0], mkn[1])));
                    Operand w =
                            oracle.operand(
                                    samples.draw(dtype, Shape.of(mkn[1], mkn[2])), arrangement);
                    Operand bias =
                            oracle.operand(samples.draw(dtype, Shape.of(mkn[2])), arrangement);
                    oracle.check(
                            "affine",
                            oracle.products(
                                    mkn[1] + 1, x -> x[0].abs().matmul(x[1].abs()).add(x[2].abs())),
                            x -> x[0].affine(x[1], x[2]),
                            a,
                            w,
                            bias);
                }
            }
            Operand batch = oracle.operand(samples.draw(dtype, Shape.of(3, 5, 9)));
            Operand w = oracle.operand(samples.draw(dtype, Shape.of(9, 17)));
            Operand bias = oracle.operand(samples.draw(dtype, Shape.of(17)));
            oracle.check(
                    "affine",
                    oracle.products(10, x -> x[0].abs().matmul(x[1].abs()).add(x[2].abs())),
                    x -> x[0].affine(x[1], x[2]),
                    batch,
                    w,
                    bias);
        }
    }

    @Test
    void pendingOperandsAreComputedBefore() {
        Operand a = oracle.operand(samples.draw(DType.F32, Shape.of(9, 33)));
        Operand b = oracle.operand(samples.draw(DType.F32, Shape.of(33, 17)));
        check(33, x -> x[0].mul(2).relu(), x -> x[1].neg().abs(), a, b);
    }

    @Test
    void infinitiesStayInTheirRowsAndColumns() {
        double[] values = new double[33 * 33];
        Arrays.fill(values, 1);
        values[5 * 33 + 7] = Double.POSITIVE_INFINITY;
        values[9 * 33 + 32] = Double.NaN;
        Operand a = oracle.operand(Samples.of(values, DType.F32, Shape.of(33, 33)));
        Operand b = oracle.operand(samples.uniform(DType.F32, Shape.of(33, 33), 1, 2));
        oracle.check(
                "matmul", oracle.products(40, x -> sums(x[0], x[1])), x -> x[0].matmul(x[1]), a, b);
        oracle.check(
                "matmul", oracle.products(40, x -> sums(x[1], x[0])), x -> x[1].matmul(x[0]), a, b);
    }

    private static Shape with(int[] batch, int rows, int columns) {
        int[] extents = Arrays.copyOf(batch, batch.length + 2);
        extents[batch.length] = rows;
        extents[batch.length + 1] = columns;
        return Shape.of(extents);
    }

    private void multiply(DType dtype, Shape a, Shape b, Arrangement ofA, Arrangement ofB) {
        Operand p = oracle.operand(samples.draw(dtype, a), ofA);
        Operand q = oracle.operand(samples.draw(dtype, b), ofB);
        check(a.extent(-1), x -> x[0], x -> x[1], p, q);
    }

    /// `k` products are rounded and added: at most `k` roundings of the sum of magnitudes.
    private void check(int k, Calculation left, Calculation right, Operand... operands) {
        oracle.check(
                "matmul",
                oracle.products(k, x -> sums(left.of(x), right.of(x))),
                x -> left.of(x).matmul(right.of(x)),
                operands);
    }

    private static Tensor sums(Tensor a, Tensor b) {
        return a.abs().matmul(b.abs());
    }
}
