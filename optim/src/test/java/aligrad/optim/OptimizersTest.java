package aligrad.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import aligrad.autograd.Gradients;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Expected numbers: golden vectors from the released programs and the frameworks' formulas.
class OptimizersTest {

    private static Arguments golden(
            String name,
            Function<List<Parameter>, Optimizer<?>> maker,
            double[] afterOne,
            double[] afterThree) {
        return Arguments.of(name, maker, afterOne, afterThree);
    }

    private static double[] w(double... values) {
        return values;
    }

    static Stream<Arguments> goldenVectors() {
        return Stream.of(
                golden(
                        "SGD Nesterov with weight decay",
                        p ->
                                Sgd.over(p)
                                        .learningRate(0.1)
                                        .momentum(0.9)
                                        .nesterov(true)
                                        .weightDecay(0.01)
                                        .build(),
                        w(0.9791, -1.9582, 0.44205),
                        w(1.0564334126, -2.0506751251, 0.2497377848)),
                golden(
                        "SGD plain",
                        p -> Sgd.over(p).learningRate(0.1).build(),
                        w(0.99, -1.98, 0.47),
                        w(1.025, -2.03, 0.42)),
                golden(
                        "heavy ball",
                        p -> Sgd.over(p).learningRate(0.1).momentum(0.9).build(),
                        w(0.99, -1.98, 0.47),
                        w(1.0439, -2.0408, 0.3147)),
                golden(
                        "Adagrad of PyTorch with weight decay",
                        p -> Adagrad.over(p).learningRate(0.1).weightDecay(0.01).build(),
                        w(0.9000000001, -1.9, 0.4),
                        w(0.9816587417, -1.9871778111, 0.3249104217)),
                golden(
                        "Adagrad of TensorFlow",
                        p ->
                                Adagrad.over(p)
                                        .learningRate(0.1)
                                        .initialAccumulator(0.1)
                                        .epsilon(0)
                                        .build(),
                        w(0.9698488655, -1.9465477516, 0.4311752798),
                        w(1.0372506386, -2.0266118285, 0.3636343584)),
                golden(
                        "Adam, ε inside, with weight decay",
                        p ->
                                Adam.over(p)
                                        .learningRate(0.01)
                                        .epsilonForm(Adam.EpsilonForm.INSIDE)
                                        .weightDecay(0.01)
                                        .build(),
                        w(0.9900000287, -1.9900000144, 0.4900000104),
                        w(0.9984963809, -1.9968049118, 0.4738337105)),
                golden(
                        "Adam, ε outside, with weight decay",
                        p -> Adam.over(p).learningRate(0.01).weightDecay(0.01).build(),
                        w(0.9900000009, -1.9900000005, 0.4900000003),
                        w(0.9984963594, -1.9968049017, 0.4738336933)),
                golden(
                        "AdamW, ε inside",
                        p ->
                                AdamW.over(p)
                                        .with(
                                                new Adam.Options(
                                                        LearningRate.constant(0.01),
                                                        0.9,
                                                        0.999,
                                                        1e-8,
                                                        Adam.EpsilonForm.INSIDE,
                                                        false,
                                                        0.01))
                                        .build(),
                        w(0.9899000316, -1.9898000158, 0.4899500105),
                        w(0.9988205777, -1.9972421183, 0.4737643639)),
                golden(
                        "RMSProp of TensorFlow",
                        p ->
                                RmsProp.over(p)
                                        .learningRate(0.01)
                                        .decay(0.9)
                                        .initialMeanSquare(1)
                                        .epsilon(1e-10)
                                        .epsilonInsideRoot(true)
                                        .build(),
                        w(0.9989464926, -1.9978964842, 0.4968534161),
                        w(1.0027657908, -2.0033564833, 0.4915009766)),
                golden(
                        "Yogi with weight decay",
                        p -> Yogi.over(p).learningRate(0.01).weightDecay(0.01).build(),
                        w(0.9900000287, -1.9900000144, 0.4900000104),
                        w(0.9984945281, -1.9968029087, 0.4738385264)),
                golden(
                        "BPGrad with momentum and weight decay",
                        p ->
                                BpGrad.over(p)
                                        .learningRate(0.1)
                                        .momentum(0.9)
                                        .weightDecay(0.01)
                                        .build(),
                        w(0.9796118325, -1.9592236649, 0.4434691718),
                        w(0.9005837261, -1.8787403936, 0.4182187882)),
                golden(
                        "BPGrad without momentum, released",
                        p -> BpGrad.over(p).learningRate(0.1).weightDecay(0.01).released().build(),
                        w(1, -2, 0.5),
                        w(1, -2, 0.5)),
                golden(
                        "BPGrad without momentum, intended",
                        p -> BpGrad.over(p).learningRate(0.1).weightDecay(0.01).build(),
                        w(0.9796118325, -1.9592236649, 0.4434691718),
                        w(0.9333037824, -1.9458688315, 0.5175769646)),
                golden(
                        "DFW, eta 0.1",
                        p -> Dfw.over(p).learningRate(0.1).momentum(0.9).weightDecay(0.01).build(),
                        w(0.9791, -1.9582, 0.44205),
                        w(0.9790607467, -1.9548699385, 0.3681662670)),
                golden(
                        "DFW, eta 1",
                        p -> Dfw.over(p).learningRate(1).momentum(0.9).weightDecay(0.01).build(),
                        w(0.791, -1.582, -0.0795),
                        w(0.5488905023, -1.2549122552, -0.4175930075)),
                golden(
                        "L4Adam with weight decay",
                        p -> L4.over(p).weightDecay(0.01).build(),
                        w(0.9442689125, -1.9442435917, 0.4442365310),
                        w(1.1398950623, -2.1197066331, 0.0422298623)),
                golden(
                        "L4Mom with weight decay",
                        p -> L4.over(p).direction(L4.Direction.MOMENTUM).weightDecay(0.01).build(),
                        w(0.9746326942, -1.9492653884, 0.4296633793),
                        w(1.1006110609, -2.0953260885, -0.0029275726)));
    }

    /// γ and lr of the golden vectors.
    @Test
    void reportsTheStepSizesOfDfwAndL4() {
        expectStepSizes(
                p -> Dfw.over(p).learningRate(0.1).momentum(0.9).weightDecay(0.01).build(),
                0.1,
                0.1 * 0.2740619400,
                0.1);
        expectStepSizes(
                p -> Dfw.over(p).learningRate(1).momentum(0.9).weightDecay(0.01).build(),
                1,
                0.0409747925,
                1);
        expectStepSizes(
                p -> L4.over(p).weightDecay(0.01).build(),
                0.0557817521,
                0.0011312035,
                0.6167958083);
        expectStepSizes(
                p -> L4.over(p).direction(L4.Direction.MOMENTUM).weightDecay(0.01).build(),
                0.2306118710,
                0.0025817740,
                1.6816492818);
    }

    private static void expectStepSizes(
            Function<List<Parameter>, Optimizer<?>> maker, double... sizes) {
        GoldenSequence s = new GoldenSequence(maker);
        for (int t = 0; t < 3; t++) {
            assertThat(s.step(t).stepSize()).isCloseTo(sizes[t], within(1e-9));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("goldenVectors")
    void equalsTheGoldenVector(
            String name,
            Function<List<Parameter>, Optimizer<?>> maker,
            double[] afterOne,
            double[] afterThree) {
        GoldenSequence s = new GoldenSequence(maker);
        s.step(0);
        s.expect(afterOne);
        s.step(1);
        s.step(2);
        s.expect(afterThree);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("goldenVectors")
    void continuesFromSavedStateBitForBit(
            String name,
            Function<List<Parameter>, Optimizer<?>> maker,
            double[] afterOne,
            double[] afterThree) {
        GoldenSequence s = new GoldenSequence(maker);
        s.step(0);
        GoldenSequence resumed = new GoldenSequence(maker);
        resumed.w.set(s.w.value());
        resumed.optimizer.load(s.optimizer.state());
        s.step(1);
        s.step(2);
        resumed.step(1);
        resumed.step(2);
        assertThat(resumed.w.value().toDoubleArray()).isEqualTo(s.w.value().toDoubleArray());
        assertThat(resumed.optimizer.steps()).isEqualTo(3);
    }

    @Test
    void amsgradRemembersTheLargestSquare() {
        double[][] gradients = {{0.4, -0.2, 0.3}, {-0.1, 0.5, 0.1}, {0.05, 0, -0.1}};
        for (boolean amsgrad : new boolean[] {false, true}) {
            Parameter p = new Parameter("w", Tensor.of(new double[] {1, -2, 0.5}));
            Adam optimizer =
                    Adam.over(List.of(p))
                            .learningRate(0.01)
                            .beta2(0.5)
                            .epsilonForm(Adam.EpsilonForm.INSIDE)
                            .amsgrad(amsgrad)
                            .build();
            for (double[] g : gradients) {
                optimizer.step(Gradients.of(Map.of(p, Tensor.of(g))), 1);
            }
            double[] expected =
                    amsgrad
                            ? w(0.9823442474, -1.9966753026, 0.4782586355)
                            : w(0.9780525059, -1.9977959903, 0.4739567956);
            assertThat(p.value().toDoubleArray()).containsExactly(expected, within(1e-9));
        }
    }

    @Test
    void clippingScalesAllGradientsByTheirJointNorm() {
        Parameter a = new Parameter("a", Tensor.of(new double[] {0}, 1));
        Parameter b = new Parameter("b", Tensor.of(new double[] {0}, 1));
        Sgd sgd = Sgd.over(List.of(a, b)).learningRate(1).clip(Clipping.globalNorm(1)).build();
        Gradients g =
                Gradients.of(
                        Map.of(
                                a, Tensor.of(new double[] {3}, 1),
                                b, Tensor.of(new double[] {-4}, 1)));
        StepReport report = sgd.step(g, 1); // norm 5, so everything times 1/5
        assertThat(a.value().item()).isCloseTo(-0.6, within(1e-15));
        assertThat(b.value().item()).isCloseTo(0.8, within(1e-15));
        assertThat(report.gradientNorm()).isCloseTo(5, within(1e-15));
    }

    @Test
    void parametersWithoutGradientStayAsTheyAre() {
        Parameter used = new Parameter("used", Tensor.of(new double[] {1}, 1));
        Parameter unused = new Parameter("unused", Tensor.of(new double[] {7}, 1));
        Adam adam = Adam.over(List.of(used, unused)).learningRate(0.1).build();
        adam.step(() -> used.value().square().sum());
        assertThat(unused.value().item()).isEqualTo(7);
        assertThat(used.value().item()).isLessThan(1);
        assertThat(adam.state().tensors())
                .containsOnlyKeys("m/0.used", "v/0.used", "m/1.unused", "v/1.unused");
        assertThat(adam.state().tensors().get("m/1.unused").item()).isZero();
    }

    @Test
    void gradientsThatAreNotFiniteAreSkippedAndTraced() {
        List<Function<List<Parameter>, Optimizer<?>>> makers =
                List.of(
                        p -> Sgd.over(p).learningRate(0.1).build(),
                        p -> Adam.over(p).learningRate(0.1).build());
        for (Function<List<Parameter>, Optimizer<?>> maker : makers) {
            Parameter w = new Parameter("w", Tensor.of(new double[] {0, 1}));
            Optimizer<?> optimizer = maker.apply(List.of(w));
            // the loss is 1, its gradient ∞ · 0 in the first place
            Supplier<Tensor> loss = () -> w.value().mul(0).sqrt().mul(w.value()).sum().add(1);
            optimizer.step(loss);
            StepReport report = Objects.requireNonNull(optimizer.lastStep());
            assertThat(report.bound()).isEqualTo(StepReport.Bound.SKIPPED);
            assertThat(report.gradientNorm()).isNaN();
            assertThat(w.value().toDoubleArray()).containsExactly(0, 1);
            assertThat(optimizer.steps()).isZero();
            assertThatThrownBy(
                            () -> {
                                for (int i = 1; i < Optimizer.PATIENCE; i++) {
                                    optimizer.step(loss);
                                }
                            })
                    .isInstanceOf(NonFiniteLossException.class)
                    .hasMessageContaining("in the derivative of sqrt");
        }
    }

    @Test
    void stateThatDoesNotFitIsRefusedAndNothingChanges() {
        GoldenSequence s = new GoldenSequence(p -> Adam.over(p).build());
        s.step(0);
        Tensor nines = Tensor.of(new double[] {9, 9, 9});
        Map<String, Double> counts = Map.of("steps", 5.0, "skippedInRow", 0.0);
        refused(
                s.optimizer,
                new OptimizerState("Adam", Map.of("m/0.w", nines, "v/other", nines), counts),
                "it lacks v/0.w",
                "Adam has no v/other");
        refused(
                s.optimizer,
                new OptimizerState(
                        "Adam", Map.of("m/0.w", nines, "v/0.w", Tensor.zeros(2)), counts),
                "v/0.w is F32 [2] on",
                "but the parameter is F64 [3] on");
        Map<String, Tensor> sound = Map.of("m/0.w", nines, "v/0.w", nines);
        refused(
                s.optimizer,
                new OptimizerState("Adam", sound, Map.of("step", 5.0, "skippedInRow", 0.0)),
                "it lacks steps",
                "Adam has no step;");
        for (double steps : new double[] {-1, 0.5, 1e300, Double.NaN}) {
            refused(
                    s.optimizer,
                    new OptimizerState("Adam", sound, Map.of("steps", steps, "skippedInRow", 0.0)),
                    "steps is " + steps + ", which is no count");
        }
    }

    /// The three remember tensors of the same names.
    @Test
    void stateOfAnotherOptimizerIsRefused() {
        GoldenSequence adam = new GoldenSequence(p -> Adam.over(p).build());
        GoldenSequence adamW = new GoldenSequence(p -> AdamW.over(p).build());
        GoldenSequence plain = new GoldenSequence(p -> Sgd.over(p).build());
        GoldenSequence heavy = new GoldenSequence(p -> Sgd.over(p).momentum(0.9).build());
        GoldenSequence alig = new GoldenSequence(p -> AliG.over(p).momentum(0.9).build());
        adam.step(0);
        heavy.step(0);
        refused(adamW.optimizer, adam.optimizer.state(), "state of Adam", "into AdamW");
        refused(alig.optimizer, heavy.optimizer.state(), "state of Sgd", "into AliG");
        refused(plain.optimizer, heavy.optimizer.state(), "Sgd has no momentum/0.w");
        refused(heavy.optimizer, plain.optimizer.state(), "it lacks momentum/0.w");
    }

    private static void refused(Optimizer<?> optimizer, OptimizerState wrong, String... parts) {
        String before = printed(optimizer.state());
        assertThatThrownBy(() -> optimizer.load(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(parts);
        assertThat(printed(optimizer.state())).isEqualTo(before);
    }

    private static String printed(OptimizerState state) {
        return new TreeMap<>(state.numbers()) + " " + new TreeMap<>(state.tensors());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("goldenVectors")
    void theSameParameterTwiceIsRefused(
            String name,
            Function<List<Parameter>, Optimizer<?>> maker,
            double[] afterOne,
            double[] afterThree) {
        Parameter p = new Parameter("w", Tensor.of(new double[] {1}));
        assertThatThrownBy(() -> maker.apply(List.of(p, p)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("parameter '1.w' is the same as '0.w'");
    }

    @Test
    void longAndShortFormTakeTheSameStep() {
        Parameter p = new Parameter("w", Tensor.of(new float[] {3, -2}));
        Parameter q = new Parameter("w", Tensor.of(new float[] {3, -2}));
        AliG shortForm = AliG.over(List.of(p)).maxLearningRate(0.3).momentum(0.9).build();
        AliG longForm = AliG.over(List.of(q)).maxLearningRate(0.3).momentum(0.9).build();
        for (int i = 0; i < 5; i++) {
            shortForm.step(() -> p.value().square().sum());
            Tensor loss = q.value().square().sum();
            longForm.step(Gradients.of(loss), loss.item());
        }
        assertThat(p.value().toFloatArray()).isEqualTo(q.value().toFloatArray());
    }

    @Test
    void valuesReadBeforeAStepKeepTheirNumbers() {
        Parameter p = new Parameter("w", Tensor.of(new float[] {3, -2}));
        Tensor before = p.value();
        Tensor pending = p.value().mul(10);
        Tensor view = p.value().unsqueeze(0);
        Sgd sgd = Sgd.over(List.of(p)).learningRate(0.5).build();
        sgd.step(() -> p.value().square().sum()); // w - 0.5 · 2 w = 0
        assertThat(p.value().toFloatArray()).containsExactly(0, 0);
        assertThat(before.toFloatArray()).containsExactly(3, -2);
        assertThat(pending.toFloatArray()).containsExactly(30, -20);
        assertThat(view.toFloatArray()).containsExactly(3, -2);
    }
}
