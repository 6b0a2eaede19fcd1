package aligrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.autograd.Gradients;
import aligrad.tensor.DType;
import aligrad.tensor.Parameter;
import aligrad.tensor.Random;
import aligrad.tensor.ShapeException;
import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

import org.junit.jupiter.api.Test;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

class ModuleTest {

    private static final Random RANDOM = Random.stream(1);

    /// A model with a part in a part, a buffer, a random stream and no parameters of its own.
    private static final class Model extends Module {
        final Sequential features =
                child(
                        "features",
                        new Sequential()
                                .add("conv", new Conv2d(3, 4, Window2d.of(3), RANDOM))
                                .add("norm", new BatchNorm2d(4))
                                .add("drop", new Dropout(0.5, RANDOM.named("drop"))));
        final Linear head = child("head", new Linear(4, 2, RANDOM));

        Tensor forward(Tensor x) {
            return head.forward(features.forward(x).mean(1, 2));
        }
    }

    /// The same layer under two names.
    private static final class Shared extends Module {
        final Linear first = child("first", new Linear(3, 3, RANDOM));
        final Linear second = child("second", first);
    }

    @Test
    void listsParametersAndBuffersByPathInOrderOfRegistration() {
        Model model = new Model();
        assertThat(model.namedParameters().keySet())
                .containsExactly(
                        "features.conv.weight",
                        "features.conv.bias",
                        "features.norm.weight",
                        "features.norm.bias",
                        "head.weight",
                        "head.bias");
        assertThat(model.namedBuffers().keySet())
                .containsExactly("features.norm.running_mean", "features.norm.running_var");
        assertThat(model.namedStreams().keySet()).containsExactly("features.drop.random");
        assertThat(model.namedModules().keySet())
                .containsExactly(
                        "", "features", "features.conv", "features.norm", "features.drop", "head");
        assertThat(model.parameters()).containsExactlyElementsOf(model.namedParameters().values());
    }

    @Test
    void countsParameters() {
        // 4·3·3·3 + 4, 4 + 4, 2·4 + 2
        assertThat(new Model().parameterCount()).isEqualTo(112 + 8 + 10);
    }

    @Test
    void namesParametersByTheirPath() {
        List<String> names =
                new Model().parameters().stream().map(Parameter::name).collect(Collectors.toList());
        assertThat(names)
                .contains("features.conv.weight", "features.norm.bias", "head.weight")
                .doesNotHaveDuplicates();
    }

    @Test
    void countsSharedWeightsOnce() {
        Shared shared = new Shared();
        assertThat(shared.parameterCount()).isEqualTo(12);
        assertThat(shared.namedParameters().keySet()).containsExactly("first.weight", "first.bias");
        assertThat(shared.state().keySet()).containsExactly("first.weight", "first.bias");
        assertThat(shared.load(shared.state()).isComplete()).isTrue();
    }

    @Test
    void sharedWeightsGetTheSumOfTheirGradients() {
        Shared shared = new Shared();
        Tensor x = RANDOM.normal(0, 1, 2, 3);
        Tensor once = Gradients.of(shared.first.forward(x).sum()).of(shared.first.weight());
        Tensor twice =
                Gradients.of(shared.first.forward(x).add(shared.second.forward(x)).sum())
                        .of(shared.first.weight());
        // One product over both, so not the bits of twice the one.
        assertThat(twice.sub(once.mul(2)).abs().max().item()).isLessThan(1e-6);
    }

    @Test
    void trainingAndEvaluationReachAllParts() {
        Model model = new Model();
        assertThat(model.features.isTraining()).isTrue();
        model.eval();
        assertThat(model.isTraining()).isFalse();
        assertThat(model.namedModules().values()).noneMatch(Module::isTraining);
        model.train();
        assertThat(model.namedModules().values()).allMatch(Module::isTraining);
    }

    @Test
    void rejectsNamesThatAreTakenEmptyOrDotted() {
        Sequential model = new Sequential().add("a", new Flatten());
        assertThatThrownBy(() -> model.add("a", new Flatten()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'a'")
                .hasMessageContaining("taken");
        assertThatThrownBy(() -> model.add("", new Flatten()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> model.add("b.c", new Flatten()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("dot");
    }

    @Test
    void aShapeErrorNamesThePathOfTheLayer() {
        Model model = new Model();
        assertThatThrownBy(() -> model.forward(Tensor.zeros(1, 8, 8, 4)))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("features.conv: conv2d input [1, 8, 8, 4]");
    }

    @Test
    void aLayerIsNamedByWhereItRuns() {
        Linear linear = new Linear(3, 3, RANDOM);
        Sequential one = new Sequential().add("linear", linear);
        Tensor wrong = Tensor.zeros(2, 5);
        assertThatThrownBy(() -> one.forward(wrong)).hasMessageStartingWith("linear: matmul");
        Sequential two = new Sequential().add("part", new Sequential().add("shared", linear));
        assertThatThrownBy(() -> two.forward(wrong)).hasMessageStartingWith("part.linear: matmul");
        assertThatThrownBy(() -> one.forward(wrong)).hasMessageStartingWith("linear: matmul");
    }

    @Test
    void aStateRestoresParametersAndBuffers() {
        Model model = new Model();
        model.forward(RANDOM.normal(0, 1, 4, 8, 8, 3)); // moves the running statistics
        Map<String, Tensor> saved = model.state();
        Model other = new Model();
        LoadReport report = other.load(saved);
        assertThat(report.isComplete()).isTrue();
        assertThat(report.loaded()).hasSize(8);
        model.eval();
        other.eval();
        Tensor x = RANDOM.normal(0, 1, 2, 8, 8, 3);
        assertThat(other.forward(x).toFloatArray())
                .containsExactly(model.forward(x).toFloatArray());
    }

    @Test
    void aStateDoesNotChangeWithTheModel() {
        Linear linear = new Linear(2, 1, RANDOM);
        float[] before = linear.weight().value().toFloatArray();
        Map<String, Tensor> saved = linear.state();
        linear.weight().set(Tensor.zeros(1, 2));
        assertThat(saved.get("weight").toFloatArray()).containsExactly(before);
        assertThat(saved.get("weight").isTracked()).isFalse();
    }

    @Test
    void loadingWhatDoesNotFitListsAllAndChangesNothing() {
        Model model = new Model();
        Map<String, Tensor> state = new LinkedHashMap<>(model.state());
        state.remove("head.bias");
        state.put("head.weight", Tensor.zeros(3, 4));
        state.put("tail.weight", Tensor.zeros(1));
        state.put("features.conv.bias", Tensor.zeros(4));
        float[] before = model.namedParameters().get("features.conv.bias").value().toFloatArray();
        assertThatThrownBy(() -> model.load(state))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 missing (head.bias)")
                .hasMessageContaining("1 unexpected (tail.weight)")
                .hasMessageContaining("head.weight is F32 [2, 4], the state has F32 [3, 4]");
        assertThat(model.namedParameters().get("features.conv.bias").value().toFloatArray())
                .containsExactly(before);
    }

    @Test
    void loadingWhatMatchesReportsTheRest() {
        Model model = new Model();
        Map<String, Tensor> state = new LinkedHashMap<>(model.state());
        state.put("head.weight", Tensor.zeros(3, 4));
        state.put("features.conv.bias", Tensor.full(7, DType.F64, 4));
        LoadReport report = model.loadMatching(state);
        assertThat(report.isComplete()).isFalse();
        assertThat(report.loaded()).hasSize(7).doesNotContain("head.weight");
        assertThat(report.mismatched()).hasSize(1);
        assertThat(model.namedParameters().get("features.conv.bias").value().toFloatArray())
                .containsExactly(7, 7, 7, 7);
    }

    @Test
    void parametersTakeTheTypeOfPrecision() {
        Model exact = Precision.use(DType.F64, Model::new);
        assertThat(exact.parameters()).allMatch(p -> p.dtype() == DType.F64);
        assertThat(exact.namedBuffers().values()).allMatch(b -> b.dtype() == DType.F64);
        assertThat(exact.forward(Tensor.full(1, DType.F64, 2, 4, 4, 3)).dtype())
                .isEqualTo(DType.F64);
        assertThat(new Model().parameters()).allMatch(p -> p.dtype() == DType.F32);
        assertThatThrownBy(() -> Precision.use(DType.I64, Model::new))
                .hasMessageContaining("F32 or F64");
    }

    @Test
    void bothPrecisionsStartFromTheSameNumbers() {
        Linear single = new Linear(3, 2, Random.stream(5));
        Linear twice = Precision.use(DType.F64, () -> new Linear(3, 2, Random.stream(5)));
        assertThat(twice.weight().value().toFloatArray())
                .containsExactly(single.weight().value().toFloatArray());
    }

    @Test
    void theSummaryIsAnAlignedTable() {
        String expected =
                """
                path           layer                 shapes            parameters
                               Model
                features       Sequential(3 layers)
                features.conv  Conv2d(3 → 4, 3x3)    [4, 3, 3, 3] [4]         112
                features.norm  BatchNorm2d(4)        [4] [4]                    8
                features.drop  Dropout(0.5)
                head           Linear(4 → 2)         [2, 4] [2]                10
                                                     total                    130
                """;
        assertThat(new Model().summary()).isEqualTo(expected);
    }
}
