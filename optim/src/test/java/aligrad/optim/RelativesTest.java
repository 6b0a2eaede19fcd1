package aligrad.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import aligrad.autograd.Gradients;
import aligrad.optim.StepReport.Bound;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;
import aligrad.tensor.io.SafeTensors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/// Expected numbers: `relatives_golden.py`, which follows the papers' equations with NumPy; and
/// single steps by hand.
class RelativesTest {

    private static final int STEPS = 12;
    private static final SafeTensors GOLDEN = open();

    private static SafeTensors open() {
        URL url = RelativesTest.class.getResource("golden/relatives.safetensors");
        try {
            return SafeTensors.open(Path.of(Objects.requireNonNull(url).toURI()));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Arguments golden(
            String name, Function<Map<String, Parameter>, Optimizer<?>> maker) {
        return Arguments.of(name, maker);
    }

    static Stream<Arguments> cases() {
        return Stream.of(
                golden("sps", p -> Sps.over(p).maxLearningRate(0.4).build()),
                golden("sps_unbounded", p -> Sps.over(p).c(1).build()),
                golden("sps_smoothed", p -> Sps.over(p).smoothed(4).lowerBound(0.01).build()),
                golden("momo", p -> MoMo.over(p).build()),
                golden(
                        "momo_decay",
                        p ->
                                MoMo.over(p)
                                        .learningRate(0.3)
                                        .weightDecay(0.1)
                                        .lowerBound(0.02)
                                        .build()),
                golden("momo_adam", p -> MoMoAdam.over(p).learningRate(0.1).build()),
                golden(
                        "momo_adam_decay",
                        p ->
                                MoMoAdam.over(p)
                                        .learningRate(1)
                                        .weightDecay(0.1)
                                        .lowerBound(0.02)
                                        .build()),
                golden("borat_2", p -> Borat.over(p).maxLearningRate(0.4).bundle(2).build()),
                golden("borat_3", p -> Borat.over(p).maxLearningRate(0.4).momentum(0.9).build()),
                golden(
                        "borat_5",
                        p -> Borat.over(p).maxLearningRate(1).momentum(0.5).bundle(5).build()),
                golden("d_adapt_sgd", p -> DAdaptSgd.over(p).d0(0.01).build()),
                golden(
                        "d_adapt_sgd_momentum",
                        p ->
                                DAdaptSgd.over(p)
                                        .d0(0.1)
                                        .momentum(0.5)
                                        .weightDecay(0.1)
                                        .growth(1.02)
                                        .build()),
                golden("d_adapt_adam", p -> DAdaptAdam.over(p).d0(0.01).weightDecay(0.1).build()),
                golden("prodigy", p -> Prodigy.over(p).d0(0.01).build()),
                golden("prodigy_decay", p -> Prodigy.over(p).d0(0.1).weightDecay(0.1).build()),
                golden(
                        "schedule_free",
                        p ->
                                ScheduleFree.over(p)
                                        .learningRate(
                                                LearningRate.warmup(4, LearningRate.constant(0.3)))
                                        .weightDecay(0.01)
                                        .build()),
                golden(
                        "schedule_free_adamw",
                        p -> ScheduleFreeAdamW.over(p).learningRate(0.1).weightDecay(0.01).build()),
                golden("lion", p -> Lion.over(p).learningRate(0.05).weightDecay(0.1).build()),
                golden("lamb", p -> Lamb.over(p).learningRate(0.05).build()));
    }

    private static double[] row(String kind, String name, int t) {
        return GOLDEN.tensor(kind + "/" + name).slice(0, t, t + 1).toDoubleArray();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void equalsTheEquationsOfItsPaper(
            String name, Function<Map<String, Parameter>, Optimizer<?>> maker) {
        Bowl bowl = new Bowl(maker);
        for (int t = 0; t < STEPS; t++) {
            StepReport report = bowl.step(t);
            assertThat(bowl.weights())
                    .as("step %d", t)
                    .containsExactly(row("weights", name, t), within(1e-9));
            assertThat(report.stepSize())
                    .as("size of step %d", t)
                    .isCloseTo(row("sizes", name, t)[0], within(1e-9));
            if (GOLDEN.names().contains("evaluation/" + name)) {
                double[] before = bowl.weights();
                assertThat(bowl.optimizer.<double[]>evaluating(bowl::weights))
                        .containsExactly(row("evaluation", name, t), within(1e-9));
                assertThat(bowl.weights()).isEqualTo(before);
            }
        }
    }

    /// Saved after any number of steps, also in the middle of a bundle.
    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void continuesFromSavedStateBitForBit(
            String name, Function<Map<String, Parameter>, Optimizer<?>> maker) {
        Bowl whole = new Bowl(maker);
        Bowl parts = new Bowl(maker);
        for (int t = 0; t < STEPS; t++) {
            whole.step(t);
            parts.step(t);
            parts = parts.resumed(maker);
            assertThat(parts.weights()).isEqualTo(whole.weights());
        }
        assertThat(parts.optimizer.steps()).isEqualTo(whole.optimizer.steps());
        double[] judged = whole.optimizer.evaluating(whole::weights);
        assertThat(parts.optimizer.<double[]>evaluating(parts::weights)).isEqualTo(judged);
    }

    private static Bowl aliGPlus(SampleTargets targets) {
        return new Bowl(
                p ->
                        AliGPlus.over(p)
                                .targets(targets)
                                .maxLearningRate(0.3)
                                .weightDecay(0.01)
                                .build());
    }

    @Test
    void aliGPlusEqualsItsPaper() {
        SampleTargets targets = SampleTargets.of(6, 4, 2);
        Bowl bowl = aliGPlus(targets);
        for (int t = 0; t < STEPS; t++) {
            StepReport report = bowl.sampleStep(t, targets);
            assertThat(bowl.weights())
                    .as("step %d", t)
                    .containsExactly(row("weights", "ali_g_plus", t), within(1e-9));
            assertThat(report.stepSize()).isCloseTo(row("sizes", "ali_g_plus", t)[0], within(1e-9));
        }
        double[] expected = GOLDEN.tensor("targets/ali_g_plus").toDoubleArray();
        for (int z = 0; z < 6; z++) {
            assertThat(targets.target(z)).isCloseTo(expected[z], within(1e-9));
        }
    }

    @Test
    void aliGPlusContinuesFromSavedStateBitForBit() {
        SampleTargets targets = SampleTargets.of(6, 4, 2);
        Bowl whole = aliGPlus(targets);
        SampleTargets savedTargets = SampleTargets.of(6, 4, 2);
        Bowl parts = aliGPlus(savedTargets);
        for (int t = 0; t < STEPS; t++) {
            whole.sampleStep(t, targets);
            parts.sampleStep(t, savedTargets);
            SampleTargets resumed = SampleTargets.of(6, 4, 2);
            parts =
                    parts.resumed(
                            p ->
                                    AliGPlus.over(p)
                                            .targets(resumed)
                                            .maxLearningRate(0.3)
                                            .weightDecay(0.01)
                                            .build());
            savedTargets = resumed;
            assertThat(parts.weights()).isEqualTo(whole.weights());
        }
        assertThat(savedTargets.target(3)).isEqualTo(targets.target(3)).isPositive();
    }

    @Test
    void aliGPlusNeedsItsSamples() {
        List<Parameter> p = List.of(new Parameter("w", Tensor.of(new double[] {1})));
        SampleTargets targets = SampleTargets.of(6, 5);
        AliGPlus optimizer = AliGPlus.over(p).targets(targets).build();
        assertThatThrownBy(() -> optimizer.step(() -> p.getFirst().value().square().sum()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("targets.mean(places, losses)");
        Tensor losses = Tensor.of(new double[] {1, 2});
        assertThatThrownBy(() -> targets.mean(Tensor.of(new long[] {1}, 1), losses))
                .hasMessageContaining("a loss for each sample");
        assertThatThrownBy(() -> targets.mean(Tensor.of(new long[] {1, 6}), losses))
                .hasMessageContaining("target of sample 6: there are 6");
        assertThatThrownBy(() -> AliGPlus.over(p).build()).hasMessageContaining("without targets");
        assertThatThrownBy(() -> AliGPlus.over(p).targets(targets).accumulate(2).build())
                .hasMessageContaining("accumulation of 2");
        assertThatThrownBy(() -> SampleTargets.of(6, 4)).hasMessageContaining("5 times in 4");
    }

    /// A sample that was in no batch has no loss, so its target stays 0.
    @Test
    void targetsOfUnseenSamplesStay() {
        Parameter w = new Parameter("w", Tensor.of(new double[] {3}, 1));
        SampleTargets targets = SampleTargets.of(3, 1, 1);
        AliGPlus optimizer = AliGPlus.over(List.of(w)).targets(targets).build();
        optimizer.step(
                () ->
                        targets.mean(
                                Tensor.of(new long[] {1}, 1), w.value().square())); // a loss of 9
        targets.endEpoch();
        assertThat(targets.target(0)).isZero();
        assertThat(targets.target(1)).isEqualTo(4.5); // half of it
        targets.endEpoch(); // K = 1: no further change
        assertThat(targets.target(1)).isEqualTo(4.5);
    }

    private static void expectSame(
            Function<Map<String, Parameter>, Optimizer<?>> one,
            Function<Map<String, Parameter>, Optimizer<?>> other,
            double tolerance) {
        Bowl first = new Bowl(one);
        Bowl second = new Bowl(other);
        for (int t = 0; t < STEPS; t++) {
            first.step(t);
            second.step(t);
            assertThat(first.weights()).containsExactly(second.weights(), within(tolerance));
        }
    }

    @Test
    void spsWithCOneIsAliGWithoutEpsilon() {
        expectSame(
                p -> Sps.over(p).c(1).maxLearningRate(0.4).build(),
                p -> AliG.over(p).epsilon(0).maxLearningRate(0.4).build(),
                1e-14);
    }

    @Test
    void moMoWithoutMemoryIsSps() {
        expectSame(
                p -> MoMo.over(p).beta(0).learningRate(0.4).build(),
                p -> Sps.over(p).c(1).maxLearningRate(0.4).build(),
                1e-12);
    }

    /// The 1e-8 on the diagonal of the dual takes ε's place.
    @Test
    void boratWithTwoPiecesIsAliG() {
        expectSame(
                p -> Borat.over(p).bundle(2).maxLearningRate(0.4).momentum(0.9).build(),
                p -> AliG.over(p).epsilon(0).maxLearningRate(0.4).momentum(0.9).build(),
                1e-6);
    }

    /// With β = 1 gradients are taken at the average itself, which is the mean of all z.
    @Test
    void scheduleFreeWithBetaOneAveragesItsIterates() {
        Bowl bowl = new Bowl(p -> ScheduleFree.over(p).learningRate(0.3).beta(1).build());
        double[] x = bowl.weights();
        double[] z = bowl.weights();
        double[] sum = new double[3];
        for (int t = 0; t < STEPS; t++) {
            for (int i = 0; i < 3; i++) {
                z[i] -= 0.3 * Bowl.K[i] * (x[i] - Bowl.center(t, i));
                sum[i] += z[i];
                x[i] = sum[i] / (t + 1);
            }
            bowl.step(t);
            assertThat(bowl.weights()).containsExactly(x, within(1e-12));
            assertThat(bowl.optimizer.<double[]>evaluating(bowl::weights))
                    .containsExactly(x, within(1e-12));
        }
    }

    @Test
    void boratIsJudgedWhereItsLastUpdateEnded() {
        Bowl bowl = new Bowl(p -> Borat.over(p).maxLearningRate(0.4).bundle(3).build());
        assertThat(bowl.step(0).bound()).isEqualTo(Bound.PARTIAL);
        assertThat(bowl.optimizer.steps()).isZero();
        assertThat(bowl.weights()).isNotEqualTo(new double[] {1, -2, 0.5});
        assertThat(bowl.optimizer.<double[]>evaluating(bowl::weights)).containsExactly(1, -2, 0.5);
        assertThat(bowl.optimizer.hasOwnEvaluationWeights()).isTrue();
        assertThat(bowl.step(1).bound()).isNotEqualTo(Bound.PARTIAL);
        assertThat(bowl.optimizer.steps()).isEqualTo(1);
        assertThat(bowl.optimizer.hasOwnEvaluationWeights()).isFalse();
        assertThat(bowl.optimizer.<double[]>evaluating(bowl::weights)).isEqualTo(bowl.weights());
    }

    /// Only the ends of updates are projected: the intermediate point may lie outside.
    @Test
    void boratProjectsWhenAnUpdateIsComplete() {
        Bowl bowl =
                new Bowl(
                        p ->
                                Borat.over(p)
                                        .maxLearningRate(0.01)
                                        .project(Projection.l2Ball(1))
                                        .build());
        double norm = Math.sqrt(1 + 4 + 0.25); // at the start, so all is divided by it
        assertThat(bowl.weights())
                .containsExactly(new double[] {1 / norm, -2 / norm, 0.5 / norm}, within(1e-12));
        Gradients outwards =
                Gradients.of(
                        Map.of(
                                bowl.a, Tensor.of(new double[] {-1, 2}),
                                bowl.b, Tensor.of(new double[] {-0.5})));
        assertThat(bowl.optimizer.step(outwards, 10).projectionRatio()).isEqualTo(1);
        assertThat(length(bowl.weights())).isGreaterThan(1.001);
        assertThat(bowl.optimizer.step(outwards, 10).projectionRatio()).isLessThan(1);
        assertThat(length(bowl.weights())).isCloseTo(1, within(1e-12));
    }

    private static double length(double[] w) {
        return Math.sqrt(w[0] * w[0] + w[1] * w[1] + w[2] * w[2]);
    }

    /// The dual of one piece with b = 1, Q = 4 beside the constant 0: α = min(1, 1/4). Of two equal
    /// pieces together: the same. Of pieces with b = (1, 3), Q = I: α = (0, 1) has slope (1, 2),
    /// which is best at the second.
    @Test
    void theDualOfABundleIsSolved() {
        assertThat(BundleDual.solve(1, new double[] {4}, 1, new double[] {1}))
                .containsExactly(new double[] {0.75, 0.25}, within(1e-7));
        assertThat(BundleDual.solve(1, new double[] {0.5}, 1, new double[] {1}))
                .containsExactly(0, 1);
        assertThat(BundleDual.solve(1, new double[] {4}, 1, new double[] {-1}))
                .containsExactly(1, 0);
        double[] twins = BundleDual.solve(2, new double[] {4, 4, 4, 4}, 2, new double[] {1, 1});
        assertThat(twins[0]).isCloseTo(0.75, within(1e-7));
        assertThat(twins[1] + twins[2]).isCloseTo(0.25, within(1e-7));
        assertThat(BundleDual.solve(2, new double[] {1, 0, 0, 1}, 2, new double[] {1, 3}))
                .containsExactly(0, 0, 1);
    }

    /// m = 0: c = 0.1 g; w - 0.5 (sign(c) + 0.1 w). Then m = 0.01 g and with -g, c = (0.009 - 0.1)
    /// g.
    @Test
    void lionGoesAlongTheSign() {
        Parameter w = new Parameter("w", Tensor.of(new double[] {1, -2, 0.5}));
        Lion lion = Lion.over(List.of(w)).learningRate(0.5).weightDecay(0.1).build();
        lion.step(Gradients.of(Map.of(w, Tensor.of(new double[] {3, 0, -0.2}))), 1);
        assertThat(w.value().toDoubleArray())
                .containsExactly(new double[] {0.45, -1.9, 0.975}, within(1e-12));
        lion.step(Gradients.of(Map.of(w, Tensor.of(new double[] {-3, 0, 0.2}))), 1);
        assertThat(w.value().toDoubleArray())
                .containsExactly(new double[] {0.9275, -1.805, 0.42625}, within(1e-12));
    }

    /// First step, λ = 0, ε = 0: r = sign(g), so ‖r‖ = √2, ‖w‖ = 5, and w - 0.1 · 5/√2 · r. A
    /// tensor of zeros has ratio 1.
    @Test
    void lambMovesInProportionToEachTensor() {
        Parameter w = new Parameter("w", Tensor.of(new double[] {3, 4}));
        Parameter zero = new Parameter("zero", Tensor.of(new double[] {0, 0}));
        Lamb lamb = Lamb.over(List.of(w, zero)).learningRate(0.1).weightDecay(0).epsilon(0).build();
        Tensor g = Tensor.of(new double[] {7, -0.01});
        lamb.step(Gradients.of(Map.of(w, g, zero, g)), 1);
        double length = 0.5 / Math.sqrt(2);
        assertThat(w.value().toDoubleArray())
                .containsExactly(new double[] {3 - length, 4 + length}, within(1e-12));
        assertThat(zero.value().toDoubleArray())
                .containsExactly(new double[] {-0.1, 0.1}, within(1e-12));
    }

    /// Losses are 0 or below, gradients 0 or not: nothing may go uphill or become not-a-number.
    @Test
    void lossesBelowTheBoundAndZeroGradientsDoNotMove() {
        List<Function<List<Parameter>, Optimizer<?>>> makers =
                List.of(
                        p -> Sps.over(p).build(),
                        p -> Sps.over(p).smoothed(10).build(),
                        p -> MoMo.over(p).build(),
                        p -> MoMoAdam.over(p).epsilon(0).build(),
                        p -> BpGrad.over(p).build(),
                        p -> Dfw.over(p).build(),
                        p -> L4.over(p).build(),
                        p -> Borat.over(p).bundle(2).build());
        for (Function<List<Parameter>, Optimizer<?>> maker : makers) {
            GoldenSequence s = new GoldenSequence(maker);
            String name = s.optimizer.getClass().getSimpleName();
            Gradients slope = Gradients.of(Map.of(s.w, Tensor.of(new double[] {1, 1, 1})));
            Gradients flat = Gradients.of(Map.of(s.w, Tensor.of(new double[3])));
            assertThat(s.optimizer.step(slope, -0.5).bound()).as(name).isEqualTo(Bound.ZERO);
            assertThat(s.w.value().toDoubleArray()).as(name).containsExactly(1, -2, 0.5);
            GoldenSequence other = new GoldenSequence(maker);
            other.optimizer.step(Gradients.of(Map.of(other.w, flat.of(s.w))), 1);
            assertThat(other.w.value().toDoubleArray()).as(name).containsExactly(1, -2, 0.5);
        }
    }

    @Test
    void adaptationWaitsForAGradient() {
        List<Function<List<Parameter>, Optimizer<?>>> makers =
                List.of(
                        p -> DAdaptSgd.over(p).d0(0.1).build(),
                        p -> DAdaptAdam.over(p).d0(0.1).epsilon(0).build(),
                        p -> Prodigy.over(p).d0(0.1).epsilon(0).build());
        for (Function<List<Parameter>, Optimizer<?>> maker : makers) {
            GoldenSequence s = new GoldenSequence(maker);
            Gradients flat = Gradients.of(Map.of(s.w, Tensor.of(new double[3])));
            s.optimizer.step(flat, 1);
            assertThat(s.w.value().toDoubleArray()).containsExactly(1, -2, 0.5);
            s.step(0);
            assertThat(s.w.value().toDoubleArray()).doesNotContain(Double.NaN).isNotEmpty();
            assertThat(s.w.value().toDoubleArray()[0]).isLessThan(1);
        }
    }

    /// γ_0 = 1, m = 1: each step at most doubles, and one of 0 is not remembered.
    @Test
    void smoothedSpsRecoversFromAStepOfZero() {
        Parameter w = new Parameter("w", Tensor.of(new double[] {0}));
        Sps sps = Sps.over(List.of(w)).smoothed(1).build();
        Gradients g = Gradients.of(Map.of(w, Tensor.of(new double[] {1})));
        assertThat(sps.step(g, 100).stepSize()).isEqualTo(2);
        assertThat(sps.step(g, 0).stepSize()).isZero();
        assertThat(sps.step(g, 100).stepSize()).isEqualTo(4);
    }

    @Test
    void wrongNumbersAndTablesAreRefused() {
        Bowl bowl = new Bowl(p -> Borat.over(p).bundle(3).build());
        bowl.step(0);
        OptimizerState state = bowl.optimizer.state();
        assertThat(new TreeMap<>(state.tensors()))
                .containsOnlyKeys("b", "g0/a", "g0/b", "gram", "x0/a", "x0/b");
        Map<String, Tensor> tensors = new HashMap<>(state.tensors());
        tensors.put("b", Tensor.of(new double[] {1}, 1));
        assertThatThrownBy(
                        () ->
                                bowl.optimizer.load(
                                        new OptimizerState("Borat", tensors, state.numbers())))
                .hasMessageContaining("b is F64 [1], but there are 2 numbers");
        Map<String, Double> numbers = new HashMap<>(state.numbers());
        numbers.put("pieces", 0.5);
        assertThatThrownBy(
                        () ->
                                bowl.optimizer.load(
                                        new OptimizerState("Borat", state.tensors(), numbers)))
                .hasMessageContaining("pieces is 0.5, which is no count");
        Bowl other = new Bowl(p -> DAdaptSgd.over(p).build());
        OptimizerState adapted = other.optimizer.state();
        Map<String, Double> infinite = new HashMap<>(adapted.numbers());
        infinite.put("d", Double.POSITIVE_INFINITY);
        assertThatThrownBy(
                        () ->
                                other.optimizer.load(
                                        new OptimizerState(
                                                "DAdaptSgd", adapted.tensors(), infinite)))
                .hasMessageContaining("d is Infinity, which is not finite");
    }

    @Test
    void rejectsImpossibleOptions() {
        List<Parameter> p = List.of(new Parameter("w", Tensor.zeros(1)));
        assertThatThrownBy(() -> Yogi.over(p).beta1(1)).hasMessageContaining("below 1");
        assertThatThrownBy(() -> BpGrad.over(p).epsilon(-1)).hasMessageContaining("at least 0");
        assertThatThrownBy(() -> L4.over(p).fraction(0)).hasMessageContaining("L4 with fraction 0");
        assertThatThrownBy(() -> L4.over(p).fraction(1.5)).hasMessageContaining("at most 1");
        assertThatThrownBy(() -> Sps.over(p).c(0)).hasMessageContaining("above 0");
        assertThatThrownBy(() -> Sps.over(p).smoothed(0)).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> MoMo.over(p).lowerBound(Double.NaN))
                .hasMessageContaining("must be finite");
        assertThatThrownBy(() -> Borat.over(p).bundle(1)).hasMessageContaining("from 2 to 10");
        assertThatThrownBy(() -> Borat.over(p).maxLearningRate(Double.POSITIVE_INFINITY))
                .hasMessageContaining("a number above 0");
        assertThatThrownBy(() -> Prodigy.over(p).d0(0)).hasMessageContaining("above 0");
        assertThatThrownBy(() -> ScheduleFree.over(p).beta(0)).hasMessageContaining("above 0");
        assertThatThrownBy(() -> ScheduleFree.over(p).project(Projection.l2Ball(1)).build())
                .hasMessageContaining("Schedule-Free SGD with a projection");
        assertThatThrownBy(
                        () -> ScheduleFreeAdamW.over(p).average(Averaging.exponential(0.9)).build())
                .hasMessageContaining("Schedule-Free AdamW with averaging");
    }
}
