package aligrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import aligrad.tensor.DType;
import aligrad.tensor.Random;
import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Models with the state dictionaries of `pytorch.safetensors` compute what PyTorch does.
class PyTorchGoldenTest {

    private static final Random RANDOM = Random.stream(1);

    /// In `F32`: the house's bound for a network in single precision.
    private static final float SINGLE = 1e-4f;

    static List<Golden> cases() {
        return Golden.cases("pytorch");
    }

    private static Golden golden(String name) {
        return cases().stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void computesWhatPyTorchDoes(Golden golden) {
        Module model = Precision.use(DType.F64, () -> model(golden));
        LoadReport report = model.loadPyTorch(golden.group("state"));
        assertThat(report.isComplete()).isTrue();
        golden.assertClose(
                compute(golden, model, golden.inputs()), golden.tensor("output"), "output");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void computesTheSameInSinglePrecision(Golden golden) {
        Module model = model(golden);
        Map<String, Tensor> state = new LinkedHashMap<>();
        golden.group("state")
                .forEach(
                        (name, value) ->
                                state.put(
                                        name,
                                        value.dtype().isFloating() ? value.to(DType.F32) : value));
        model.loadPyTorch(state);
        Tensor[] inputs =
                Arrays.stream(golden.inputs()).map(x -> x.to(DType.F32)).toArray(Tensor[]::new);
        Tensor output = compute(golden, model, inputs);
        assertThat(output.dtype()).isEqualTo(DType.F32);
        assertThat(output.toFloatArray())
                .containsExactly(
                        golden.tensor("output").to(DType.F32).toFloatArray(), within(SINGLE));
    }

    /// As a part of a larger module, under a path of its own.
    @Test
    void loadsAModelThatIsPartOfAnother() {
        Golden golden = golden("resnet");
        Layer inner = (Layer) model(golden);
        Sequential outer = new Sequential().add("backbone", inner);
        Map<String, Tensor> state = new LinkedHashMap<>();
        golden.group("state").forEach((name, value) -> state.put("backbone." + name, value));
        assertThat(outer.loadPyTorch(state).loaded())
                .contains("backbone.layer2.0.downsample.1.running_var")
                .hasSameSizeAs(outer.state().keySet());
        assertThat(inner.namedParameters().get("backbone.fc.bias")).isNull();
        assertThat(inner.state().get("scores.bias").toDoubleArray())
                .containsExactly(golden.tensor("state/fc.bias").toDoubleArray(), within(1e-6));
    }

    @Test
    void theCountOfBatchesIsNotNeeded() {
        Golden golden = golden("wrn");
        Map<String, Tensor> state = new LinkedHashMap<>(golden.group("state"));
        assertThat(state.keySet().removeIf(name -> name.endsWith("num_batches_tracked"))).isTrue();
        assertThat(model(golden).loadPyTorch(state).isComplete()).isTrue();
    }

    @Test
    void whatDoesNotFitIsNamedAsPyTorchDoesAndNothingChanges() {
        Golden golden = golden("densenet_bc");
        Map<String, Tensor> state = new LinkedHashMap<>(golden.group("state"));
        state.remove("block2.layer.0.conv2.weight");
        state.put("trans1.conv1.weight", Tensor.zeros(5, 1, 1, 9));
        state.put("fc.bias", Tensor.zeros(3));
        state.put("bn1.num_batches", Tensor.zeros(1));
        Module model = model(golden);
        Map<String, Tensor> before = model.state();
        // 2·3 + 3 channels come to the first transition, and 4 leave it
        assertThatThrownBy(() -> model.loadPyTorch(state))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("load PyTorch's state dictionary into DenseNet(BC-10-3")
                .hasMessageContaining("1 missing (block2.layer.0.conv2.weight)")
                .hasMessageContaining("2 unexpected (")
                .hasMessageContaining("fc.bias")
                .hasMessageContaining("bn1.num_batches")
                .hasMessageContaining(
                        "trans1.conv1.weight is F32 [4, 9, 1, 1], the state has F32 [5, 1, 1, 9]");
        Map<String, Tensor> after = model.state();
        before.forEach(
                (path, value) ->
                        assertThat(after.get(path).toFloatArray())
                                .as(path)
                                .containsExactly(value.toFloatArray()));
    }

    @Test
    void sharedWeightsMayBeSavedOnceOrTwice() {
        Linear linear = new Linear(2, 2, RANDOM);
        Sequential twice = Sequential.of(linear, linear);
        Map<String, Tensor> once = new LinkedHashMap<>();
        once.put("0.weight", Tensor.full(2, DType.F32, 2, 2));
        once.put("0.bias", Tensor.full(3, DType.F32, 2));
        assertThat(twice.loadPyTorch(once).isComplete()).isTrue();
        assertThat(linear.weight().value().toFloatArray()).containsOnly(2);
        Map<String, Tensor> both = new LinkedHashMap<>(once);
        both.put("1.weight", Tensor.full(2, DType.F32, 2, 2));
        both.put("1.bias", Tensor.full(3, DType.F32, 2));
        assertThat(twice.loadPyTorch(both).isComplete()).isTrue();
    }

    /// One LSTM cell has two biases that are added; the constant 1 is part of them.
    @Test
    void theForgetBiasOfTheDncIsTakenOutOfPyTorchs() {
        Golden golden = golden("dnc");
        Module model = Precision.use(DType.F64, () -> model(golden));
        model.loadPyTorch(golden.group("state"));
        int h = golden.integer("hidden");
        double[] ih = golden.tensor("state/lstm.bias_ih").toDoubleArray();
        double[] hh = golden.tensor("state/lstm.bias_hh").toDoubleArray();
        double[] ours = model.state().get("lstm.bias").toDoubleArray();
        assertThat(ours[0]).isEqualTo(ih[0] + hh[0]); // i
        assertThat(ours[h]).isEqualTo(ih[2 * h] + hh[2 * h]); // j, which is g there
        assertThat(ours[2 * h]).isEqualTo(ih[h] + hh[h] - 1); // f
        assertThat(ours[3 * h]).isEqualTo(ih[3 * h] + hh[3 * h]); // o
    }

    private static Module model(Golden golden) {
        Module model =
                switch (golden.op()) {
                    case "wrn" ->
                            WideResNet.of(golden.integer("depth"), golden.integer("width"))
                                    .first(golden.integer("first"))
                                    .classes(golden.integer("classes"))
                                    .initialize(RANDOM);
                    case "densenet" ->
                            (golden.is("bottleneck")
                                            ? DenseNet.of(
                                                    golden.integer("depth"),
                                                    golden.integer("growth"))
                                            : DenseNet.plain(
                                                    golden.integer("depth"),
                                                    golden.integer("growth")))
                                    .reduction(golden.number("reduction"))
                                    .classes(golden.integer("classes"))
                                    .initialize(RANDOM);
                    case "resnet" -> NetworkGoldenTest.resNet(golden);
                    case "infersent" ->
                            InferSent.of(golden.integer("hidden"))
                                    .embedding(golden.integer("embedding"))
                                    .width(golden.integer("width"))
                                    .classes(golden.integer("classes"))
                                    .initialize(RANDOM);
                    case "dnc" ->
                            new Dnc(
                                    new DncConfig(
                                            golden.integer("input"),
                                            golden.integer("output"),
                                            golden.integer("hidden"),
                                            golden.integer("slots"),
                                            golden.integer("word"),
                                            golden.integer("heads")),
                                    RANDOM);
                    case "sequential" -> flattening();
                    default -> throw new AssertionError("no model for " + golden.op());
                };
        model.eval();
        return model;
    }

    /// Images of 6 by 4 pixels, which flatten to 3·2·4 numbers.
    private static Sequential flattening() {
        return Sequential.of(
                Sequential.of(
                        new Conv2d(2, 4, Window2d.of(3).withPadding(1), RANDOM),
                        Activation.relu(),
                        new MaxPool2d(Window2d.of(2).withStride(2))),
                new Flatten(),
                Sequential.of(
                        new Linear(4 * 3 * 2, 5, RANDOM),
                        Activation.relu(),
                        new Linear(5, 3, RANDOM)));
    }

    private static Tensor compute(Golden golden, Module model, Tensor[] x) {
        return model instanceof InferSent sentences
                ? sentences.forward(
                        x[0], golden.lengths("lengths0"), x[1], golden.lengths("lengths1"))
                : ((Layer) model).forward(x[0]);
    }
}
