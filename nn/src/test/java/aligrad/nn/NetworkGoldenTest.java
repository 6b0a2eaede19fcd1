package aligrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import aligrad.tensor.DType;
import aligrad.tensor.Parameter;
import aligrad.tensor.Random;
import aligrad.tensor.Tensor;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Small wide residual, densely connected and residual networks against `networks.safetensors` and
/// `resnet.safetensors`: scores, the gradients of images and all parameters, and the running
/// statistics that are left.
class NetworkGoldenTest {

    private static final Random RANDOM = Random.stream(1);

    /// In `F32`: the house's bound for a network in single precision.
    private static final float SINGLE = 1e-4f;

    static List<Golden> cases() {
        List<Golden> cases = new ArrayList<>(Golden.cases("networks"));
        cases.addAll(Golden.cases("resnet"));
        return cases;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithPyTorch(Golden golden) {
        Layer network = Precision.use(DType.F64, () -> network(golden));
        network.load(state(golden));
        golden.check(x -> new Tensor[] {network.forward(x[0])}, gradients(golden, network));
        golden.group("after")
                .forEach(
                        (path, expected) ->
                                golden.assertClose(
                                        network.namedBuffers().get(path).value(), expected, path));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesInSinglePrecision(Golden golden) {
        Layer network = network(golden);
        network.load(state(golden));
        Tensor scores = network.forward(golden.tensor("input0").to(DType.F32));
        assertThat(scores.dtype()).isEqualTo(DType.F32);
        assertThat(scores.toFloatArray())
                .containsExactly(
                        golden.tensor("output").to(DType.F32).toFloatArray(), within(SINGLE));
    }

    private static Map<String, Tensor> state(Golden golden) {
        Map<String, Tensor> state = new HashMap<>(golden.group("parameters"));
        state.putAll(golden.group("buffers"));
        return state;
    }

    private static Map<String, Parameter> gradients(Golden golden, Layer network) {
        return golden.is("training") ? network.namedParameters() : Map.of();
    }

    private static Layer network(Golden golden) {
        Layer network =
                switch (golden.op()) {
                    case "wide_resnet" ->
                            WideResNet.of(golden.integer("depth"), golden.integer("width"))
                                    .first(golden.integer("first"))
                                    .classes(golden.integer("classes"))
                                    .initialize(RANDOM);
                    case "densenet" -> denseNet(golden);
                    case "resnet" -> resNet(golden);
                    default -> throw new AssertionError("no network for " + golden.op());
                };
        if (!golden.is("training")) {
            network.eval();
        }
        return network;
    }

    /// The option `blocks` is a list, such as `[1, 2, 1, 1]`.
    static ResNet resNet(Golden golden) {
        List<Integer> blocks =
                Arrays.stream(golden.text("blocks").replaceAll("[\\[\\] ]", "").split(","))
                        .map(Integer::valueOf)
                        .toList();
        return new ResNet.Config(blocks, 3, golden.integer("first"), golden.integer("classes"))
                .initialize(RANDOM);
    }

    private static DenseNet denseNet(Golden golden) {
        int depth = golden.integer("depth");
        int growth = golden.integer("growth");
        DenseNet.Config config =
                golden.is("bottleneck")
                        ? DenseNet.of(depth, growth)
                        : DenseNet.plain(depth, growth);
        return config.reduction(golden.number("reduction"))
                .classes(golden.integer("classes"))
                .initialize(RANDOM);
    }
}
