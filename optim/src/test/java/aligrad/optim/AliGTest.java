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

/// Expected numbers: the golden vectors of the ALI-G programs as released (three steps with
/// γ_unclipped = 4.9996428827, 0.0259736887, 71.9424460432), and edge cases by hand.
class AliGTest {

    private static final double[] UNCLIPPED = {4.9996428827, 0.0259736887, 71.9424460432};

    @Test
    void plainStepIsBoundedByTheMaximalLearningRate() {
        GoldenSequence s = new GoldenSequence(p -> AliG.over(p).maxLearningRate(1).build());
        StepReport first = s.step(0);
        s.expect(0.9, -1.8, 0.2);
        StepReport second = s.step(1);
        s.expect(0.9103894755, -1.8129868443, 0.1844157868);
        StepReport third = s.step(2);
        s.expect(0.8603894755, -1.8129868443, 0.2844157868);

        assertThat(first.bound()).isEqualTo(Bound.MAX_LEARNING_RATE);
        assertThat(first.stepSize()).isEqualTo(1);
        assertThat(second.bound()).isEqualTo(Bound.NONE);
        assertThat(second.stepSize()).isEqualTo(second.unclippedStepSize());
        assertThat(
                        new double[] {
                            first.unclippedStepSize(),
                            second.unclippedStepSize(),
                            third.unclippedStepSize()
                        })
                .containsExactly(UNCLIPPED, within(1e-9));
        assertThat(first.gradientNorm()).isCloseTo(Math.sqrt(0.14), within(1e-15));
    }

    @Test
    void standardMomentumKeepsSteps() {
        GoldenSequence s =
                new GoldenSequence(p -> AliG.over(p).maxLearningRate(1).momentum(0.9).build());
        s.step(0);
        s.expect(0.81, -1.62, -0.07);
        s.step(1);
        s.expect(0.7487400034, -1.4826750042, -0.3426100051);
        s.step(2);
        s.expect(0.5892554785, -1.3473943481, -0.3839332178);
    }

    @Test
    void adjustedMomentumKeepsGradients() {
        GoldenSequence s =
                new GoldenSequence(
                        p ->
                                AliG.over(p)
                                        .maxLearningRate(1)
                                        .momentum(0.9)
                                        .momentumVariant(AliG.Momentum.ADJUSTED)
                                        .build());
        s.step(0);
        s.expect(0.81, -1.62, -0.07);
        s.step(1);
        s.expect(0.8276361346, -1.6404672667, -0.1059216114);
        s.step(2);
        s.expect(0.9837361346, -1.8996672667, -0.6206216114);
    }

    @Test
    void withoutMaximumTheStepIsTheQuotient() {
        GoldenSequence s = new GoldenSequence(p -> AliG.over(p).build());
        s.step(0);
        s.expect(0.5000357117, -1.0000714235, -0.9998928648);
        s.step(1);
        s.expect(0.5104251872, -1.0130582678, -1.0154770780);
        s.step(2);
        s.expect(-3.0866971150, -1.0130582678, 6.1787675263);
    }

    @Test
    void projectsAtConstructionAndAfterEachStep() {
        GoldenSequence s =
                new GoldenSequence(
                        p ->
                                AliG.over(p)
                                        .maxLearningRate(1)
                                        .momentum(0.9)
                                        .project(Projection.l2Ball(2))
                                        .build());
        s.expect(0.8728715609, -1.7457431219, 0.4364357805);
        StepReport first = s.step(0);
        s.expect(0.6828715609, -1.3657431219, -0.1335642195);
        s.step(1);
        s.expect(0.6216115643, -1.2284181261, -0.4061742246);
        s.step(2);
        s.expect(0.4621270394, -1.0931374700, -0.4474974373);
        assertThat(first.projectionRatio()).isEqualTo(1);
    }

    @Test
    void groupsShareTheQuotientAndKeepTheirOwnMaximum() {
        Parameter a = new Parameter("a", Tensor.of(new double[] {1}, 1));
        Parameter b = new Parameter("b", Tensor.of(new double[] {1}, 1));
        AliG optimizer =
                AliG.over(List.of(a))
                        .maxLearningRate(0.5)
                        .and(List.of(b))
                        .maxLearningRate(0.1)
                        .released()
                        .build();
        Gradients g =
                Gradients.of(
                        Map.of(
                                a, Tensor.of(new double[] {0.3}, 1),
                                b, Tensor.of(new double[] {0.4}, 1)));

        StepReport report = optimizer.step(g, 1);
        assertThat(a.value().item()).isCloseTo(0.85, within(1e-12));
        assertThat(b.value().item()).isCloseTo(0.96, within(1e-12));
        assertThat(report.stepSize()).isCloseTo(0.3, within(1e-12));
        assertThat(report.unclippedStepSize()).isCloseTo(3.9998400064, within(1e-9));

        optimizer.step(g, -1); // released: uphill
        assertThat(a.value().item()).isCloseTo(2.049952, within(1e-6));
        assertThat(b.value().item()).isCloseTo(2.559936, within(1e-6));

        optimizer.step(g, Double.NaN);
        assertThat(a.value().item()).isNaN();
        assertThat(b.value().item()).isNaN();
    }

    @Test
    void negativeLossDoesNotMove() {
        GoldenSequence s = new GoldenSequence(p -> AliG.over(p).maxLearningRate(1).build());
        StepReport report =
                s.optimizer.step(
                        Gradients.of(Map.of(s.w, Tensor.of(new double[] {1, 1, 1}))), -0.5);
        s.expect(1, -2, 0.5);
        assertThat(report.bound()).isEqualTo(Bound.ZERO);
        assertThat(report.stepSize()).isZero();
        assertThat(report.unclippedStepSize()).isNegative();
    }

    @Test
    void zeroGradientWithoutEpsilonDoesNotMove() {
        GoldenSequence s = new GoldenSequence(p -> AliG.over(p).epsilon(0).build());
        s.optimizer.step(Gradients.of(Map.of(s.w, Tensor.of(new double[3]))), 0.5);
        s.expect(1, -2, 0.5);
    }

    @Test
    void nonFiniteStepsAreSkippedCountedAndFinallyStopTheTraining() {
        GoldenSequence s =
                new GoldenSequence(p -> AliG.over(p).maxLearningRate(1).momentum(0.9).build());
        s.step(0);
        Gradients infinite =
                Gradients.of(Map.of(s.w, Tensor.of(new double[] {1, Double.POSITIVE_INFINITY, 0})));
        StepReport skipped = s.optimizer.step(infinite, 1);
        s.expect(0.81, -1.62, -0.07);
        assertThat(skipped.bound()).isEqualTo(Bound.SKIPPED);
        assertThat(skipped.skippedInRow()).isEqualTo(1);
        assertThat(s.optimizer.steps()).isEqualTo(1);

        s.step(1); // the momentum was left alone too
        s.expect(0.7487400034, -1.4826750042, -0.3426100051);

        Gradients g = Gradients.of(Map.of(s.w, Tensor.of(new double[] {1, 1, 1})));
        for (int i = 1; i < Optimizer.PATIENCE; i++) {
            assertThat(s.optimizer.step(g, Double.NaN).skippedInRow()).isEqualTo(i);
        }
        assertThatThrownBy(() -> s.optimizer.step(g, Double.NaN))
                .isInstanceOf(NonFiniteLossException.class)
                .hasMessageContaining("10 steps in a row");
    }

    @Test
    void theExceptionNamesTheOperationThatWentWrong() {
        Parameter w = new Parameter("w", Tensor.of(new float[] {-1}, 1));
        AliG optimizer = AliG.over(List.of(w)).build();
        assertThatThrownBy(
                        () -> {
                            for (int i = 0; i < Optimizer.PATIENCE; i++) {
                                optimizer.step(() -> w.value().log().sum());
                            }
                        })
                .isInstanceOf(NonFiniteLossException.class)
                .hasMessageContaining("log");
    }

    @Test
    void solvesALeastSquaresProblemThatInterpolates() {
        // two equations, two unknowns: x + y = 3, x - y = 1, so x = 2, y = 1
        Tensor a = Tensor.of(new double[] {1, 1, 1, -1}, 2, 2);
        Tensor b = Tensor.of(new double[] {3, 1}, 2, 1);
        Parameter x = new Parameter("x", Tensor.of(new double[2], 2, 1));
        AliG optimizer = AliG.over(List.of(x)).epsilon(0).build();
        double loss = 1;
        for (int i = 0; i < 100; i++) {
            loss = optimizer.step(() -> a.matmul(x.value()).sub(b).square().mean());
        }
        assertThat(loss).isLessThan(1e-12);
        assertThat(x.value().toDoubleArray()).containsExactly(new double[] {2, 1}, within(1e-6));
    }

    @Test
    void rejectsImpossibleOptions() {
        List<Parameter> p = List.of(new Parameter("w", Tensor.zeros(1)));
        assertThatThrownBy(() -> AliG.over(p).maxLearningRate(0)).hasMessageContaining("above 0");
        assertThatThrownBy(() -> AliG.over(p).momentum(-0.1)).hasMessageContaining("at least 0");
        assertThatThrownBy(() -> AliG.over(p).epsilon(-1)).hasMessageContaining("at least 0");
        assertThatThrownBy(() -> AliG.over(List.<Parameter>of()).build())
                .hasMessageContaining("at least one parameter");
        assertThatThrownBy(
                        () ->
                                AliG.over(Map.of("a", p.getFirst()))
                                        .and(Map.of("a", p.getFirst()))
                                        .build())
                .hasMessageContaining("two groups");
    }
}
