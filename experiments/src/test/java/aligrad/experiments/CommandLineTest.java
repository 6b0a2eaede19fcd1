package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
                .filteredOn(name -> !name.startsWith("events.out.tfevents."))
                .hasSize(files.size() - 1)
                .containsExactlyInAnyOrder(
                        "config.yaml",
                        "metrics.jsonl",
                        "averages.jsonl",
                        "outcome.json",
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
        refused(done, "all 6 iterations are done; go on with --resume and a larger --iterations.");
        refused(
                dnc(out, "--optimizer", "adamm"),
                "--optimizer adamm: there is none of that name; choose alig,");
        refused(
                dnc(out, "--resume", "--optimizer", "adamm"),
                "--optimizer adamm: there is none of that name; choose alig,");
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
                "--optimizer adamm: there is none of that name; choose alig, alig-plus, sgd,"
                    + " heavy-ball, nesterov, adam, amsgrad, adamw, adagrad, rmsprop, yogi, bpgrad,"
                    + " bpgrad-released, dfw, l4adam, l4mom, sps, momo, momo-adam, borat,"
                    + " d-adapt-sgd, d-adapt-adam, prodigy, schedule-free, schedule-free-adamw,"
                    + " lion, lamb.");
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
    void anUnknownOptionListsTheChoices() {
        refused(
                dnc(folder.resolve("run"), "--iteration", "3"),
                "--iteration: aligrad train dnc has no such option; choose --");
        refused(
                dnc(folder.resolve("run"), "--iteration", "3"),
                "--optimizer, --max-lr, --learning-rate, --seed, --threads,"
                        + " --device, --precision, --deterministic, --check-against, --out,"
                        + " --config, --patience, --keep, --resume, --at, --iterations,"
                        + " --accuracy, --help, --version.");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void anUnknownArgumentListsTheChoices() {
        refused(
                Console.run("trian"),
                "trian: aligrad has no such command; choose train, reproduce, report, data,"
                        + " devices, tune.");
        refused(
                Console.run("train", "dncc"),
                "dncc: aligrad train has no such command; choose dnc, mnist");
        refused(
                Console.run("train", "dnc", "more"),
                "more: aligrad train dnc takes options only; choose --");
    }

    @Test
    void aValueThatIsNoneSaysWhatIsAllowed() {
        Path out = folder.resolve("run");
        refused(
                dnc(out, "--seed", "x"),
                "--seed x: it must be a whole number of at most 18 digits.");
        refused(dnc(out, "--iterations", "1.5"), "--iterations 1.5: it must be a whole number");
        refused(dnc(out, "--threads", "99999999999"), "--threads 99999999999: it must be a whole");
        for (String none : new String[] {"fast", "1d", "0x1p3", "Infinity", "NaN", ""}) {
            refused(
                    dnc(out, "--optimizer", "sgd", "--learning-rate", none),
                    "--learning-rate " + none + ": it must be a number such as 0.1.");
        }
        refused(dnc(out, "--seed"), "--seed: its value is missing; it must be a whole number");
        refused(dnc(out, "--optimizer"), "--optimizer: its value is missing; give it NAME.");
        refused(dnc(out, "--resume=maybe"), "--resume maybe: it takes no value.");
        refused(dnc(out, "--seed", "1", "--seed", "2"), "--seed is given twice; give it once.");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void valuesOutOfRangeAreNamed() {
        Path out = folder.resolve("run");
        refused(dnc(out, "--iterations", "0"), "--iterations 0: it must be at least 1.");
        refused(dnc(out, "--threads", "0"), "--threads 0: it must be from 1 to 1024.");
        refused(dnc(out, "--threads", "1025"), "--threads 1025: it must be from 1 to 1024.");
        refused(dnc(out, "--learning-rate", "1"), "--learning-rate: alig computes its step itself");
        refused(dnc(out, "--max-lr", "-1"), "--max-lr -1: it must be a number above 0, or none.");
        refused(dnc(out, "--max-lr", "1d"), "--max-lr 1d: it must be a number above 0, or none.");
        assertThat(folder).isEmptyDirectory();
    }

    /// What a run would write over, without the configuration that tells a run.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "metrics.jsonl",
                "averages.jsonl",
                "outcome.json",
                "checkpoint",
                "report.html",
                "loss.svg",
                "step_size.svg",
                "accuracy.svg"
            })
    void aDirectoryWithARunsFilesIsNotOverwritten(String name) throws IOException {
        Files.writeString(folder.resolve(name), "precious");
        refused(
                dnc(folder, "--iterations", "1"),
                folder
                        + " already holds "
                        + name
                        + ", which the run would overwrite; choose another directory with --out.");
        assertThat(contents(folder)).hasSize(1);
        assertThat(folder.resolve(name)).hasContent("precious");
    }

    @Test
    void aPlaceThatIsNoneIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "precious");
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("none"));
        for (Path out : new Path[] {file, file.resolve("run"), link, link.resolve("run")}) {
            refused(dnc(out), "--out " + out + ": ");
            refused(dnc(out), "; name a directory that you may write to.");
        }
        refused(dnc(Path.of("")), "--out: its value is empty; name a directory.");
        assertThat(file).hasContent("precious");
        assertThat(folder.resolve("none")).doesNotExist();
    }

    /// Where even the administrator can make no directory.
    @Test
    void aPlaceWhereNothingCanBeMadeIsNamed() {
        assumeTrue(Files.isDirectory(Path.of("/proc/self")), "there is no /proc");
        refused(dnc(Path.of("/proc/self/run")), "--out /proc/self/run: ");
    }

    @Test
    void numbersAreWrittenAlikeInEveryCountry() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            Console console = dnc(folder.resolve("run"), "--iterations", "1");
            assertThat(console.err()).isEmpty();
            assertThat(console.out())
                    .contains(" parameters, 1 iteration, writing to ")
                    .containsPattern("dnc: \\d+,\\d{3} parameters")
                    .containsPattern("finished \\d+\\.\\d\\d s")
                    .containsPattern("Mean loss of the last 1 iteration: \\d+\\.\\d{4} nats")
                    .containsPattern("\n1 iteration in 0:\\d\\d \\(\\d+\\.\\d\\d ms each\\)");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void resumingNothingSaysSo() {
        refused(dnc(folder, "--resume"), "--resume: " + folder + " holds no run");
    }

    @Test
    void aDamagedConfigurationIsNamed() throws IOException {
        Path config = folder.resolve("config.yaml");
        for (String damaged :
                new String[] {
                    "a: [", "- 1", "\"", "", "a: 1\na: 2", "[".repeat(9_000), "a: \u0000"
                }) {
            Files.writeString(config, damaged);
            refused(dnc(folder, "--resume"), config + ", line ");
        }
        Files.writeString(config, "experiment: dnc\n\tseed: 1\n");
        refused(dnc(folder, "--resume"), config + ", line 2: it is no YAML");
        Files.write(config, new byte[] {'a', ':', '\n', 'b', (byte) 0xc3, '\n'});
        refused(dnc(folder, "--resume"), config + ", line 2: byte 4 of the file is no UTF-8");
        Files.writeString(config, "experiment: dnc\nseed: [1]\n");
        refused(dnc(folder, "--resume"), config + ", line 2: a value must be one text or number");
        Files.writeString(config, "x: '" + "y".repeat(20_000) + "'");
        refused(dnc(folder, "--resume"), config.toString());
        Files.delete(config);
        Files.createDirectory(config);
        refused(dnc(folder, "--resume"), config + " cannot be read: ");
    }

    /// Each change alone; the directory stays as it is.
    @Test
    void aConfigurationThatDoesNotFitIsNamedAndNothingIsWritten() throws IOException {
        Path out = folder.resolve("run");
        assertThat(dnc(out, "--iterations", "2").exit()).isZero();
        Path config = out.resolve("config.yaml");
        String sound = Files.readString(config);
        for (String name : List.of("optimizer", "max-lr", "iterations", "batch-size", "seed")) {
            refusedWith(out, sound.replaceAll(name + ": .*\n", ""), config + ": it lacks '" + name);
        }
        refusedWith(
                out,
                sound.replace("iterations: 2", "iterations: many"),
                config + ", iterations: many: it must be a whole number.");
        refusedWith(
                out,
                sound.replace("alig", "adamm"),
                config + ", optimizer: adamm: there is none of that name; choose alig,");
        refusedWith(
                out,
                sound.replace("batch-size: 16", "batch-size: 32"),
                config + ", batch-size: 32: this run computes with 16");
        refusedWith(
                out, sound + "momentum: 0.5\n", config + ": this run has no setting 'momentum'");
        Path metrics = out.resolve("metrics.jsonl");
        Files.writeString(metrics, "{}\n{}\n");
        refusedWith(out, sound, metrics + ", line 1: it lacks 'iteration'");
    }

    private void refusedWith(Path out, String configuration, String reason) throws IOException {
        Files.writeString(out.resolve("config.yaml"), configuration);
        Map<String, List<Byte>> before = contents(out);
        refused(dnc(out, "--resume", "--iterations", "9"), reason);
        assertThat(contents(out)).isEqualTo(before);
    }

    @Test
    void withoutACommandItSaysWhatThereIs() {
        Console help = Console.run();
        assertThat(help.exit()).isZero();
        assertThat(help.out()).contains("train");
        Console train = Console.run("train");
        assertThat(train.exit()).isEqualTo(2);
        assertThat(train.err()).contains("Say what to train: choose dnc, mnist");
    }

    @Test
    void mnistNeedsData() {
        Path out = folder.resolve("run");
        refused(Console.run("train", "mnist", "--out", out.toString()), "--data is missing");
        refused(
                Console.run("train", "mnist", "--out", out.toString(), "--data", out.toString()),
                "--data " + out + ": there is no such directory.");
        refused(
                Console.run("train", "mnist", "--out", out.toString(), "--data", ""),
                "--data: its value is empty; name a directory.");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void fashionMnistIsReadWhereItIs() throws IOException {
        assumeTrue(
                Files.isDirectory(MnistData.FASHION)
                        && !Files.exists(DataFolder.FETCHED.resolve("fashion-mnist")),
                "Debian's package dataset-fashion-mnist is not installed");
        Path out = folder.resolve("run");
        refused(
                Console.run(
                        "train", "fashion-mnist", "--out", out.toString(), "--batch-size", "60001"),
                "--batch-size 60001: there are only 60000 images for training");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aRunOfFashionMnistHasItsName() throws IOException {
        Path data = Files.createDirectory(folder.resolve("data"));
        for (String prefix : List.of("train", "t10k")) {
            Files.write(
                    data.resolve(prefix + "-images-idx3-ubyte"),
                    IdxFileTest.idx(0x0803, new int[] {3, 28, 28}, new byte[3 * 784]));
            Files.write(
                    data.resolve(prefix + "-labels-idx1-ubyte"),
                    IdxFileTest.idx(0x0801, new int[] {3}, new byte[] {1, 2, 3}));
        }
        Path out = folder.resolve("run");
        Console run =
                Console.run(
                        "train",
                        "fashion-mnist",
                        "--data",
                        data.toString(),
                        "--batch-size",
                        "3",
                        "--epochs",
                        "1",
                        "--out",
                        out.toString());
        assertThat(run.err()).isEmpty();
        assertThat(run.exit()).isZero();
        assertThat(out.resolve("config.yaml")).content().contains("experiment: fashion-mnist");
        refused(
                Console.run("train", "mnist", "--out", out.toString(), "--resume"),
                "holds a run of 'fashion-mnist', not of 'mnist'");
    }

    /// Five images in batches of 2, 2 and 1; targets of samples change after each epoch.
    @Test
    void aResumedRunOfAligPlusEqualsAnUninterruptedOne() throws IOException {
        Path data = Files.createDirectory(folder.resolve("data"));
        byte[] pixels = new byte[5 * 784];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i * i);
        }
        for (String prefix : List.of("train", "t10k")) {
            Files.write(
                    data.resolve(prefix + "-images-idx3-ubyte"),
                    IdxFileTest.idx(0x0803, new int[] {5, 28, 28}, pixels));
            Files.write(
                    data.resolve(prefix + "-labels-idx1-ubyte"),
                    IdxFileTest.idx(0x0801, new int[] {5}, new byte[] {1, 2, 3, 1, 2}));
        }
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        for (Path run : List.of(whole, parts)) {
            Console console =
                    Console.run(
                            "train",
                            "mnist",
                            "--optimizer",
                            "alig-plus",
                            "--data",
                            data.toString(),
                            "--batch-size",
                            "2",
                            "--epochs",
                            run.equals(whole) ? "3" : "1",
                            "--out",
                            run.toString());
            assertThat(console.err()).isEmpty();
        }
        Console resumed =
                Console.run("train", "mnist", "--out", parts.toString(), "--resume", "--epochs=3");
        assertThat(resumed.err()).isEmpty();
        for (String file :
                List.of("checkpoint/model-9.safetensors", "checkpoint/optimizer-9.safetensors")) {
            assertThat(parts.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
        }
        assertThat(whole.resolve("config.yaml")).content().contains("target-interval: 1\n");
    }

    @Test
    void theDncHasNoSamplesToKeepTargetsOf() {
        Path out = folder.resolve("run");
        refused(
                dnc(out, "--optimizer", "alig-plus"),
                "--optimizer alig-plus: it keeps a target for each sample, and the DNC's are"
                        + " drawn");
        assertThat(out).doesNotExist();
    }

    /// Exit code 2, and one line on standard error that says this.
    private static void refused(Console console, String reason) {
        assertThat(console.err()).contains(reason);
        assertThat(console.err().strip().lines()).hasSize(1);
        assertThat(console.exit()).isEqualTo(2);
    }
}
