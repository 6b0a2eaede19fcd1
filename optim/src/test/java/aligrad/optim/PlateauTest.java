package aligrad.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.util.List;

class PlateauTest {

    @Test
    void isReducedWhenPatienceIsOver() {
        Plateau rate = LearningRate.onPlateau(LearningRate.constant(1), 0.5, 1);
        double[] measures = {3, 2, 2, 2, 2.5, 1, 1, Double.NaN};
        double[] expected = {1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25};
        for (int i = 0; i < measures.length; i++) {
            rate.observe(measures[i]);
            assertThat(rate.at(i)).as("after %d", i).isEqualTo(expected[i]);
        }
        assertThat(rate.reductions()).isEqualTo(2);
    }

    @Test
    void reducesWhatAnotherScheduleSays() {
        Plateau rate = LearningRate.onPlateau(LearningRate.exponential(1, 0.9), 0.2, 0);
        rate.observe(1);
        rate.observe(1);
        assertThat(rate.at(2)).isCloseTo(0.81 * 0.2, within(1e-15));
    }

    @Test
    void isSavedWithTheOptimizer() {
        Plateau first = LearningRate.onPlateau(LearningRate.constant(1), 0.5, 1);
        Sgd saved = sgd(first);
        first.observe(2);
        first.observe(3);
        Plateau second = LearningRate.onPlateau(LearningRate.constant(1), 0.5, 1);
        Sgd resumed = sgd(second);
        resumed.load(saved.state());
        second.observe(2);
        assertThat(second.at(0)).isEqualTo(0.5);
        assertThat(saved.state().numbers()).containsEntry("plateau0.best", 2.0);
    }

    /// In two groups, and inside a warm-up.
    private static Sgd sgd(Plateau rate) {
        return Sgd.over(List.of(new Parameter("a", Tensor.zeros(1))))
                .learningRate(LearningRate.warmup(2, rate))
                .and(List.of(new Parameter("b", Tensor.zeros(1))))
                .learningRate(LearningRate.inEpochs(10, rate))
                .build();
    }

    @Test
    void oneThatTwoGroupsShareIsSavedOnce() {
        Plateau rate = LearningRate.onPlateau(LearningRate.constant(1), 0.5, 1);
        assertThat(sgd(rate).state().numbers())
                .containsOnlyKeys(
                        "steps",
                        "skippedInRow",
                        "plateau0.best",
                        "plateau0.isBest",
                        "plateau0.worseInRow",
                        "plateau0.reductions");
    }

    @Test
    void rejectsImpossibleOptions() {
        LearningRate one = LearningRate.constant(1);
        assertThatThrownBy(() -> LearningRate.onPlateau(one, 1, 1)).hasMessageContaining("below 1");
        assertThatThrownBy(() -> LearningRate.onPlateau(one, 0.5, -1))
                .hasMessageContaining("at least 0");
    }
}
