package aligrad.nn;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.DType;
import aligrad.tensor.Movements;
import aligrad.tensor.Parameter;
import aligrad.tensor.Random;
import aligrad.tensor.Tensor;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// LSTM and GRU against `recurrent.safetensors`: layers, directions, initial states, lengths, and
/// the sentence encoder and classifier that are made of them.
class RecurrentGoldenTest {

    private static final Random RANDOM = Random.stream(1);

    static List<Golden> cases() {
        return Golden.cases("recurrent");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithPyTorch(Golden golden) {
        switch (golden.op()) {
            case "lstm" -> checkLstm(golden);
            case "gru" -> checkGru(golden);
            case "infersent_encoder" -> checkEncoder(golden);
            case "infersent_classifier" -> checkClassifier(golden);
            default -> throw new AssertionError("no module for " + golden.op());
        }
    }

    private static void checkLstm(Golden golden) {
        int inputs = golden.tensor("input0").extent(2);
        Lstm lstm =
                Precision.use(
                        DType.F64,
                        () -> new Lstm(inputs, golden.integer("hidden"), options(golden), RANDOM));
        loadAll(lstm, golden);
        golden.check(
                x -> {
                    Lstm.State initial =
                            golden.is("initial_state") ? new Lstm.State(x[1], x[2]) : null;
                    Lstm.Output y = lstm.forward(x[0], golden.lengths("lengths"), initial);
                    return new Tensor[] {y.outputs(), y.last().hidden(), y.last().cell()};
                },
                lstm.namedParameters());
    }

    private static void checkGru(Golden golden) {
        int inputs = golden.tensor("input0").extent(2);
        Gru gru =
                Precision.use(
                        DType.F64,
                        () -> new Gru(inputs, golden.integer("hidden"), options(golden), RANDOM));
        loadAll(gru, golden);
        golden.check(
                x -> {
                    Tensor initial = golden.is("initial_state") ? x[1] : null;
                    Gru.Output y = gru.forward(x[0], golden.lengths("lengths"), initial);
                    return new Tensor[] {y.outputs(), y.last()};
                },
                gru.namedParameters());
    }

    private static void checkEncoder(Golden golden) {
        Lstm lstm = encoder(golden);
        loadAll(lstm, golden);
        golden.check(
                x -> new Tensor[] {encode(lstm, x[0], golden.lengths("lengths"))},
                lstm.namedParameters());
    }

    private static void checkClassifier(Golden golden) {
        Lstm lstm = encoder(golden);
        int hidden = golden.integer("hidden");
        int width = golden.integer("width");
        Sequential classifier =
                Precision.use(
                        DType.F64,
                        () ->
                                Sequential.of(
                                        new Linear(8 * hidden, width, RANDOM),
                                        new Linear(width, width, RANDOM),
                                        new Linear(width, 3, RANDOM)));
        Map<String, Parameter> parameters = new LinkedHashMap<>(lstm.namedParameters());
        classifier
                .namedParameters()
                .forEach((path, parameter) -> parameters.put("classifier." + path, parameter));
        Map<String, Tensor> state = golden.group("parameters");
        assertThat(state.keySet()).isEqualTo(parameters.keySet());
        parameters.forEach((path, parameter) -> parameter.set(state.get(path)));
        golden.check(
                x -> {
                    Tensor u = encode(lstm, x[0], golden.lengths("lengths0"));
                    Tensor v = encode(lstm, x[1], golden.lengths("lengths1"));
                    Tensor features = Movements.concat(1, u, v, u.sub(v).abs(), u.mul(v));
                    return new Tensor[] {classifier.forward(features)};
                },
                parameters);
    }

    private static Lstm encoder(Golden golden) {
        return Precision.use(
                DType.F64,
                () ->
                        new Lstm(
                                golden.tensor("input0").extent(2),
                                golden.integer("hidden"),
                                Lstm.Options.DEFAULT.withBothDirections(),
                                RANDOM));
    }

    private static Tensor encode(Lstm lstm, Tensor x, int[] lengths) {
        return lstm.forward(x, lengths).outputs().max(1);
    }

    private static Recurrent.Options options(Golden golden) {
        Recurrent.Options options = Recurrent.Options.DEFAULT.withLayers(golden.integer("layers"));
        return golden.is("bidirectional") ? options.withBothDirections() : options;
    }

    private static void loadAll(Module module, Golden golden) {
        assertThat(module.load(golden.group("parameters")).isComplete()).isTrue();
    }
}
