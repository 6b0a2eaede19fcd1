package aligrad.tensor.spi;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

class ReferenceScanTest {

    @Test
    void runsForwardAndBackward() {
        Tensor a = Tensor.of(new float[] {9, 2, 3}, 3);
        Tensor b = Tensor.of(new float[] {1, 10, 100}, 3);
        // 1, 2·1 + 10, 3·12 + 100
        assertThat(a.recurrence(b, 0, false).toFloatArray()).containsExactly(1, 12, 136);
        // 9·210 + 1, 2·100 + 10, 100
        assertThat(a.recurrence(b, 0, true).toFloatArray()).containsExactly(1891, 210, 100);
    }

    @Test
    void runsAlongAnyAxisAndBroadcasts() {
        Tensor x = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 3, 2);
        assertThat(x.cumsum(0).toDoubleArray()).containsExactly(1, 2, 4, 6, 9, 12);
        assertThat(x.cumprod(1).toDoubleArray()).containsExactly(1, 2, 3, 12, 5, 30);
        assertThat(x.cumprodExclusive(0).toDoubleArray()).containsExactly(1, 1, 1, 2, 3, 8);
    }

    @Test
    void doesNotReadTheFirstFactor() {
        double inf = Double.POSITIVE_INFINITY;
        Tensor x = Tensor.of(new double[] {inf, 2}, 2);
        assertThat(x.cumprod(0).toDoubleArray()).containsExactly(inf, inf);
    }
}
