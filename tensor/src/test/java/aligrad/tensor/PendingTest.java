package aligrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// That results are pending cannot be seen, whatever is computed from them and in which order.
class PendingTest {

    @Test
    void pointwiseResultsArePendingUntilTheirNumbersAreNeeded() {
        Tensor x = Tensor.ones(3);
        Tensor y = x.copy().add(1).exp();
        assertThat(y.isComputed()).isFalse();
        y.toDoubleArray();
        assertThat(y.isComputed()).isTrue();
        assertThat(y.op()).isNull(); // nobody will ask how
    }

    @Test
    void chainsOfAnyLengthAreComputed() {
        Tensor x = Tensor.zeros(2);
        Tensor sum = x;
        for (int i = 0; i < 10_000; i++) {
            sum = sum.add(1);
        }
        assertThat(sum.toDoubleArray()).containsExactly(10_000, 10_000);
        Tensor twice = Tensor.full(1, DType.F64, 2);
        for (int i = 0; i < 100; i++) {
            twice = twice.add(twice);
        }
        assertThat(twice.toDoubleArray()).containsExactly(0x1p100, 0x1p100);
    }

    @Test
    void expressionsWithManyLeavesAreComputed() {
        Tensor sum = Tensor.zeros(2);
        for (int i = 0; i < 500; i++) {
            sum = sum.add(Tensor.of(new float[] {i, -i}, 2));
        }
        assertThat(sum.toDoubleArray()).containsExactly(124_750, -124_750); // 499·500/2
    }

    @Test
    void wideTreesAreComputed() {
        List<Tensor> level = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            level.add(Tensor.of(new double[] {i}, 1).mul(1));
        }
        while (level.size() > 1) {
            List<Tensor> next = new ArrayList<>();
            for (int i = 0; i < level.size(); i += 2) {
                next.add(level.get(i).add(level.get(i + 1)));
            }
            level = next;
        }
        assertThat(level.getFirst().item()).isEqualTo(255 * 128);
        Tensor where = Tensor.of(new boolean[] {true}, 1);
        Tensor nested = Tensor.of(new float[] {1}, 1);
        for (int i = 0; i < 200; i++) { // three inputs each
            Tensor condition = Tensor.of(new float[] {i}, 1).lt(100);
            nested = condition.and(where).where(nested.add(1), Tensor.of(new float[] {i}, 1));
        }
        assertThat(nested.item()).isEqualTo(199);
    }

    /// Random graphs, with every node's numbers computed beside it in plain Java.
    @Test
    void randomGraphsHaveTheRightNumbersInAnyOrder() {
        SplittableRandom random = new SplittableRandom(5);
        for (int trial = 0; trial < 200; trial++) {
            List<Tensor> tensors = new ArrayList<>();
            List<double[]> values = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                double[] leaf = random.doubles(6, -1, 1).toArray();
                tensors.add(Tensor.of(leaf, 2, 3));
                values.add(leaf);
            }
            int nodes = random.nextInt(5, 80);
            for (int n = 0; n < nodes; n++) {
                int i = pick(random, tensors.size());
                int j = pick(random, tensors.size());
                Tensor a = tensors.get(i);
                Tensor b = tensors.get(j);
                double[] p = values.get(i);
                double[] q = values.get(j);
                double[] r = new double[6];
                int kind = random.nextInt(6);
                for (int k = 0; k < 6; k++) {
                    r[k] =
                            switch (kind) {
                                case 0 -> p[k] * 0.5 + q[k] * 0.5;
                                case 1 -> p[k] * q[k];
                                case 2 -> Math.max(p[k], -q[k]);
                                case 3 -> p[k] > 0.1 ? q[k] : p[k];
                                case 4 -> p[k] - q[k % 3]; // the first row
                                default -> Math.floor(8 * p[k]) / 8;
                            };
                }
                tensors.add(
                        switch (kind) {
                            case 0 -> a.mul(0.5).add(b.mul(0.5));
                            case 1 -> a.mul(b);
                            case 2 -> a.maximum(b.neg());
                            case 3 -> a.gt(0.1).where(b, a);
                            case 4 -> a.sub(b.select(0, 0));
                            default -> a.mul(8).floor().div(8);
                        });
                values.add(r);
                if (random.nextInt(4) == 0) {
                    int look = random.nextInt(tensors.size());
                    assertThat(tensors.get(look).toDoubleArray()).isEqualTo(values.get(look));
                }
            }
            for (int i = 0; i < tensors.size(); i++) {
                assertThat(tensors.get(i).toDoubleArray()).isEqualTo(values.get(i));
            }
        }
    }

    private static int pick(SplittableRandom random, int size) {
        int one = random.nextInt(size);
        int other = random.nextInt(size);
        return Math.max(one, other); // prefers what is deep
    }

    @Test
    void aSumTakesAPendingExpressionAndLeavesItAsItWas() {
        Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        Tensor pending = x.mul(2).add(1);
        assertThat(pending.sum(0).toDoubleArray()).containsExactly(12, 16, 20);
        assertThat(pending.sum(1).toDoubleArray()).containsExactly(15, 33);
        assertThat(pending.toDoubleArray()).containsExactly(3, 5, 7, 9, 11, 13);
    }

    @Test
    void smallPendingTensorsBroadcastIntoLargeOnes() {
        Tensor column = Tensor.range(300).to(DType.F64).reshape(300, 1).mul(2).sqrt();
        Tensor large = column.add(Tensor.zeros(1, 1000).to(DType.F64)).sub(column);
        assertThat(large.toDoubleArray()).hasSize(300_000).containsOnly(0);
    }

    @Test
    void constantsOfDifferentTensorsAreNotMixedUp() {
        Tensor x = Tensor.ones(2);
        for (int i = 0; i < 20; i++) {
            // one structure, one kernel, other constants
            assertThat(x.mul(i).add(10 * i).toDoubleArray()[1]).isEqualTo(11 * i);
        }
    }
}
