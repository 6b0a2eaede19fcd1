package aligrad.backends.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.autograd.Gradients;
import aligrad.nn.BinaryCrossEntropy;
import aligrad.nn.CrossEntropy;
import aligrad.nn.Dnc;
import aligrad.nn.DncConfig;
import aligrad.nn.InferSent;
import aligrad.nn.Module;
import aligrad.nn.WideResNet;
import aligrad.optim.AliG;
import aligrad.optim.AliG.Momentum;
import aligrad.optim.PendingStep;
import aligrad.optim.Projection;
import aligrad.optim.StepReport;
import aligrad.optim.StepReport.Bound;
import aligrad.tensor.DType;
import aligrad.tensor.Device;
import aligrad.tensor.Parameter;
import aligrad.tensor.Random;
import aligrad.tensor.Reductions;
import aligrad.tensor.Scope;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/// A training step of ALI-G on a device: what it does, and that nothing in it waits.
class TrainingStepTest {

    private static final int BATCH = 3;

    @BeforeAll
    static void needsADevice() {
        Presence.device();
    }

    /// A model and what it learns, small.
    enum Task {
        DNC {
            @Override
            Module model(Random random) {
                return new Dnc(DncConfig.REPEAT_COPY, random);
            }

            @Override
            Tensor loss(Module model, int i) {
                Tensor logits = ((Dnc) model).forward(numbers(i, 4, BATCH, 6));
                Tensor targets = numbers(i, 4, BATCH, 5).gt(0.5).to(logits.dtype());
                return BinaryCrossEntropy.perElement(logits, targets).sum().mul(1.0 / BATCH);
            }
        },
        WIDE_RESNET {
            @Override
            Module model(Random random) {
                return WideResNet.of(10, 1).initialize(random);
            }

            @Override
            Tensor loss(Module model, int i) {
                Tensor scores = ((WideResNet) model).forward(numbers(i, BATCH, 16, 16, 3));
                return CrossEntropy.mean(scores, Tensor.of(new long[] {i % 10, 3, 9}));
            }
        },
        INFER_SENT {
            @Override
            Module model(Random random) {
                return InferSent.of(8).embedding(12).initialize(random);
            }

            @Override
            Tensor loss(Module model, int i) {
                Tensor scores =
                        ((InferSent) model)
                                .forward(
                                        numbers(i, BATCH, 5, 12),
                                        new int[] {5, 2, 3},
                                        numbers(i + 9, BATCH, 6, 12),
                                        new int[] {1, 6, 4});
                return CrossEntropy.mean(scores, Tensor.of(new long[] {2, 0, i % 3}));
            }
        };

        abstract Module model(Random random);

        abstract Tensor loss(Module model, int i);

        private static Tensor numbers(int seed, int... extents) {
            SplittableRandom random = new SplittableRandom(seed);
            float[] numbers = new float[(int) Shape.of(extents).size()];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = (float) random.nextDouble();
            }
            return Tensor.of(numbers, extents);
        }
    }

    private static <T> T onDevice(Supplier<T> body) {
        return Device.use(Device.of("opencl"), body);
    }

    private static OpenClBackend backend() {
        return (OpenClBackend) Device.of("opencl").backend();
    }

    private static AliG optimizer(Module model) {
        return AliG.over(model.namedParameters())
                .maxLearningRate(0.1)
                .momentum(0.9)
                .project(Projection.l2Ball(20))
                .build();
    }

    @ParameterizedTest
    @EnumSource
    void nothingWaitsInALoop(Task task) {
        List<Double> losses =
                onDevice(
                        () -> {
                            Module model = task.model(Random.stream(1));
                            AliG optimizer = optimizer(model);
                            List<PendingStep> steps = new ArrayList<>();
                            long waits = 0;
                            for (int step = 0; step < 5; step++) {
                                int i = step;
                                steps.add(optimizer.begin(() -> task.loss(model, i)));
                                if (i == 1) {
                                    waits = backend().waits(); // the first ask once for all
                                }
                                if (i > 0) {
                                    assertThat(steps.get(i - 1).report().loss()).isPositive();
                                    assertThat(steps.get(i).isFinished()).isFalse();
                                }
                            }
                            assertThat(backend().waits()).isEqualTo(waits);
                            return steps.stream().map(step -> step.report().loss()).toList();
                        });
        assertThat(losses).isEqualTo(hostLosses(task));
    }

    /// The same with numbers that the host waits for.
    private static List<Double> hostLosses(Task task) {
        return onDevice(
                () -> {
                    Module model = task.model(Random.stream(1));
                    AliG optimizer = optimizer(model);
                    List<Double> losses = new ArrayList<>();
                    long waits = backend().waits();
                    for (int i = 0; i < 5; i++) {
                        int step = i;
                        losses.add(hostStep(optimizer, () -> task.loss(model, step)).loss());
                    }
                    assertThat(backend().waits()).isGreaterThan(waits + 5);
                    return losses;
                });
    }

    private static StepReport hostStep(AliG optimizer, Supplier<Tensor> loss) {
        return Scope.compute(
                "step",
                () -> {
                    Tensor computed = loss.get();
                    return optimizer.step(Gradients.of(computed), computed.item());
                });
    }

    /// Two groups of parameters and a loss of any value and slope.
    private static final class Problem {
        final List<Parameter> parameters = new ArrayList<>();
        final AliG optimizer;

        Problem(Momentum variant) {
            for (int i = 0; i < 3; i++) {
                Tensor initial = Random.stream(i).normal(0, 1, 50 + 1000 * i);
                parameters.add(new Parameter("p" + i, initial));
            }
            optimizer =
                    AliG.over(parameters.subList(0, 1))
                            .maxLearningRate(0.3)
                            .momentum(0.9)
                            .and(parameters.subList(1, 3))
                            .maxLearningRate(0.01)
                            .momentum(0.5)
                            .momentumVariant(variant)
                            .project(Projection.l2Ball(30))
                            .build();
        }

        Tensor loss(double value, double slope) {
            Tensor sum = parameters.get(0).value().square().sum();
            for (Parameter p : parameters.subList(1, 3)) {
                sum = sum.add(p.value().sin().sum());
            }
            sum = sum.mul(slope);
            return sum.sub(sum.detach()).add(value);
        }

        List<Object> state() {
            List<Object> all = new ArrayList<>();
            parameters.forEach(p -> all.add(p.value().toFloatArray()));
            optimizer.state().tensors().values().forEach(t -> all.add(t.toFloatArray()));
            all.add(optimizer.state().numbers());
            return all;
        }
    }

    @ParameterizedTest
    @EnumSource
    void theDeviceDecidesAsTheHostDoes(Momentum variant) {
        double[] values = {3, 700, 2, Double.NaN, 1, 5, -1, 0, 8, 900, 900, 900};
        double[] slopes = {1, -1, Double.POSITIVE_INFINITY, 1, 1, 0, 1, 1, -2, -1, -1, 1};
        onDevice(
                () -> {
                    Problem device = new Problem(variant);
                    Problem host = new Problem(variant);
                    List<Bound> bounds = new ArrayList<>();
                    List<Double> ratios = new ArrayList<>();
                    for (int i = 0; i < values.length; i++) {
                        double value = values[i];
                        double slope = slopes[i];
                        PendingStep step = device.optimizer.begin(() -> device.loss(value, slope));
                        assertThat(step.isFinished()).isFalse();
                        StepReport expected =
                                hostStep(host.optimizer, () -> host.loss(value, slope));
                        assertThat(step.report()).isEqualTo(expected);
                        assertThat(device.state())
                                .usingRecursiveComparison()
                                .isEqualTo(host.state());
                        bounds.add(expected.bound());
                        ratios.add(expected.projectionRatio());
                    }
                    assertThat(bounds)
                            .contains(
                                    Bound.NONE, Bound.MAX_LEARNING_RATE, Bound.ZERO, Bound.SKIPPED);
                    assertThat(ratios).contains(1.0).anyMatch(ratio -> ratio < 1);
                    return 0;
                });
    }

    @Test
    void stepsThatNobodyAsksForAreCounted() {
        onDevice(
                () -> {
                    Problem problem = new Problem(Momentum.STANDARD);
                    List<PendingStep> steps = new ArrayList<>();
                    for (int i = 0; i < 5; i++) {
                        steps.add(problem.optimizer.begin(() -> problem.loss(1, 1)));
                    }
                    assertThat(steps.stream().map(PendingStep::isFinished))
                            .containsExactly(true, true, true, false, false);
                    assertThat(problem.optimizer.steps()).isEqualTo(5);
                    return 0;
                });
    }

    /// 60 tensors: three launches for their squares, and two that join what these came to.
    @Test
    void theNormOfAModelTakesFewLaunches() {
        onDevice(
                () -> {
                    List<Tensor> tensors = new ArrayList<>();
                    for (int i = 0; i < 60; i++) {
                        tensors.add(Tensor.full(1, DType.F32, 100, 1 + i).evaluate());
                    }
                    long before = launches();
                    assertThat(Reductions.squaredNorm(tensors).item()).isEqualTo(183_000);
                    assertThat(launches() - before).isEqualTo(5);
                    return 0;
                });
    }

    private static long launches() {
        return backend().launches().values().stream().mapToLong(n -> n).sum();
    }
}
