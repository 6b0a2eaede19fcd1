package aligrad.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import aligrad.autograd.Gradients;
import aligrad.optim.StepReport.Bound;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class AccumulationTest {

    private static Gradients gradient(Parameter w, double... g) {
        return Gradients.of(Map.of(w, Tensor.of(g)));
    }

    /// Mean loss (0.7 + 0.1)/2, mean gradient (0.2, -0.1): γ = 0.4 / 0.05 = 8, bounded by 1.
    @Test
    void aStepIsThatOfTheMeanOfItsBatches() {
        Parameter w = new Parameter("w", Tensor.of(new double[] {1, -2}));
        AliG alig = AliG.over(List.of(w)).epsilon(0).maxLearningRate(10).accumulate(2).build();
        StepReport first = alig.step(gradient(w, 0.3, -0.5), 0.7);
        assertThat(first.bound()).isEqualTo(Bound.PARTIAL);
        assertThat(first.loss()).isEqualTo(0.7);
        assertThat(first.stepSize()).isZero();
        assertThat(alig.steps()).isZero();
        assertThat(w.value().toDoubleArray()).containsExactly(1, -2);
        StepReport second = alig.step(gradient(w, 0.1, 0.3), 0.1);
        assertThat(second.loss()).isCloseTo(0.4, within(1e-15));
        assertThat(second.stepSize()).isCloseTo(8, within(1e-12));
        assertThat(second.gradientNorm()).isCloseTo(Math.sqrt(0.05), within(1e-15));
        assertThat(alig.steps()).isEqualTo(1);
        assertThat(w.value().toDoubleArray())
                .containsExactly(new double[] {1 - 1.6, -2 + 0.8}, within(1e-12));
        alig.step(gradient(w, 0, 0), 0.4); // nothing is left of the first round
        StepReport third = alig.step(gradient(w, 0, 1), 0.4);
        assertThat(third.stepSize()).isCloseTo(0.4 / 0.25, within(1e-12));
    }

    @Test
    void equalsOneLargeBatch() {
        Parameter one = new Parameter("w", Tensor.of(new double[] {1, -2}));
        Parameter many = new Parameter("w", Tensor.of(new double[] {1, -2}));
        Adam whole = Adam.over(List.of(one)).learningRate(0.1).build();
        Adam parts = Adam.over(List.of(many)).learningRate(0.1).accumulate(4).build();
        for (int t = 0; t < 3; t++) {
            whole.step(
                    () ->
                            one.value()
                                    .sub(Tensor.of(new double[] {0, 0, 1, 1, 2, 2, 3, 3}, 4, 2))
                                    .square()
                                    .sum(1)
                                    .mean());
            for (int i = 0; i < 4; i++) {
                int c = i;
                parts.step(() -> many.value().sub(c).square().sum());
            }
        }
        assertThat(many.value().toDoubleArray())
                .containsExactly(one.value().toDoubleArray(), within(1e-12));
    }

    @Test
    void aBatchThatIsNotFiniteDoesNotCount() {
        Parameter w = new Parameter("w", Tensor.of(new double[] {1}));
        Sgd sgd = Sgd.over(List.of(w)).learningRate(1).accumulate(2).build();
        sgd.step(gradient(w, 1), 1);
        assertThat(sgd.step(gradient(w, 1), Double.NaN).bound()).isEqualTo(Bound.SKIPPED);
        assertThat(sgd.step(gradient(w, 2), 1).bound()).isEqualTo(Bound.NONE);
        assertThat(w.value().item()).isEqualTo(-0.5);
    }

    /// What no batch of a step had a gradient for is left alone, also after a resume in its middle.
    @Test
    void continuesInTheMiddleOfAStep() {
        Parameter a = new Parameter("a", Tensor.of(new double[] {1}));
        Parameter b = new Parameter("b", Tensor.of(new double[] {1}));
        Sgd sgd = Sgd.over(List.of(a, b)).learningRate(1).momentum(0.5).accumulate(3).build();
        for (int i = 0; i < 3; i++) {
            sgd.step(
                    Gradients.of(
                            Map.of(a, Tensor.of(new double[] {1}), b, Tensor.of(new double[] {1}))),
                    1);
        }
        sgd.step(gradient(a, 1), 1);
        OptimizerState state = sgd.state();
        assertThat(state.tensors())
                .containsOnlyKeys("momentum/0.a", "momentum/1.b", "accumulated/0.a");
        assertThat(state.numbers())
                .containsEntry("accumulatedBatches", 1.0)
                .containsEntry("accumulatedLoss", 1.0);
        Parameter c = new Parameter("a", a.value());
        Parameter d = new Parameter("b", b.value());
        Sgd resumed = Sgd.over(List.of(c, d)).learningRate(1).momentum(0.5).accumulate(3).build();
        resumed.load(state);
        for (int i = 0; i < 2; i++) {
            sgd.step(gradient(a, 0.3), 1);
            resumed.step(gradient(c, 0.3), 1);
        }
        assertThat(c.value().item()).isEqualTo(a.value().item());
        // momentum 1, so a: 0 - (0.5 + 1.6/3); b is still 0
        assertThat(a.value().item()).isCloseTo(-0.5 - 1.6 / 3, within(1e-12));
        assertThat(b.value().item()).isZero();
        assertThat(d.value().item()).isZero();
        assertThatThrownBy(() -> Sgd.over(List.of(c, d)).momentum(0.5).build().load(state))
                .hasMessageContaining("Sgd has no accumulated/0.a");
    }

    @Test
    void clippingIsOfTheMean() {
        Parameter w = new Parameter("w", Tensor.of(new double[] {0}));
        Sgd sgd =
                Sgd.over(List.of(w))
                        .learningRate(1)
                        .clip(Clipping.globalNorm(1))
                        .accumulate(2)
                        .build();
        sgd.step(gradient(w, 8), 1);
        sgd.step(gradient(w, -7), 1); // the mean is 0.5
        assertThat(w.value().item()).isEqualTo(-0.5);
    }

    @Test
    void needsABatch() {
        Parameter w = new Parameter("w", Tensor.of(new double[] {0}));
        assertThatThrownBy(() -> Sgd.over(List.of(w)).accumulate(0))
                .hasMessageContaining("accumulation of 0 batches");
    }
}
