package aligrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.tensor.Random;
import aligrad.tensor.Shape;
import aligrad.tensor.ShapeException;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

class RecurrentTest {

    private static final Random RANDOM = Random.stream(3);

    @Test
    void hasTheParametersOfTheSpecification() {
        Lstm encoder = new Lstm(300, 2048, Lstm.Options.DEFAULT.withBothDirections(), RANDOM);
        assertThat(encoder.parameterCount()).isEqualTo(38_502_400);
        assertThat(encoder.namedParameters().keySet())
                .containsExactly(
                        "weight_ih_l0",
                        "weight_hh_l0",
                        "bias_ih_l0",
                        "bias_hh_l0",
                        "weight_ih_l0_reverse",
                        "weight_hh_l0_reverse",
                        "bias_ih_l0_reverse",
                        "bias_hh_l0_reverse");
        assertThat(encoder).hasToString("Lstm(300 → 2048, both directions)");
    }

    @Test
    void theFirstAndLastStateOfADirectionAreItsOutputs() {
        Gru gru = new Gru(2, 3, Gru.Options.DEFAULT.withBothDirections(), RANDOM);
        Gru.Output y = gru.forward(RANDOM.normal(0, 1, 4, 5, 2));
        assertThat(y.outputs().shape()).isEqualTo(Shape.of(4, 5, 6));
        assertThat(y.last().select(0, 0).toFloatArray())
                .containsExactly(y.outputs().select(1, 4).slice(1, 0, 3).toFloatArray());
        assertThat(y.last().select(0, 1).toFloatArray())
                .containsExactly(y.outputs().select(1, 0).slice(1, 3, 6).toFloatArray());
    }

    @Test
    void aSequenceDoesNotDependOnTheOthersOfItsBatch() {
        Lstm lstm = new Lstm(2, 3, Lstm.Options.DEFAULT.withBothDirections(), RANDOM);
        Tensor x = RANDOM.normal(0, 1, 3, 6, 2);
        Tensor batched = lstm.forward(x, new int[] {4, 6, 1}).outputs();
        Tensor alone = lstm.forward(x.slice(0, 0, 1).slice(1, 0, 4)).outputs();
        assertThat(batched.select(0, 0).slice(0, 0, 4).sub(alone.select(0, 0)).abs().max().item())
                .isLessThan(1e-6);
        assertThat(batched.select(0, 0).slice(0, 4, 6).abs().max().item()).isZero();
    }

    @Test
    void rejectsLengthsAndShapesThatDoNotFit() {
        Lstm lstm = new Lstm(2, 3, RANDOM);
        Tensor x = Tensor.zeros(2, 4, 2);
        assertThatThrownBy(() -> lstm.forward(x, new int[] {4}))
                .hasMessageContaining("1 lengths for a batch of 2");
        assertThatThrownBy(() -> lstm.forward(x, new int[] {4, 0}))
                .hasMessageContaining("length 0 of sequence 1");
        assertThatThrownBy(() -> lstm.forward(x, new int[] {5, 1})).hasMessageContaining("1 to 4");
        assertThatThrownBy(() -> lstm.forward(Tensor.zeros(2, 4, 3)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("(batch, time, 2)");
        Tensor state = Tensor.zeros(2, 2, 3);
        assertThatThrownBy(() -> lstm.forward(x, null, new Lstm.State(state, state)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[1, 2, 3]");
        assertThatThrownBy(() -> Lstm.Options.DEFAULT.withLayers(0))
                .hasMessageContaining("at least 1");
    }
}
