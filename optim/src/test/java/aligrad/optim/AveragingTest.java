package aligrad.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import aligrad.autograd.Gradients;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class AveragingTest {

    private final Parameter w = new Parameter("w", Tensor.of(new double[] {10}));

    /// Each step subtracts 1.
    private static void step(Sgd sgd, Parameter w) {
        sgd.step(Gradients.of(Map.of(w, Tensor.of(new double[] {1}))), 1);
    }

    private Sgd sgd(Averaging averaging) {
        return Sgd.over(List.of(w)).learningRate(1).average(averaging).build();
    }

    private static double judged(Sgd sgd, Parameter w) {
        return sgd.evaluating(() -> w.value().item());
    }

    /// Weights 9, 8, 7; averages 9, 0.75·9 + 0.25·8 = 8.75, 0.75·8.75 + 0.25·7 = 8.3125.
    @Test
    void exponentialBeginsWithTheFirstStep() {
        Sgd sgd = sgd(Averaging.exponential(0.75));
        assertThat(judged(sgd, w)).isEqualTo(10);
        assertThat(sgd.hasOwnEvaluationWeights()).isFalse();
        double[] expected = {9, 8.75, 8.3125};
        for (int t = 0; t < 3; t++) {
            step(sgd, w);
            assertThat(judged(sgd, w)).isEqualTo(expected[t]);
            assertThat(w.value().item()).isEqualTo(9 - t);
        }
        assertThat(sgd.hasOwnEvaluationWeights()).isTrue();
    }

    /// Weights 9, 8, …; after steps 2, 5 and 8 those are 8, 5 and 2, with means 8, 6.5 and 5.
    @Test
    void uniformIsTheMeanOfEveryFew() {
        Sgd sgd = sgd(Averaging.uniform(2, 3));
        double[] expected = {9, 8, 8, 8, 6.5, 6.5, 6.5, 5, 5};
        for (double each : expected) {
            step(sgd, w);
            assertThat(judged(sgd, w)).isCloseTo(each, within(1e-12));
        }
    }

    @Test
    void theAverageIsSavedAndContinues() {
        Sgd whole = sgd(Averaging.exponential(0.9));
        step(whole, w);
        step(whole, w);
        Parameter copy = new Parameter("w", w.value());
        Sgd resumed =
                Sgd.over(List.of(copy)).learningRate(1).average(Averaging.exponential(0.9)).build();
        resumed.load(whole.state());
        step(whole, w);
        step(resumed, copy);
        assertThat(judged(resumed, copy)).isEqualTo(judged(whole, w));
        Sgd without = Sgd.over(List.of(copy)).build();
        assertThatThrownBy(() -> without.load(whole.state()))
                .hasMessageContaining("Sgd has no average/0.w");
    }

    @Test
    void whatWasTrainedIsBackAlsoAfterAnException() {
        Sgd sgd = sgd(Averaging.exponential(0.5));
        step(sgd, w);
        step(sgd, w);
        assertThatThrownBy(
                        () ->
                                sgd.evaluating(
                                        () -> {
                                            assertThat(w.value().item()).isEqualTo(8.5);
                                            throw new IllegalStateException("no images");
                                        }))
                .hasMessage("no images");
        assertThat(w.value().item()).isEqualTo(8);
        double nested = sgd.evaluating(() -> judged(sgd, w));
        assertThat(nested).isEqualTo(8.5);
    }

    @Test
    void stepsAreRefusedWhileEvaluating() {
        Sgd sgd = sgd(Averaging.exponential(0.5));
        step(sgd, w);
        assertThatThrownBy(
                        () ->
                                sgd.evaluating(
                                        () -> {
                                            step(sgd, w);
                                            return 0;
                                        }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Sgd.step inside evaluating");
        step(sgd, w);
        assertThat(w.value().item()).isEqualTo(8);
    }

    @Test
    void aSkippedStepIsNotAveraged() {
        Sgd sgd = sgd(Averaging.exponential(0.5));
        step(sgd, w);
        sgd.step(Gradients.of(Map.of(w, Tensor.of(new double[] {1}))), Double.NaN);
        assertThat(judged(sgd, w)).isEqualTo(9);
        step(sgd, w);
        assertThat(judged(sgd, w)).isEqualTo(8.5);
    }

    @Test
    void worksInsideSteps() {
        Parameter p = new Parameter("p", Tensor.of(new float[] {3, -2}));
        Sgd sgd =
                Sgd.over(List.of(p)).learningRate(0.25).average(Averaging.exponential(0.5)).build();
        double loss = 0;
        for (int i = 0; i < 3; i++) { // the weights halve each time
            loss = sgd.step(() -> p.value().square().sum());
        }
        assertThat(loss).isEqualTo(13.0 / 16);
        // 3/2, 3/4, 3/8 average to 3/2, 9/8, 3/4
        float[] averages = sgd.evaluating(() -> p.value().toFloatArray());
        assertThat(averages).containsExactly(0.75f, -0.5f);
        assertThat(p.value().toFloatArray()).containsExactly(0.375f, -0.25f);
    }

    @Test
    void rejectsImpossibleAverages() {
        assertThatThrownBy(() -> Averaging.exponential(1)).hasMessageContaining("below 1");
        assertThatThrownBy(() -> Averaging.uniform(0, 1)).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> Averaging.uniform(1, 0)).hasMessageContaining("at least 1");
    }
}
