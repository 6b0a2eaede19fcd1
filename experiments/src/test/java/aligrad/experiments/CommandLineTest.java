package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

class CommandLineTest {

    @TempDir private Path folder = Path.of("");

    private Console dnc(Path out, String... options) {
        List<String> line = new ArrayList<>(List.of("train", "dnc", "--out", out.toString()));
        line.addAll(List.of(options));
        return Console.run(line.toArray(new String[0]));
    }

    private static Map<String, List<Byte>> contents(Path directory) throws IOException {
        Map<String, List<Byte>> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                List<Byte> bytes = new ArrayList<>();
                for (byte b : Files.readAllBytes(file)) {
                    bytes.add(b);
                }
                contents.put(directory.relativize(file).toString(), bytes);
            }
        }
        return contents;
    }

    @Test
    void aRunWritesItsFilesAndIsNotOverwritten() throws IOException {
        Path out = folder.resolve("run");
        Console first = dnc(out, "--iterations", "6");
        assertThat(first.err()).isEmpty();
        assertThat(first.exit()).isZero();
        assertThat(first.out())
                .contains("6 iterations, writing to " + out)
                .contains("first iteration finished")
                .contains("Report: " + out.resolve("report.html"));
        Map<String, List<Byte>> files = contents(out);
        assertThat(files.keySet())
                .containsExactlyInAnyOrder(
                        "config.yaml",
                        "metrics.jsonl",
                        "checkpoint/state.json",
                        "checkpoint/model-6.safetensors",
                        "checkpoint/optimizer-6.safetensors",
                        "report.html",
                        "loss.svg",
                        "step_size.svg",
                        "accuracy.svg");

        Console again = dnc(out, "--iterations", "6");
        refused(again, out + " already holds a run; continue it with --resume, or");
        assertThat(again.err()).contains("--out");
        Console done = dnc(out, "--resume");
        refused(done, "all 6 iterations are done");
        Console other = dnc(out, "--resume", "--iterations", "9", "--optimizer", "adam");
        refused(other, "--optimizer adam: the run to resume was started with alig");
        Console mnist = Console.run("train", "mnist", "--resume", "--out", out.toString());
        refused(mnist, "holds a run of 'dnc', not of 'mnist'");
        assertThat(contents(out)).isEqualTo(files);
    }

    @Test
    void theReportNeedsNoOtherFile() throws IOException {
        Path out = folder.resolve("run");
        assertThat(dnc(out, "--iterations", "2", "--seed", "5").exit()).isZero();
        String html = Files.readString(out.resolve("report.html"));
        assertThat(html)
                .startsWith("<!DOCTYPE html>")
                .contains("<tr><td>seed</td><td>5</td></tr>")
                .contains("<tr><td>iterations done</td><td>2</td></tr>");
        assertThat(html.split("<svg", -1)).hasSize(4);
        assertThat(html.split("</svg>", -1)).hasSize(4);
        String withoutNamespaces = html.replaceAll("xmlns(:\\w+)?=\"[^\"]*\"", "");
        assertThat(withoutNamespaces)
                .doesNotContainPattern("https?:")
                .doesNotContainPattern("<(script|link|img|iframe)")
                .doesNotContainPattern("src=|@import|url\\((?!['\"]?#)");
    }

    @Test
    void anUnknownOptimizerListsTheChoices() {
        refused(
                dnc(folder.resolve("run"), "--optimizer", "adamm"),
                "--optimizer adamm: there is none of that name; choose alig, sgd, heavy-ball,"
                        + " nesterov, adam, amsgrad, adamw, adagrad, rmsprop.");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void anUnknownDeviceListsTheChoices() {
        Console refused = dnc(folder.resolve("run"), "--device", "tpu");
        refused(refused, "--device tpu: ");
        assertThat(refused.err()).contains("cpu", "reference");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void anUnknownOptionIsNamed() {
        Console refused = dnc(folder.resolve("run"), "--iteration", "3");
        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.err())
                .contains("--iteration")
                .contains("See aligrad train dnc --help.")
                .doesNotContain("\tat ");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void valuesOutOfRangeAreNamed() {
        Path out = folder.resolve("run");
        refused(dnc(out, "--iterations", "0"), "--iterations 0: it must be at least 1.");
        refused(dnc(out, "--threads", "0"), "--threads 0: it must be at least 1.");
        refused(dnc(out, "--learning-rate", "1"), "--learning-rate: alig computes its step itself");
        refused(dnc(out, "--max-lr", "-1"), "--max-lr -1: it must be a number above 0, or none.");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void resumingNothingSaysSo() {
        refused(dnc(folder, "--resume"), "--resume: " + folder + " holds no run");
    }

    @Test
    void aDamagedConfigurationIsNamed() throws IOException {
        Path config = folder.resolve("config.yaml");
        for (String damaged : new String[] {"a: [", "- 1", "\"", ""}) {
            Files.writeString(config, damaged);
            refused(dnc(folder, "--resume"), config + ": it ");
        }
        Files.writeString(config, "experiment: dnc\niterations: many\n");
        refused(dnc(folder, "--resume"), "iterations: many");
    }

    @Test
    void withoutACommandItSaysWhatThereIs() {
        Console help = Console.run();
        assertThat(help.exit()).isZero();
        assertThat(help.out()).contains("train");
        Console train = Console.run("train");
        assertThat(train.exit()).isEqualTo(2);
        assertThat(train.err()).contains("Say what to train: dnc, mnist, cifar10 or cifar100.");
    }

    @Test
    void mnistNeedsData() {
        Path out = folder.resolve("run");
        refused(Console.run("train", "mnist", "--out", out.toString()), "--data is missing");
        refused(
                Console.run("train", "mnist", "--out", out.toString(), "--data", out.toString()),
                "--data " + out + ": there is no such directory.");
        assertThat(folder).isEmptyDirectory();
    }

    /// Exit code 2, and one line on standard error that says this.
    private static void refused(Console console, String reason) {
        assertThat(console.err()).contains(reason);
        assertThat(console.err().strip().lines()).hasSize(1);
        assertThat(console.exit()).isEqualTo(2);
    }
}
