package aligrad.tensor.spi;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

class ReferenceContractionTest {

    // a = 1 2 3     b = 1 0
    //     4 5 6         0 1
    //                   1 1
    private final Tensor a = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    private final Tensor b = Tensor.of(new float[] {1, 0, 0, 1, 1, 1}, 3, 2);

    @Test
    void multipliesMatrices() {
        assertThat(a.matmul(b).toFloatArray()).containsExactly(4, 5, 10, 11);
        assertThat(b.transpose().matmul(a.transpose()).toFloatArray())
                .containsExactly(4, 10, 5, 11);
    }

    @Test
    void addsTheBias() {
        Tensor bias = Tensor.of(new float[] {100, 200}, 2);
        assertThat(a.affine(b, bias).toFloatArray()).containsExactly(104, 205, 110, 211);
    }

    @Test
    void broadcastsLeadingAxes() {
        Tensor two = Tensor.of(new float[] {1, 2}, 2, 1, 1, 1); // (2, 1, 1, 1)
        Tensor rows = Tensor.of(new float[] {3, 4, 5}, 3, 1, 1); // (3, 1, 1)
        assertThat(two.matmul(rows).toFloatArray()).containsExactly(3, 4, 5, 6, 8, 10);
    }

    @Test
    void takesEachMatrixOfABatch() {
        Tensor p = Tensor.of(new double[] {1, 2, 3, 4}, 2, 1, 2);
        Tensor q = Tensor.of(new double[] {5, 6, 7, 8}, 2, 2, 1);
        assertThat(p.matmul(q).toDoubleArray()).containsExactly(17, 53); // 5 + 12, 21 + 32
    }

    @Test
    void sumsNothingToZeroOrTheBias() {
        assertThat(Tensor.zeros(1, 0).matmul(Tensor.zeros(0, 2)).toFloatArray())
                .containsExactly(0, 0);
        Tensor bias = Tensor.of(new float[] {7, 8}, 2);
        assertThat(Tensor.zeros(1, 0).affine(Tensor.zeros(0, 2), bias).toFloatArray())
                .containsExactly(7, 8);
    }
}
