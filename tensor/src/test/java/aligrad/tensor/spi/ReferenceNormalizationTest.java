package aligrad.tensor.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

class ReferenceNormalizationTest {

    private static final double LN2 = Math.log(2);
    private static final double INF = Double.POSITIVE_INFINITY;

    @Test
    void sharesOutOneAlongTheAxis() {
        // exp of the columns (0, ln 3) and (ln 2, ln 2): 1 : 3 and 2 : 2
        Tensor x = Tensor.of(new double[] {0, LN2, Math.log(3), LN2}, 2, 2);
        double[] y = x.softmax(0).toDoubleArray();
        assertThat(y).containsExactly(new double[] {0.25, 0.5, 0.75, 0.5}, offset(1e-15));
        double[] log = x.logSoftmax(0).toDoubleArray();
        assertThat(log)
                .containsExactly(
                        new double[] {-2 * LN2, -LN2, Math.log(0.75), -LN2}, offset(1e-15));
    }

    @Test
    void doesNotOverflow() {
        Tensor x = Tensor.of(new double[] {1000, 1000 + LN2}, 2);
        assertThat(x.softmax(0).toDoubleArray())
                .containsExactly(new double[] {1 / 3.0, 2 / 3.0}, offset(1e-13));
    }

    @Test
    void givesMaskedPlacesNothing() {
        Tensor x = Tensor.of(new double[] {-INF, 5, -INF}, 3);
        assertThat(x.softmax(0).toDoubleArray()).containsExactly(0, 1, 0);
        assertThat(x.logSoftmax(0).toDoubleArray()).containsExactly(-INF, 0, -INF);
    }

    @Test
    void isNotANumberWhereEverythingIsMasked() {
        Tensor x = Tensor.of(new double[] {-INF, -INF}, 2); // 0 / 0
        assertThat(x.softmax(0).toDoubleArray()).containsOnly(Double.NaN);
        assertThat(x.logSoftmax(0).toDoubleArray()).containsOnly(Double.NaN);
    }
}
