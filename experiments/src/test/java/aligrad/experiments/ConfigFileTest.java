package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

class ConfigFileTest {

    @TempDir private Path folder = Path.of("");

    private Console dnc(String out, String... options) {
        List<String> line =
                new ArrayList<>(List.of("train", "dnc", "--out", folder.resolve(out).toString()));
        line.addAll(List.of(options));
        return Console.run(line.toArray(new String[0]));
    }

    private String file(String text) throws IOException {
        return Files.writeString(folder.resolve("wanted.yaml"), text).toString();
    }

    @Test
    void theConfigurationOfARunMakesTheSameRunAgain() throws IOException {
        Console first =
                dnc(
                        "first",
                        "--optimizer",
                        "adam",
                        "--learning-rate",
                        "1e-2",
                        "--iterations",
                        "3",
                        "--seed",
                        "7",
                        "--patience",
                        "5");
        assertThat(first.exit()).isZero();
        String config = folder.resolve("first/config.yaml").toString();
        Console second = dnc("second", "--config", config);
        assertThat(second.err()).isEmpty();
        assertThat(second.exit()).isZero();
        assertThat(folder.resolve("second/config.yaml")).hasSameTextualContentAs(Path.of(config));
        assertThat(folder.resolve("second/checkpoint/model-3.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("first/checkpoint/model-3.safetensors"));
    }

    @Test
    void anOptionCountsMoreThanTheFile() throws IOException {
        String config = file("experiment: dnc\niterations: 50\nseed: 3\n");
        assertThat(dnc("run", "--iterations", "1", "--config=" + config).exit()).isZero();
        assertThat(Files.readString(folder.resolve("run/config.yaml")))
                .contains("iterations: 1\n", "seed: 3\n");
    }

    @Test
    void whatTheRunWouldNotDoIsRefused() throws IOException {
        refused(
                dnc("run", "--config", file("experiment: mnist\n")),
                "it is for 'train mnist', not for 'train dnc'");
        refused(dnc("run", "--config", file("warmup: 5\n")), "this run has no setting 'warmup'");
        refused(
                dnc("run", "--config", file("batch-size: 32\n")),
                "batch-size: 32: this run computes with 16; remove or change the line.");
        refused(dnc("run", "--config", file("seed: many\n")), "--seed many: it must be a whole");
        refused(dnc("run", "--config", file("help: true\n")), "this run has no setting 'help'");
        refused(
                dnc("run", "--config", folder.resolve("none.yaml").toString()),
                "none.yaml cannot be read: there is no such file or directory");
        assertThat(dnc("run", "--iterations", "1").exit()).isZero();
        refused(
                dnc("run", "--resume", "--config", file("seed: 1\n")),
                "the run to resume has its own config.yaml");
    }

    private static void refused(Console console, String reason) {
        assertThat(console.err()).contains(reason);
        assertThat(console.err().strip().lines()).hasSize(1);
        assertThat(console.exit()).isEqualTo(2);
    }
}
