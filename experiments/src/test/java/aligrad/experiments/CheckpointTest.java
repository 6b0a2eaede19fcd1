package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.nn.Dropout;
import aligrad.nn.Linear;
import aligrad.nn.Sequential;
import aligrad.optim.Adam;
import aligrad.tensor.Random;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

class CheckpointTest {

    private static final Tensor X = Random.stream(5).normal(0, 1, 8, 3);

    /// A model with weights and a random stream, and an optimizer with state.
    private static final class Learner {
        final Sequential model;
        final Adam optimizer;

        Learner(int seed) {
            Random random = Random.stream(seed);
            model =
                    Sequential.of(
                            new Linear(3, 4, random.named("weights")),
                            new Dropout(0.5, random.named("dropout")));
            optimizer = Adam.over(model.namedParameters()).learningRate(0.01).build();
        }

        double step() {
            return optimizer.step(() -> model.forward(X).square().sum());
        }

        /// All that a checkpoint holds, to compare.
        Map<String, Object> everything() {
            Map<String, Object> all = new LinkedHashMap<>();
            model.state().forEach((n, t) -> all.put(n, Arrays.toString(t.toFloatArray())));
            optimizer
                    .state()
                    .tensors()
                    .forEach((n, t) -> all.put(n, Arrays.toString(t.toFloatArray())));
            all.put("numbers", new LinkedHashMap<>(optimizer.state().numbers()));
            model.namedStreams().forEach((n, s) -> all.put(n, s.position()));
            return all;
        }
    }

    @TempDir private Path folder = Path.of("");
    private final Learner saved = new Learner(1);

    @BeforeEach
    void saveAfterThreeSteps() {
        for (int i = 0; i < 3; i++) {
            saved.step();
        }
        checkpoint().save(saved.model, saved.optimizer, new Checkpoint.Position(3, 1.25));
    }

    private Checkpoint checkpoint() {
        return new Checkpoint(folder);
    }

    @Test
    void loadsExactlyWhatWasSaved() {
        Learner other = new Learner(1);
        assertThat(other.everything()).isNotEqualTo(saved.everything());
        Checkpoint.Position position = checkpoint().load(other.model, other.optimizer);
        assertThat(position).isEqualTo(new Checkpoint.Position(3, 1.25));
        assertThat(other.everything()).isEqualTo(saved.everything());
        for (int i = 0; i < 3; i++) {
            assertThat(other.step()).isEqualTo(saved.step());
        }
        assertThat(other.everything()).isEqualTo(saved.everything());
    }

    @Test
    void deletesTheFilesOfTheCheckpointBefore() {
        checkpoint().save(saved.model, saved.optimizer, new Checkpoint.Position(4, 2));
        assertThat(folder.toFile().list())
                .containsExactlyInAnyOrder(
                        "state.json", "model-4.safetensors", "optimizer-4.safetensors");
        assertThat(checkpoint().load(saved.model, saved.optimizer).iterations()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"state.json", "model-3.safetensors", "optimizer-3.safetensors"})
    void namesAMissingFile(String name) throws IOException {
        Files.delete(folder.resolve(name));
        refusesToLoad(folder.resolve(name) + " is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"state.json", "model-3.safetensors", "optimizer-3.safetensors"})
    void namesAFileCutShort(String name) throws IOException {
        Path file = folder.resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        for (int length : new int[] {0, 5, bytes.length / 2, bytes.length - 1}) {
            Files.write(file, Arrays.copyOf(bytes, length));
            refusesToLoad(file.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "[]", "7", "{}", "\u0000", "{\"model\":3}"})
    void rejectsAStateThatIsNone(String json) throws IOException {
        Files.writeString(folder.resolve("state.json"), json);
        refusesToLoad(folder.resolve("state.json").toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                ".",
                "",
                "/",
                "../model-3.safetensors",
                "..\\\\model-3.safetensors",
                "a\\u0000b",
                "state.json"
            })
    void refusesNamesOfFilesElsewhere(String name) throws IOException {
        change("\"model-3.safetensors\"", "\"" + name + "\"");
        refusesToLoad("'model' is missing or no file name");
    }

    @Test
    void rejectsNumbersThatAreNone() throws IOException {
        change("\"iterations\":3", "\"iterations\":\"3\"");
        refusesToLoad("state.json: 'iterations' is missing or no number");
    }

    @Test
    void rejectsAStreamPositionThatIsNone() throws IOException {
        String json = Files.readString(folder.resolve("state.json"));
        int streams = json.indexOf("\"streams\"");
        Files.writeString(
                folder.resolve("state.json"),
                json.substring(0, streams)
                        + json.substring(streams).replaceAll(":(\\d+)", ":\"$1\""));
        refusesToLoad("is missing or no number");
    }

    @Test
    void rejectsTheModelOfAnother() {
        Sequential other = Sequential.of(new Linear(3, 5, Random.stream(1)));
        Adam adam = Adam.over(other.namedParameters()).build();
        Map<String, Tensor> before = other.state();
        assertThatThrownBy(() -> checkpoint().load(other, adam))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(folder.toString());
        before.forEach(
                (name, tensor) ->
                        assertThat(other.state().get(name))
                                .extracting(Tensor::toFloatArray)
                                .isEqualTo(tensor.toFloatArray()));
    }

    /// The weights fit, but not the optimizer's state: neither may be taken.
    @Test
    void loadsNothingWhereOnlyTheModelFits() throws IOException {
        Files.copy(
                folder.resolve("model-3.safetensors"), folder.resolve("optimizer-4.safetensors"));
        change("\"optimizer-3.safetensors\"", "\"optimizer-4.safetensors\"");
        refusesToLoad(folder + ": optimizer state does not fit");
    }

    private void change(String from, String to) throws IOException {
        Path file = folder.resolve("state.json");
        String json = Files.readString(file);
        assertThat(json).contains(from);
        Files.writeString(file, json.replace(from, to));
    }

    private void refusesToLoad(String message) {
        Learner other = new Learner(2);
        other.step();
        Map<String, Object> before = other.everything();
        assertThatThrownBy(() -> checkpoint().load(other.model, other.optimizer))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(message);
        assertThat(other.everything()).isEqualTo(before);
    }
}
