package aligrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import aligrad.autograd.Gradients;
import aligrad.tensor.DType;
import aligrad.tensor.Movements;
import aligrad.tensor.Random;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Whole sequences of the DNC against `dnc.safetensors`.
class DncGoldenTest {

    private static Golden golden(String name) {
        return Golden.cases("dnc").stream()
                .filter(golden -> golden.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Dnc dnc(Golden golden, DType type) {
        DncConfig config =
                new DncConfig(
                        golden.integer("input"),
                        golden.integer("output"),
                        golden.integer("hidden"),
                        golden.integer("slots"),
                        golden.integer("word"),
                        golden.integer("heads"));
        Dnc dnc = Precision.use(type, () -> new Dnc(config, Random.stream(1)));
        dnc.load(joined(golden, "parameters", config));
        return dnc;
    }

    /// The golden names, ten maps of the interface, as the names of [Dnc].
    private static Map<String, Tensor> joined(Golden golden, String group, DncConfig config) {
        Map<String, Tensor> named = golden.group(group);
        Map<String, Tensor> joined = new HashMap<>();
        for (String map : List.of("lstm", "output")) {
            for (String part : List.of("weight", "bias")) {
                joined.put(map + "." + part, named.get(map + "/" + part));
            }
        }
        for (String part : List.of("weight", "bias")) {
            List<Tensor> columns = new ArrayList<>();
            config.interfaceSizes()
                    .forEach(
                            (quantity, size) -> {
                                Tensor map = named.get("interface/" + quantity + "/" + part);
                                assertThat(map.extent(-1)).isEqualTo(size);
                                columns.add(map);
                            });
            joined.put("interface." + part, Movements.concat(-1, columns.toArray(Tensor[]::new)));
        }
        return joined;
    }

    private static DncState initial(Golden golden, DType type) {
        Map<String, Tensor> s = new HashMap<>();
        golden.group("initial").forEach((name, tensor) -> s.put(name, tensor.to(type)));
        return new DncState(
                s.get("memory"),
                s.get("read_weights"),
                s.get("write_weights").unsqueeze(1),
                s.get("link"),
                s.get("precedence").unsqueeze(1),
                s.get("usage").unsqueeze(1),
                s.get("read_words"),
                s.get("hidden"),
                s.get("cell"));
    }

    private static Tensor loss(Golden golden, Tensor logits) {
        Tensor targets = golden.tensor("targets").to(logits.dtype());
        Tensor mask = golden.tensor("mask").to(logits.dtype()).unsqueeze(2);
        return BinaryCrossEntropy.perElement(logits, targets).mul(mask).sum().div(logits.extent(1));
    }

    private static void checkSequence(Golden golden, boolean bySlot) {
        Dnc dnc = dnc(golden, DType.F64);
        Dnc.Output out = dnc.forward(golden.tensor("observations"), initial(golden, DType.F64));
        golden.assertClose(out.logits(), golden.tensor("logits"), "logits");
        Tensor loss = loss(golden, out.logits());
        golden.assertClose(loss, golden.tensor("loss"), "loss");
        Gradients gradients = Gradients.of(loss);
        Map<String, Tensor> expected = joined(golden, "gradients", dnc.config());
        dnc.namedParameters()
                .forEach(
                        (path, parameter) ->
                                golden.assertClose(
                                        gradients.of(parameter),
                                        expected.get(path),
                                        "gradient of " + path));
        DncState last = out.last();
        Map<String, Tensor> state = golden.group("final");
        golden.assertClose(last.hidden(), state.get("hidden"), "hidden");
        golden.assertClose(last.cell(), state.get("cell"), "cell");
        golden.assertClose(last.readWords(), state.get("read_words"), "read words");
        if (bySlot) {
            golden.assertClose(last.memory(), state.get("memory"), "memory");
            golden.assertClose(last.readWeights(), state.get("read_weights"), "read weights");
            golden.assertClose(
                    last.writeWeights().squeeze(1), state.get("write_weights"), "write weights");
            golden.assertClose(last.link(), state.get("link"), "link");
            golden.assertClose(last.precedence().squeeze(1), state.get("precedence"), "precedence");
            golden.assertClose(last.usage().squeeze(1), state.get("usage"), "usage");
        }
    }

    /// The order of slots that were never written hangs on ties, so what is indexed by slot is not
    /// compared.
    @Test
    void startsFromZerosLikePyTorch() {
        checkSequence(golden("zero_state"), false);
    }

    @Test
    void continuesFromAStateLikePyTorch() {
        checkSequence(golden("given_state"), true);
    }

    @Test
    void startsFromZerosWhenNoStateIsGiven() {
        Golden golden = golden("zero_state");
        Tensor logits = dnc(golden, DType.F64).forward(golden.tensor("observations"));
        golden.assertClose(logits, golden.tensor("logits"), "logits");
    }

    /// Single precision keeps 1e-7 of each number; some hundred operations a step over six steps,
    /// and logits of size 1 to 20, leave 1e-4.
    @Test
    void agreesInSinglePrecision() {
        for (String name : List.of("zero_state", "given_state")) {
            Golden golden = golden(name);
            Dnc dnc = dnc(golden, DType.F32);
            Tensor observations = golden.tensor("observations").to(DType.F32);
            Tensor logits = dnc.forward(observations, initial(golden, DType.F32)).logits();
            assertThat(logits.dtype()).isEqualTo(DType.F32);
            assertThat(logits.toDoubleArray())
                    .containsExactly(golden.tensor("logits").toDoubleArray(), within(1e-4));
        }
    }
}
