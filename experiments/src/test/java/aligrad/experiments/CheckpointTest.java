package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.nn.Dropout;
import aligrad.nn.Linear;
import aligrad.nn.Sequential;
import aligrad.optim.Adam;
import aligrad.optim.Sgd;
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
        refusesToLoad("'model' is missing or not model-3.safetensors");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"3\"",
                "-3",
                "3.5",
                "1e300",
                "1000000000000001",
                "99999999999999999999",
                "null"
            })
    void rejectsIterationsThatAreNone(String iterations) throws IOException {
        change("\"iterations\":3", "\"iterations\":" + iterations);
        refusesToLoad("state.json: 'iterations' is ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"1\"", "-0.5", "1e10", "null"})
    void rejectsSecondsThatAreNone(String seconds) throws IOException {
        change("\"seconds\":1.25", "\"seconds\":" + seconds);
        refusesToLoad("state.json: 'seconds' is ");
    }

    @Test
    void rejectsTheFilesOfAnotherIteration() throws IOException {
        change("\"iterations\":3", "\"iterations\":2");
        refusesToLoad("'model' is missing or not model-2.safetensors");
        change("\"model-3.safetensors\"", "\"model-2.safetensors\"");
        Files.move(folder.resolve("model-3.safetensors"), folder.resolve("model-2.safetensors"));
        refusesToLoad(
                "model-2.safetensors: it is of iteration 3, but its name and state.json say 2");
    }

    /// One bit of each byte in turn, in the header as among the elements.
    @ParameterizedTest
    @ValueSource(strings = {"model-3.safetensors", "optimizer-3.safetensors"})
    void rejectsAFlippedBit(String name) throws IOException {
        Path file = folder.resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        for (int place = 0; place < bytes.length; place += 7) {
            byte[] flipped = bytes.clone();
            flipped[place] ^= (byte) (1 << place % 8);
            Files.write(file, flipped);
            refusesToLoad(file + ": its CRC-32C is ");
        }
    }

    @Test
    void rejectsAMissingChecksum() throws IOException {
        change("\"model_crc32c\"", "\"model_crc\"");
        refusesToLoad("that of state.json is null");
    }

    @Test
    void rejectsOtherStreams() throws IOException {
        String json = Files.readString(folder.resolve("state.json"));
        int streams = json.indexOf("\"streams\"");
        Files.writeString(
                folder.resolve("state.json"), json.substring(0, streams) + "\"streams\":{}}");
        refusesToLoad("it has the random streams [], but the model has [");
    }

    @Test
    void rejectsTheStateOfAnotherOptimizer() {
        Learner other = new Learner(1);
        Sgd sgd = Sgd.over(other.model.namedParameters()).build();
        Map<String, Object> before = other.everything();
        assertThatThrownBy(() -> checkpoint().load(other.model, sgd))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(folder + ": optimizer state of Adam cannot be loaded into");
        assertThat(other.everything()).isEqualTo(before);
    }

    @Test
    void namesTextThatIsNoUtf8() throws IOException {
        Path state = folder.resolve("state.json");
        byte[] bytes = Files.readAllBytes(state);
        bytes[20] = (byte) 0xff;
        Files.write(state, bytes);
        refusesToLoad(state + ", line 1: byte 20 of the file is no UTF-8");
    }

    @Test
    void rejectsTextAfterTheState() throws IOException {
        Path state = folder.resolve("state.json");
        Files.writeString(state, Files.readString(state) + "{}");
        refusesToLoad(state + ", line 1: it is no JSON object");
    }

    @Test
    void leavesFilesOfOthersAlone() throws IOException {
        for (String name : new String[] {"precious.safetensors", "model-03.safetensors"}) {
            Files.writeString(folder.resolve(name), "of somebody else");
        }
        checkpoint().save(saved.model, saved.optimizer, new Checkpoint.Position(4, 2));
        assertThat(folder.toFile().list())
                .containsExactlyInAnyOrder(
                        "state.json",
                        "model-4.safetensors",
                        "optimizer-4.safetensors",
                        "precious.safetensors",
                        "model-03.safetensors");
    }

    @Test
    void rejectsAStreamPositionThatIsNone() throws IOException {
        String json = Files.readString(folder.resolve("state.json"));
        int streams = json.indexOf("\"streams\"");
        Files.writeString(
                folder.resolve("state.json"),
                json.substring(0, streams)
                        + json.substring(streams).replaceAll(":(\\d+)", ":\"$1\""));
        refusesToLoad("not a whole number from 0 to ");
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
        change("\"steps\":3", "\"steps\":-3");
        refusesToLoad(folder + ": optimizer state does not fit: steps is -3.0");
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
