package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// `train svhn` on 30 images of train, of which 2 are held back, and 10 of extra: 38 for training.
class SvhnExperimentTest {

    @TempDir private Path folder = Path.of("");
    private Path data = Path.of("");

    @BeforeEach
    void files() throws IOException {
        data = folder.resolve("data");
        MatFiles.write(data.resolve("train_32x32.mat"), 30);
        MatFiles.write(data.resolve("extra_32x32.mat"), 10);
        MatFiles.write(data.resolve("test_32x32.mat"), 6);
    }

    private static Console svhn(Path out, String... options) {
        List<String> line = new ArrayList<>(List.of("train", "svhn", "--out", out.toString()));
        line.addAll(List.of(options));
        return Console.run(line.toArray(new String[0]));
    }

    private Console fresh(Path out, String... options) {
        List<String> line = new ArrayList<>(List.of("--data", data.toString()));
        line.addAll(List.of("--model", "wrn-10-1", "--batch-size", "16"));
        line.addAll(List.of(options));
        return svhn(out, line.toArray(new String[0]));
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

    @Test
    void aResumedRunEqualsAnUninterruptedOne() throws IOException {
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        success(fresh(whole, "--epochs", "2"));
        success(fresh(parts, "--epochs", "1"));
        success(svhn(parts, "--resume", "--epochs", "2", "--loaders", "2"));
        assertThat(Files.readAllLines(whole.resolve("metrics.jsonl"))).hasSize(2 * 3); // 16, 16, 6
        for (String file :
                List.of(
                        "checkpoint/model-6.safetensors",
                        "checkpoint/optimizer-6.safetensors",
                        "best.safetensors",
                        "results.json")) {
            assertThat(parts.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
        }
        assertThat(Files.readString(whole.resolve("config.yaml")))
                .contains(
                        "experiment: svhn",
                        "extra: yes",
                        "max-lr: 0.01",
                        "max-norm: 50.0",
                        "dropout: 0.4",
                        "38 for training, 2 for validation, 6 for the test");
    }

    @Test
    void extraMayBeLeftOut() throws IOException {
        Files.delete(data.resolve("extra_32x32.mat"));
        Path run = folder.resolve("run");
        refused(fresh(run), "it has no file extra_32x32.mat");
        refused(fresh(run, "--extra", "maybe"), "--extra maybe: it must be yes or no.");
        refused(fresh(run, "--dropout", "1"), "--dropout 1.0: it must be from 0 to less than 1.");
        refused(
                svhn(run, "--data", folder.toString()),
                "--data " + folder + ": it has no file train_32x32.mat");
        assertThat(run).doesNotExist();
        success(fresh(run, "--extra", "no", "--epochs", "1"));
        assertThat(Files.readString(run.resolve("config.yaml"))).contains("28 for training");
        success(svhn(run, "--resume", "--epochs", "2"));
        refused(
                svhn(run, "--resume", "--epochs", "3", "--extra", "yes"),
                "--extra yes: the run to resume was started with no");
    }

    /// With a learning rate of 0.01 and the momentum 0 the release's BPGrad leaves the weights
    /// where they are, and so the norm of the first epoch is that of the last; meant was that they
    /// move.
    @Test
    void theReleasedJobOfBpGradIsRunAsItIs() throws IOException {
        for (String mode : List.of("released", "intended")) {
            Path grid = folder.resolve(mode);
            success(
                    Console.run(
                            "reproduce",
                            "svhn",
                            "--job",
                            "4",
                            "--mode",
                            mode,
                            "--data",
                            data.toString(),
                            "--subset",
                            "4",
                            "--epochs",
                            "2",
                            "--out",
                            grid.toString()));
            Path run = grid.resolve("004-svhn-wrn-16-4-bpgrad-0.01/seed-1");
            List<Double> norms =
                    Averages.read(run.resolve("averages.jsonl")).stream()
                            .map(row -> row.getOrDefault(Averages.WEIGHT_NORM, Double.NaN))
                            .toList();
            assertThat(norms).hasSize(2);
            assertThat(norms.getFirst().equals(norms.getLast())).isEqualTo(mode.equals("released"));
        }
    }

    /// Rows 2, 3, 5 and 8 of the paper's table.
    @Test
    void settingsAreThePapers() throws IOException {
        assertThat(ImageDefaults.svhn(OptimizerChoice.ALIG))
                .isEqualTo(new ImageDefaults(160, 128, 0.01, 0, 50, Double.NaN, 0, 0.4));
        assertThat(ImageDefaults.svhn(OptimizerChoice.AMSGRAD))
                .isEqualTo(new ImageDefaults(160, 128, 0.01, 0, 50, 1e-4, 5e-4, 0.4));
        Path run = folder.resolve("run");
        success(fresh(run, "--optimizer", "adam", "--epochs", "1"));
        assertThat(Files.readString(run.resolve("config.yaml")))
                .contains("learning-rate: 1.0E-5", "weight-decay: 5.0E-4");
        success(svhn(run, "--resume", "--epochs", "2"));
        Path other = folder.resolve("other");
        success(fresh(other, "--optimizer", "adam", "--learning-rate", "0.1", "--epochs", "1"));
        assertThat(Files.readString(other.resolve("config.yaml"))).contains("learning-rate: 0.1");
    }
}
