package aligrad.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import aligrad.autograd.Gradients;
import aligrad.optim.AliG.Momentum;
import aligrad.optim.StepReport.Bound;
import aligrad.tensor.DType;
import aligrad.tensor.Parameter;
import aligrad.tensor.Scope;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// A step that a device decides on its own is the step that the host decides, bit for bit. The
/// device is the processor here, which rounds as the host does.
class DeviceFormTest {

    /// Two parameters in two groups, a third that the loss does not need, and in each step a loss
    /// and gradients that the test chooses.
    private static final class Twins {
        private final Problem host;
        private final Problem device;

        Twins(DType dtype, Consumer<AliG.Builder> options) {
            host = new Problem(dtype, options);
            device = new Problem(dtype, options);
        }

        /// One step of both; they must agree. The device's report is asked for at once.
        StepReport step(double loss, double slope) {
            host.step(loss, slope);
            StepReport expected = host.optimizer.lastStep();
            PendingStep pending = device.tell(loss, slope);
            assertThat(pending.isFinished()).isFalse();
            assertThat(pending.report()).isEqualTo(expected);
            assertThat(pending.isFinished()).isTrue();
            requireSame();
            assertThat(expected).isNotNull();
            return expected;
        }

        void requireSame() {
            assertThat(device.numbers()).isEqualTo(host.numbers());
            assertThat(device.optimizer.steps()).isEqualTo(host.optimizer.steps());
            assertThat(device.optimizer.state().numbers())
                    .isEqualTo(host.optimizer.state().numbers());
        }
    }

    private static final class Problem {
        private final List<Parameter> parameters = new ArrayList<>();
        private final AliG optimizer;

        Problem(DType dtype, Consumer<AliG.Builder> options) {
            SplittableRandom random = new SplittableRandom(5);
            for (int i = 0; i < 3; i++) {
                double[] values = random.doubles(7 + 100 * i, -1, 1).toArray();
                parameters.add(new Parameter("p" + i, Tensor.of(values).to(dtype)));
            }
            AliG.Builder builder =
                    AliG.over(parameters.subList(0, 1))
                            .maxLearningRate(0.3)
                            .and(parameters.subList(1, 3))
                            .maxLearningRate(0.05);
            options.accept(builder);
            optimizer = builder.build();
        }

        /// A loss of this value, whose gradient points to 0 with this slope.
        private Supplier<Tensor> loss(double value, double slope) {
            return () -> {
                Tensor sum = parameters.get(0).value().square().sum();
                sum = sum.add(parameters.get(1).value().square().sum()).mul(0.5 * slope);
                return sum.sub(sum.detach()).add(value);
            };
        }

        void step(double value, double slope) {
            optimizer.step(loss(value, slope));
        }

        PendingStep tell(double value, double slope) {
            Supplier<Tensor> loss = loss(value, slope);
            return Scope.compute(
                    "step",
                    () -> {
                        Tensor computed = loss.get();
                        return optimizer.tell(loss, computed, Gradients.of(computed));
                    });
        }

        List<Double> numbers() {
            List<Double> numbers = new ArrayList<>();
            for (Parameter parameter : parameters) {
                for (double value : parameter.value().toDoubleArray()) {
                    numbers.add(value);
                }
            }
            optimizer
                    .state()
                    .tensors()
                    .forEach(
                            (_, tensor) -> {
                                for (double value : tensor.toDoubleArray()) {
                                    numbers.add(value);
                                }
                            });
            return numbers;
        }
    }

    private static Problem plain() {
        return new Problem(DType.F32, _ -> {});
    }

    private static Twins twins(Consumer<AliG.Builder> options) {
        return new Twins(DType.F32, options);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64"})
    void plainSteps(DType dtype) {
        Twins twins = new Twins(dtype, _ -> {});
        assertThat(twins.step(7, 0.5).bound()).isEqualTo(Bound.MAX_LEARNING_RATE);
        assertThat(twins.step(0.1, 3).bound()).isEqualTo(Bound.NONE);
        assertThat(twins.step(19, 2).bound()).isEqualTo(Bound.MAX_LEARNING_RATE);
    }

    @ParameterizedTest
    @EnumSource
    void momentum(Momentum variant) {
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            Twins twins =
                    new Twins(dtype, builder -> builder.momentum(0.9).momentumVariant(variant));
            for (int i = 0; i < 10; i++) {
                twins.step(0.3 + i % 3, 0.1 + i % 4);
            }
        }
    }

    @Test
    void theProjectionActsWhereItIsNeeded() {
        Twins twins =
                twins(
                        builder ->
                                builder.momentum(0.9)
                                        .momentumVariant(Momentum.ADJUSTED)
                                        .project(Projection.l2Ball(7)));
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            ratios.add(twins.step(5, i < 4 ? -1 : 1).projectionRatio());
        }
        assertThat(ratios).contains(1.0).anyMatch(ratio -> ratio < 1);
    }

    @Test
    void aNegativeLossMovesByMomentumOnly() {
        Twins twins = twins(builder -> builder.momentum(0.9).project(Projection.l2Ball(7)));
        twins.step(1, 1);
        StepReport report = twins.step(-1, 1);
        assertThat(report.bound()).isEqualTo(Bound.ZERO);
        assertThat(report.stepSize()).isZero();
    }

    @Test
    void aZeroDenominatorGivesNoStep() {
        Twins twins = twins(builder -> builder.epsilon(0));
        assertThat(twins.step(1, 0).unclippedStepSize()).isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void whatIsNotFiniteChangesNothing(double wrong) {
        Twins twins = twins(builder -> builder.momentum(0.9).project(Projection.l2Ball(5)));
        twins.step(1, 1);
        List<Double> before = twins.device.numbers();
        assertThat(twins.step(wrong, 1).bound()).isEqualTo(Bound.SKIPPED);
        assertThat(twins.step(1, wrong).skippedInRow()).isEqualTo(2);
        assertThat(twins.device.numbers()).isEqualTo(before);
        assertThat(twins.step(1, 1).skippedInRow()).isZero();
    }

    @Test
    void theReportOfTheLastOfTooManySkippedStepsThrows() {
        Problem device = plain();
        Problem host = plain();
        device.tell(1, 1);
        host.step(1, 1);
        for (int i = 1; i < Optimizer.PATIENCE; i++) {
            assertThat(device.tell(Double.NaN, 1).report().skippedInRow()).isEqualTo(i);
            host.step(Double.NaN, 1);
        }
        PendingStep tenth = device.tell(Double.NaN, 1);
        PendingStep further = device.tell(1, 1);
        Throwable expected = catchThrowable(() -> host.step(Double.NaN, 1));
        assertThat(expected).isInstanceOf(NonFiniteLossException.class);
        assertThatThrownBy(tenth::report)
                .isInstanceOf(NonFiniteLossException.class)
                .hasMessage(expected.getMessage());
        assertThat(tenth.report().skippedInRow()).isEqualTo(Optimizer.PATIENCE);
        assertThat(further.report().skippedInRow()).isZero();
    }

    @Test
    void reportsAreFinishedInOrder() {
        Problem device = plain();
        PendingStep first = device.tell(1, 1);
        PendingStep second = device.tell(Double.NaN, 1);
        PendingStep third = device.tell(Double.NaN, 1);
        assertThat(third.report().skippedInRow()).isEqualTo(2);
        assertThat(first.isFinished()).isTrue();
        assertThat(second.report().skippedInRow()).isEqualTo(1);
        assertThat(device.optimizer.lastStep()).isSameAs(third.report());
    }

    @Test
    void whatAsksTheOptimizerFinishesTheStepsUnderWay() {
        List<Consumer<AliG>> questions =
                List.of(
                        Optimizer::steps,
                        Optimizer::lastStep,
                        Optimizer::state,
                        optimizer -> optimizer.load(plain().optimizer.state()),
                        optimizer -> optimizer.evaluating(() -> 0));
        for (Consumer<AliG> question : questions) {
            Problem device = plain();
            PendingStep first = device.tell(1, 1);
            PendingStep second = device.tell(1, 2);
            question.accept(device.optimizer);
            assertThat(first.isFinished()).isTrue();
            assertThat(second.isFinished()).isTrue();
        }
    }

    @Test
    void theStateGoesOnExactly() {
        Consumer<AliG.Builder> options =
                builder -> builder.momentum(0.9).project(Projection.l2Ball(7));
        Problem whole = new Problem(DType.F32, options);
        Problem parts = new Problem(DType.F32, options);
        for (int i = 0; i < 3; i++) {
            whole.tell(1 + i, -1);
            parts.tell(1 + i, -1);
        }
        Problem resumed = new Problem(DType.F32, options);
        resumed.optimizer.load(parts.optimizer.state());
        for (int i = 0; i < 3; i++) {
            resumed.parameters.get(i).set(parts.parameters.get(i).value());
        }
        for (int i = 0; i < 3; i++) {
            whole.tell(2 + i, 1);
            resumed.tell(2 + i, 1);
        }
        assertThat(resumed.numbers()).isEqualTo(whole.numbers());
        assertThat(resumed.optimizer.state().numbers())
                .isEqualTo(whole.optimizer.state().numbers());
    }

    /// On a device that does not go on by itself there is nothing to wait for.
    @Test
    void onTheProcessorAStepIsDoneAtOnce() {
        Problem problem = plain();
        PendingStep step = problem.optimizer.begin(problem.loss(1, 1));
        assertThat(step.isFinished()).isTrue();
        assertThat(step.report()).isSameAs(problem.optimizer.lastStep());
    }
}
