package aligrad.nn;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.DType;
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
        InferSent model = inferSent(golden, 1);
        Module encoder = model.children().get("encoder");
        loadAll(encoder, golden);
        golden.check(
                x -> new Tensor[] {model.encode(x[0], golden.lengths("lengths"))},
                below("", "encoder.", model));
    }

    private static void checkClassifier(Golden golden) {
        InferSent model = inferSent(golden, golden.integer("width"));
        Map<String, Parameter> parameters = below("", "encoder.", model);
        parameters.putAll(below("classifier.", "classifier.", model));
        Map<String, Tensor> state = golden.group("parameters");
        assertThat(state.keySet()).isEqualTo(parameters.keySet());
        parameters.forEach((path, parameter) -> parameter.set(state.get(path)));
        golden.check(
                x ->
                        new Tensor[] {
                            model.forward(
                                    x[0],
                                    golden.lengths("lengths0"),
                                    x[1],
                                    golden.lengths("lengths1"))
                        },
                parameters);
    }

    private static InferSent inferSent(Golden golden, int width) {
        return Precision.use(
                DType.F64,
                () ->
                        InferSent.of(golden.integer("hidden"))
                                .embedding(golden.tensor("input0").extent(2))
                                .width(width)
                                .initialize(RANDOM));
    }

    /// The parameters whose path begins with `prefix`, which `golden` replaces.
    private static Map<String, Parameter> below(String golden, String prefix, InferSent model) {
        Map<String, Parameter> parameters = new LinkedHashMap<>();
        model.namedParameters()
                .forEach(
                        (path, parameter) -> {
                            if (path.startsWith(prefix)) {
                                parameters.put(golden + path.substring(prefix.length()), parameter);
                            }
                        });
        return parameters;
    }

    private static Recurrent.Options options(Golden golden) {
        Recurrent.Options options = Recurrent.Options.DEFAULT.withLayers(golden.integer("layers"));
        return golden.is("bidirectional") ? options.withBothDirections() : options;
    }

    private static void loadAll(Module module, Golden golden) {
        assertThat(module.load(golden.group("parameters")).isComplete()).isTrue();
    }
}
