package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import aligrad.nn.Activation;
import aligrad.nn.Conv2d;
import aligrad.nn.CrossEntropy;
import aligrad.nn.Flatten;
import aligrad.nn.Linear;
import aligrad.nn.MaxPool2d;
import aligrad.nn.Precision;
import aligrad.nn.Sequential;
import aligrad.optim.Adagrad;
import aligrad.optim.Adam;
import aligrad.optim.AdamW;
import aligrad.optim.Optimizer;
import aligrad.optim.RmsProp;
import aligrad.optim.Sgd;
import aligrad.tensor.DType;
import aligrad.tensor.Parameter;
import aligrad.tensor.Random;
import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;
import aligrad.tensor.io.SafeTensors;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/// From the same weights and batches, twenty steps of a small convolutional network end where
/// PyTorch's do (`steps_golden.py`).
class TorchStepsTest {

    private static final int STEPS = 20;

    /// Both sides round a few thousand operations in each step at 1e-16.
    private static final double TOLERANCE_F64 = 1e-11;

    private static final double TOLERANCE_F32 = 1e-5;

    static Stream<Arguments> optimizers() {
        return Stream.of(
                optimizer(
                        "nesterov",
                        p ->
                                Sgd.over(p)
                                        .learningRate(0.05)
                                        .momentum(0.9)
                                        .nesterov(true)
                                        .weightDecay(1e-3)
                                        .build()),
                optimizer("adam", p -> Adam.over(p).learningRate(0.01).weightDecay(1e-3).build()),
                optimizer(
                        "amsgrad",
                        p -> Adam.over(p).learningRate(0.01).beta2(0.9).amsgrad(true).build()),
                optimizer("adamw", p -> AdamW.over(p).learningRate(0.01).weightDecay(0.1).build()),
                optimizer(
                        "adagrad",
                        p -> Adagrad.over(p).learningRate(0.02).weightDecay(1e-3).build()),
                optimizer(
                        "rmsprop",
                        p -> RmsProp.over(p).learningRate(0.003).weightDecay(1e-3).build()));
    }

    private static Arguments optimizer(
            String name, Function<Map<String, Parameter>, Optimizer<?>> maker) {
        return Arguments.of(name, maker);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("optimizers")
    void doubleStepsAreThoseOfPyTorch(
            String name, Function<Map<String, Parameter>, Optimizer<?>> maker) {
        compare(name, maker, DType.F64, TOLERANCE_F64);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("optimizers")
    void singleStepsAreThoseOfPyTorch(
            String name, Function<Map<String, Parameter>, Optimizer<?>> maker) {
        compare(name, maker, DType.F32, TOLERANCE_F32);
    }

    private static void compare(
            String name,
            Function<Map<String, Parameter>, Optimizer<?>> maker,
            DType type,
            double tolerance) {
        SafeTensors golden = golden();
        Sequential model = Precision.use(type, TorchStepsTest::model);
        Map<String, Tensor> start = new HashMap<>();
        for (String key : model.namedParameters().keySet()) {
            start.put(key, golden.tensor("start/" + key).to(type));
        }
        model.load(start);
        Optimizer<?> optimizer = maker.apply(model.namedParameters());
        Tensor images = golden.tensor("images").to(type);
        Tensor labels = golden.tensor("labels");
        double[] losses = golden.tensor(name + "/losses").toDoubleArray();
        for (int t = 0; t < STEPS; t++) {
            int batch = t % 5;
            double loss =
                    optimizer.step(
                            () ->
                                    CrossEntropy.mean(
                                            model.forward(at(images, batch)), at(labels, batch)));
            assertThat(loss).as("loss of step %d", t).isCloseTo(losses[t], within(tolerance));
        }
        model.namedParameters()
                .forEach(
                        (key, parameter) ->
                                assertThat(parameter.value().toDoubleArray())
                                        .as(key)
                                        .containsExactly(
                                                golden.tensor(name + "/" + key).toDoubleArray(),
                                                within(tolerance)));
    }

    private static Tensor at(Tensor batches, int i) {
        return batches.slice(0, i, i + 1).squeeze(0);
    }

    private static Sequential model() {
        Random random = Random.stream(1);
        return Sequential.of()
                .add("conv", new Conv2d(2, 3, Window2d.of(3).withPadding(1), random))
                .add("relu", Activation.relu())
                .add("pool", new MaxPool2d(Window2d.of(2).withStride(2)))
                .add("flatten", new Flatten())
                .add("linear", new Linear(27, 5, random));
    }

    private static SafeTensors golden() {
        URL url = TorchStepsTest.class.getResource("golden/steps.safetensors");
        try {
            return SafeTensors.open(Path.of(Objects.requireNonNull(url).toURI()));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
