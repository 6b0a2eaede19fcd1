package aligrad.tensor.spi;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.Selections;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

class ReferenceOrderingTest {

    private static final float NAN = Float.NaN;

    @Test
    void sortsAndKeepsTheOrderOfEqualElements() {
        Tensor x = Tensor.of(new float[] {2, 1, 2, -0f, 0f}, 5);
        assertThat(x.argsort(0, false).toLongArray()).containsExactly(3, 4, 1, 0, 2);
        assertThat(x.argsort(0, true).toLongArray()).containsExactly(0, 2, 1, 3, 4);
    }

    @Test
    void countsNotANumberAsTheLargest() {
        Tensor x = Tensor.of(new float[] {1, NAN, Float.POSITIVE_INFINITY, NAN}, 4);
        assertThat(x.argsort(0, false).toLongArray()).containsExactly(0, 2, 1, 3);
        assertThat(x.argsort(0, true).toLongArray()).containsExactly(1, 3, 2, 0);
        assertThat(x.argmax(0).item()).isEqualTo(1);
        assertThat(x.argmin(0).item()).isEqualTo(1);
    }

    @Test
    void worksAlongAnyAxis() {
        // 3 1
        // 1 1
        // 2 5
        Tensor x = Tensor.of(new int[] {3, 1, 1, 1, 2, 5}, 3, 2);
        assertThat(x.argsort(0, false).toLongArray()).containsExactly(1, 0, 2, 1, 0, 2);
        assertThat(x.argmax(0).toLongArray()).containsExactly(0, 2);
        assertThat(x.argmin(0).toLongArray()).containsExactly(1, 0);
        assertThat(x.argmax(1).toLongArray()).containsExactly(0, 0, 1);
    }

    @Test
    void distinguishesNeighbouringI64() {
        long big = 1L << 60;
        Tensor x = Tensor.of(new long[] {big + 1, big, big + 2}, 3);
        assertThat(x.argsort(0, false).toLongArray()).containsExactly(1, 0, 2);
    }

    @Test
    void givesTheLargestInFallingOrder() {
        Tensor x = Tensor.of(new float[] {3, 9, 4, 9}, 4);
        Selections.TopK top = x.topK(3, 0);
        assertThat(top.values().toFloatArray()).containsExactly(9, 9, 4);
        assertThat(top.indices().toLongArray()).containsExactly(1, 3, 2);
    }
}
