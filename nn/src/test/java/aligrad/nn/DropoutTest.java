package aligrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import aligrad.autograd.Gradients;
import aligrad.tensor.Random;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

class DropoutTest {

    private static final Tensor ONES = Tensor.ones(100, 100);

    @Test
    void dropsTheStatedShareAndScalesTheRest() {
        Tensor y = new Dropout(0.3, Random.stream(1)).forward(ONES);
        double kept = y.gt(0).sum().item() / 10_000;
        // deviation of the share: √(0.3·0.7/10000) = 0.0046
        assertThat(kept).isCloseTo(0.7, within(0.02));
        assertThat(y.max().item()).isCloseTo(1 / 0.7, within(1e-6));
        assertThat(y.mean().item()).isCloseTo(1, within(0.03));
    }

    @Test
    void evaluationChangesNothing() {
        Dropout dropout = new Dropout(0.3, Random.stream(1));
        dropout.eval();
        assertThat(dropout.forward(ONES)).isSameAs(ONES);
    }

    @Test
    void theGradientPassesWhereTheNumbersPassed() {
        Tensor x = ONES.track();
        Tensor y = new Dropout(0.5, Random.stream(1)).forward(x);
        Tensor g = Gradients.of(y.sum()).wrt(x);
        assertThat(g.toFloatArray()).containsExactly(y.toFloatArray());
    }

    @Test
    void theSameStreamDrawsTheSameMasksOneAfterTheOther() {
        Dropout a = new Dropout(0.5, Random.stream(7));
        Dropout b = new Dropout(0.5, Random.stream(7));
        Tensor first = a.forward(ONES);
        assertThat(b.forward(ONES).toFloatArray()).containsExactly(first.toFloatArray());
        Tensor second = a.forward(ONES);
        assertThat(second.eq(first).all().item()).isZero();
        Random stream = b.namedStreams().get("random");
        stream.seek(0);
        assertThat(b.forward(ONES).toFloatArray()).containsExactly(first.toFloatArray());
    }

    @Test
    void rejectsProbabilitiesOutsideZeroToOne() {
        assertThatThrownBy(() -> new Dropout(1, Random.stream(1)))
                .hasMessageContaining("less than 1");
        assertThatThrownBy(() -> new Dropout(Double.NaN, Random.stream(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
