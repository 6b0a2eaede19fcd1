package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.jr.ob.JSON;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// `train snli` on 20 pairs for training, 6 for validation and 9 for the test, with 8 hidden units.
class SnliExperimentTest {

    /// Batches of 8, 8 and 4.
    private static final int PER_EPOCH = 3;

    private static final String[] ANIMALS = {"dog", "cat", "animal"};
    private static final String[] PLACES = {"in the sun", ".", "is n't runs"};

    @TempDir private Path folder = Path.of("");
    private Path data = Path.of("");

    @BeforeEach
    void files() throws IOException {
        data = folder.resolve("data");
        SnliFiles.write(data); // for its vectors
        for (Map.Entry<String, Integer> part :
                Map.of("train", 20, "dev", 6, "test", 9).entrySet()) {
            SnliFiles.write(
                    data.resolve("snli_1.0_%s.jsonl".formatted(part.getKey())),
                    lines(part.getValue(), false));
        }
    }

    /// Pairs whose label the hypothesis's second word tells; 12 words, and both markers.
    private static String[] lines(int count, boolean isTable) throws IOException {
        List<String> lines = new ArrayList<>();
        if (isTable) {
            lines.add(SnliFiles.TITLES);
        }
        for (int i = 0; i < count; i++) {
            String label = SnliFile.LABELS.get(i % 3);
            String premise = "A " + ANIMALS[i / 3 % 3] + " " + PLACES[i / 2 % 3];
            String hypothesis = "The " + ANIMALS[i % 3] + " runs";
            lines.add(
                    isTable
                            ? SnliFiles.row(label, premise, hypothesis)
                            : SnliFiles.object(label, premise, hypothesis));
        }
        return lines.toArray(new String[0]);
    }

    private Console snli(Path out, String... options) {
        List<String> line = new ArrayList<>(List.of("train", "snli", "--out", out.toString()));
        line.addAll(List.of(options));
        return Console.run(line.toArray(new String[0]));
    }

    /// A small network with the vectors of the file, unless the options say otherwise.
    private Console fresh(Path out, String... options) {
        List<String> line = new ArrayList<>(List.of(options));
        addUnlessGiven(line, "--data", data.toString());
        addUnlessGiven(line, "--embeddings", data.resolve("vectors.txt").toString());
        addUnlessGiven(line, "--hidden", "8");
        addUnlessGiven(line, "--batch-size", "8");
        return snli(out, line.toArray(new String[0]));
    }

    private static void addUnlessGiven(List<String> line, String option, String value) {
        if (!line.contains(option)) {
            line.addAll(List.of(option, value));
        }
    }

    private static void success(Console console) {
        assertThat(console.err()).isEmpty();
        assertThat(console.exit()).isZero();
    }

    private static void refused(Console console, String reason) {
        assertThat(console.err()).contains(reason);
        assertThat(console.err().strip().lines()).hasSize(1);
        assertThat(console.exit()).isEqualTo(2);
    }

    private static List<Map<String, Object>> rows(Path run) throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
            Map<String, Object> row = JSON.std.mapFrom(line);
            row.remove("seconds");
            rows.add(row);
        }
        return rows;
    }

    private static double number(Map<String, Object> row, String name) {
        return row.get(name) instanceof Number n ? n.doubleValue() : Double.NaN;
    }

    @ParameterizedTest
    @CsvSource({
        "alig,ce",
        "alig,hinge",
        "alig-plus,ce",
        "alig-plus,hinge",
        "sgd,ce",
        "adam,hinge",
        "dfw,hinge",
        "l4mom,ce",
        "bpgrad,ce",
        "borat,ce"
    })
    void aResumedRunEqualsAnUninterruptedOne(String optimizer, String loss) throws IOException {
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        String[] options = {"--optimizer", optimizer, "--loss", loss, "--epochs", "4"};
        success(fresh(whole, options));
        options[5] = "2";
        success(fresh(parts, options));
        success(snli(parts, "--resume", "--epochs", "4", "--threads", "1"));
        assertThat(rows(parts)).hasSize(4 * PER_EPOCH).isEqualTo(rows(whole));
        for (String file :
                new String[] {
                    "checkpoint/model-12.safetensors",
                    "checkpoint/optimizer-12.safetensors",
                    "best.safetensors",
                    "results.json"
                }) {
            assertThat(parts.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
        }
        assertThat(Files.readString(whole.resolve("report.html"))).contains("<td>" + loss);
    }

    @Test
    void learnsAndJudgesTheBestModel() throws IOException {
        Path run = folder.resolve("run");
        Console console = fresh(run, "--epochs", "12", "--max-lr", "0.5", "--momentum", "0.5");
        success(console);
        assertThat(console.out()).contains(" nats; best validation accuracy: ");
        List<Map<String, Object>> rows = rows(run);
        assertThat(number(rows.getLast(), "loss")).isLessThan(number(rows.getFirst(), "loss"));
        assertThat(rows.get(2)).containsEntry("samples", 4).containsEntry("epoch", 1);
        assertThat(rows.get(2)).containsKey("validation_accuracy");
        assertThat(rows.get(1)).doesNotContainKey("validation_accuracy");
        double best =
                rows.stream()
                        .mapToDouble(row -> number(row, "validation_accuracy"))
                        .filter(Double::isFinite)
                        .max()
                        .orElseThrow();
        Map<String, Object> results =
                JSON.std.mapFrom(Files.readString(run.resolve("results.json")));
        assertThat(number(results, "validation_accuracy")).isEqualTo(best);
        assertThat(number(results, "test_accuracy") * 9 / 100)
                .isCloseTo(Math.rint(number(results, "test_accuracy") * 9 / 100), within(1e-9));
        assertThat(Files.readString(run.resolve("config.yaml")))
                .contains(
                        "model: infersent\n",
                        "loss: ce\n",
                        "max-norm: none\n",
                        "20 for training, 6 for validation, 9 for the test",
                        "words: 14 with a vector, 0 without")
                .doesNotContain("clip", "factor");
    }

    /// The rate of epoch e is 0.99^e, and a fifth more after each epoch that was no better.
    @Test
    void theRateOfSgdFallsEachEpochAndAfterOneThatWasNoBetter() throws IOException {
        Path run = folder.resolve("run");
        success(fresh(run, "--optimizer", "sgd", "--epochs", "3"));
        success(snli(run, "--resume", "--epochs", "6"));
        List<Map<String, Object>> rows = rows(run);
        double rate = 1;
        double best = Double.NEGATIVE_INFINITY;
        int reductions = 0;
        for (int epoch = 0; epoch < 6; epoch++) {
            assertThat(number(rows.get(epoch * PER_EPOCH), "step_size"))
                    .isCloseTo(rate, within(1e-12));
            double accuracy = number(rows.get((epoch + 1) * PER_EPOCH - 1), "validation_accuracy");
            rate *= 0.99;
            if (accuracy > best) {
                best = accuracy;
            } else {
                rate *= 0.2;
                reductions++;
            }
        }
        assertThat(reductions).isPositive();
        assertThat(Files.readString(run.resolve("config.yaml")))
                .contains("clip: 5.0\n", "decay-factor: 0.99\n", "plateau-factor: 0.2\n");
        Path constant = folder.resolve("constant");
        success(
                fresh(
                        constant,
                        "--optimizer",
                        "sgd",
                        "--decay-factor",
                        "1",
                        "--plateau-factor",
                        "1",
                        "--loss",
                        "hinge",
                        "--epochs",
                        "3"));
        assertThat(rows(constant).stream().map(row -> row.get("step_size")).distinct())
                .containsExactly(0.1);
    }

    /// With a norm of 1e-9 no step of 1 moves the weights by more than that.
    @Test
    void gradientsAreClipped() throws IOException {
        Path run = folder.resolve("run");
        success(
                fresh(
                        run,
                        "--optimizer",
                        "sgd",
                        "--clip",
                        "1e-9",
                        "--epochs",
                        "1",
                        "--batch-size",
                        "20"));
        Path free = folder.resolve("free");
        success(
                fresh(
                        free,
                        "--optimizer",
                        "sgd",
                        "--clip",
                        "none",
                        "--epochs",
                        "2",
                        "--batch-size",
                        "20"));
        success(snli(run, "--resume", "--epochs", "2"));
        double first = number(rows(run).get(0), "loss");
        assertThat(number(rows(free).get(0), "loss")).isEqualTo(first);
        assertThat(number(rows(run).get(1), "loss")).isCloseTo(first, within(1e-6));
        assertThat(Math.abs(number(rows(free).get(1), "loss") - first)).isGreaterThan(1e-3);
    }

    @Test
    void bothFormsOfTheFilesAreTheSameRun() throws IOException {
        Path objects = folder.resolve("objects");
        success(fresh(objects, "--epochs", "1"));
        for (Map.Entry<String, Integer> part :
                Map.of("train", 20, "dev", 6, "test", 9).entrySet()) {
            Files.delete(data.resolve("snli_1.0_%s.jsonl".formatted(part.getKey())));
            SnliFiles.write(
                    data.resolve("snli_1.0_%s.txt".formatted(part.getKey())),
                    lines(part.getValue(), true));
        }
        Path table = folder.resolve("table");
        success(fresh(table, "--epochs", "1"));
        assertThat(rows(table)).isEqualTo(rows(objects));
    }

    /// Of 20 pairs 10, so of 6 and 9 a half: 3 and 5.
    @Test
    void trainsOnAPartAndJudgesByAsGreatAPart() throws IOException {
        Path run = folder.resolve("run");
        success(fresh(run, "--subset", "10", "--epochs", "2"));
        assertThat(rows(run)).hasSize(4);
        for (int i = 1; i < 4; i += 2) {
            double right = number(rows(run).get(i), "validation_accuracy") * 3 / 100;
            assertThat(right).isCloseTo(Math.rint(right), within(1e-9));
        }
        refused(
                fresh(folder.resolve("other"), "--subset", "21"),
                "--subset 21: there are only 20 pairs for training; choose at most as many.");
    }

    @Test
    void randomVectorsComeFromTheSeed() throws IOException {
        String[] seeds = {"3", "3", "4"};
        List<List<Map<String, Object>>> runs = new ArrayList<>();
        for (int i = 0; i < seeds.length; i++) {
            Path run = folder.resolve("run" + i);
            success(fresh(run, "--embeddings", "random", "--seed", seeds[i], "--epochs", "1"));
            runs.add(rows(run));
        }
        assertThat(runs.get(0)).isEqualTo(runs.get(1)).isNotEqualTo(runs.get(2));
        assertThat(Files.readString(folder.resolve("run0/config.yaml")))
                .contains("embeddings: random\n", "words: 14 with a vector, 0 without");
        refused(
                snli(
                        folder.resolve("run0"),
                        "--resume",
                        "--epochs",
                        "2",
                        "--embeddings",
                        data.resolve("vectors.txt").toString()),
                "the run to resume was started with random");
    }

    @Test
    void refusesToResumeWithOtherVectorsOrPairs() throws IOException {
        Path run = folder.resolve("run");
        success(fresh(run, "--epochs", "1"));
        Path vectors = data.resolve("vectors.txt");
        String before = Files.readString(vectors);
        Files.writeString(vectors, before.replace("dog 2.0 ", "dog 2.5 "));
        refused(
                snli(run, "--resume", "--epochs", "2"),
                "--embeddings " + vectors + ": the words there are not those of the run to resume");
        Files.writeString(vectors, before);
        SnliFiles.write(data.resolve("snli_1.0_dev.jsonl"), lines(5, false));
        refused(
                snli(run, "--resume", "--epochs", "2"),
                "--data " + data + ": the pairs there are not those of the run to resume");
    }

    /// A file of settings is taken as it is with the same data, and says nothing of what is found
    /// in other data.
    @Test
    void aRunIsMadeAgainFromItsConfiguration() throws IOException {
        Path run = folder.resolve("run");
        success(fresh(run, "--epochs", "1", "--loss", "hinge", "--optimizer", "sgd"));
        String config = run.resolve("config.yaml").toString();
        Path again = folder.resolve("again");
        success(snli(again, "--config", config));
        assertThat(rows(again)).isEqualTo(rows(run));
        Path other = folder.resolve("other");
        success(snli(other, "--config", config, "--embeddings", "random"));
        assertThat(rows(other)).hasSameSizeAs(rows(run)).isNotEqualTo(rows(run));
    }

    @Test
    void saysWhichMarkersAreZeros() throws IOException {
        Path vectors = data.resolve("vectors.txt");
        List<String> lines = new ArrayList<>(Files.readAllLines(vectors));
        lines.removeIf(line -> line.startsWith("</s> "));
        Files.write(vectors, lines);
        Console console = fresh(folder.resolve("run"), "--epochs", "1");
        success(console);
        assertThat(console.out()).contains("</s> has no vector, so it is zeros");
        assertThat(Files.readString(folder.resolve("run/config.yaml")))
                .contains("words: 13 with a vector, 1 without");
    }

    /// The poolings differ where sentences of a batch have different lengths.
    @Test
    void theModelSaysHowSentencesArePooled() throws IOException {
        List<Object> losses = new ArrayList<>();
        for (String model : new String[] {"infersent", "infersent-max", "infersent-mean"}) {
            Path run = folder.resolve(model);
            success(fresh(run, "--model", model, "--epochs", "1"));
            losses.add(rows(run).getFirst().get("loss"));
        }
        assertThat(losses).doesNotHaveDuplicates();
    }

    @Test
    void wrongOptionsAreNamedBeforeAnythingIsWritten() {
        Path out = folder.resolve("run");
        refused(snli(out), "--data is missing: name the directory with the files of SNLI 1.0");
        refused(
                fresh(out, "--data", folder.resolve("no").toString()),
                "--data " + folder.resolve("no") + ": there is no such directory.");
        refused(
                fresh(out, "--data", folder.toString()),
                "--data %s: it has no file snli_1.0_train.jsonl or snli_1.0_train.txt"
                        .formatted(folder));
        refused(
                snli(out, "--data", data.toString()),
                "--embeddings is missing: name a file of GloVe's vectors");
        refused(fresh(out, "--embeddings", "none.txt"), "--embeddings none.txt: there is no such");
        refused(fresh(out, "--model", "bert"), "--model bert: there is none of that name; choose");
        refused(fresh(out, "--loss", "svm"), "--loss svm: it must be ce or hinge.");
        refused(
                fresh(out, "--optimizer", "dfw", "--loss", "ce"),
                "--loss ce: dfw is made for the hinge loss; choose hinge.");
        refused(fresh(out, "--clip", "5"), "--clip: alig does not clip gradients");
        refused(
                fresh(out, "--optimizer", "sgd", "--clip", "0"),
                "--clip 0: it must be a number above 0, or none.");
        refused(
                fresh(out, "--optimizer", "adam", "--plateau-factor", "0.5"),
                "--plateau-factor: adam has no schedule");
        refused(
                fresh(out, "--optimizer", "sgd", "--decay-factor", "1.5"),
                "--decay-factor 1.5: it must be above 0, and at most 1.");
        refused(fresh(out, "--hidden", "0"), "--hidden 0: it must be from 1 to 65536 units.");
        assertThat(out).doesNotExist();
    }

    /// Released, ALI-G's weights stay in a ball of radius 5.
    @Test
    void theJobsOfThePaperRun() throws IOException {
        Path grid = folder.resolve("grid");
        Console console =
                Console.run(
                        "reproduce",
                        "snli",
                        "--job",
                        "5,17",
                        "--mode",
                        "released",
                        "--epochs",
                        "1",
                        "--subset",
                        "4",
                        "--data",
                        data.toString(),
                        "--embeddings",
                        "random",
                        "--out",
                        grid.toString());
        success(console);
        assertThat(console.out())
                .containsPattern("word vectors +GloVe of .* random, made from the seed +yes");
        Path sgd = grid.resolve("005-snli-infersent-sgd-1/seed-1234");
        assertThat(Files.readString(sgd.resolve("config.yaml")))
                .contains(
                        "hidden: 2048\n",
                        "clip: 5.0\n",
                        "decay-factor: 0.99\n",
                        "plateau-factor: 0.2\n",
                        "weight-decay: 0.0\n");
        Path alig = grid.resolve("017-snli-infersent-alig-1/seed-1234");
        assertThat(Files.readString(alig.resolve("config.yaml")))
                .contains("loss: hinge\n", "max-norm: 5.0\n", "momentum: 0.0\n");
        double norm =
                number(
                        JSON.std.mapFrom(Files.readString(alig.resolve("averages.jsonl"))),
                        "weight_norm");
        assertThat(norm).isCloseTo(5, within(1e-3));
        refused(
                Console.run("reproduce", "cifar", "--embeddings", "random"),
                "--embeddings: only snli has words; leave the option out.");
    }
}
