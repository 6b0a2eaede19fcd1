package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

class TrainingTest {

    @TempDir private Path folder = Path.of("");

    private static String[] dnc(Path out, String... options) {
        List<String> line = new ArrayList<>(List.of("train", "dnc", "--out", out.toString()));
        line.addAll(List.of(options));
        return line.toArray(new String[0]);
    }

    /// The metrics without the time, which differs from run to run.
    private static List<Map<String, Object>> rows(Path run) throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
            Map<String, Object> row = JSON.std.mapFrom(line);
            assertThat(row.remove("seconds")).isInstanceOf(Number.class);
            rows.add(row);
        }
        return rows;
    }

    private static void assertSameRun(Path a, Path b, int iterations) throws IOException {
        assertThat(rows(a)).hasSize(iterations).isEqualTo(rows(b));
        for (String kind : new String[] {"model", "optimizer"}) {
            String file = "checkpoint/" + kind + "-" + iterations + ".safetensors";
            assertThat(a.resolve(file)).hasSameBinaryContentAs(b.resolve(file));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"alig", "adam", "nesterov"})
    void aResumedRunEqualsAnUninterruptedOne(String optimizer) throws IOException {
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        success(Console.run(dnc(whole, "--optimizer", optimizer, "--iterations", "8")));
        success(Console.run(dnc(parts, "--optimizer", optimizer, "--iterations", "3")));
        success(Console.run(dnc(parts, "--resume", "--iterations", "8")));
        assertSameRun(parts, whole, 8);
        assertThat(rows(whole).stream().map(row -> row.get("loss")).distinct()).hasSize(8);
    }

    @Test
    void theSeedChangesTheRun() throws IOException {
        success(Console.run(dnc(folder.resolve("1"), "--iterations", "2")));
        success(Console.run(dnc(folder.resolve("2"), "--iterations", "2", "--seed", "2")));
        assertThat(rows(folder.resolve("2"))).isNotEqualTo(rows(folder.resolve("1")));
    }

    @Test
    void theNumberOfThreadsDoesNotChangeTheRun() throws Exception {
        Path one = folder.resolve("one");
        Path two = folder.resolve("two");
        Process first = child(dnc(one, "--iterations", "5", "--threads", "1"));
        Process second = child(dnc(two, "--iterations", "5", "--threads", "2"));
        try {
            assertThat(first.waitFor(300, TimeUnit.SECONDS)).isTrue();
            assertThat(second.waitFor(300, TimeUnit.SECONDS)).isTrue();
            assertThat(first.exitValue()).as(printed()).isZero();
            assertThat(second.exitValue()).as(printed()).isZero();
        } finally {
            first.destroyForcibly();
            second.destroyForcibly();
        }
        assertSameRun(one, two, 5);
    }

    @Test
    void aTerminatedRunCanBeResumed() throws Exception {
        Path run = folder.resolve("run");
        Process process = child(dnc(run, "--iterations", "1000000"));
        try {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(300);
            while (!printed().contains("first iteration finished")
                    && process.isAlive()
                    && System.nanoTime() < end) {
                Thread.sleep(20);
            }
            assertThat(process.isAlive()).as(printed()).isTrue();
            assertThat(process.toHandle().destroy()).isTrue();
            assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).isEqualTo(128 + 15); // SIGTERM
        int done = rows(run).size();
        assertThat(done).isPositive();
        assertThat(printed())
                .contains("Interrupted after iteration " + done + " of 1000000")
                .contains("./aligrad train dnc --out " + run + " --resume")
                .doesNotContain("\tat ");
        assertThat(run.resolve("report.html")).exists();

        int total = done + 3;
        Path whole = folder.resolve("whole");
        success(Console.run(dnc(run, "--resume", "--iterations", String.valueOf(total))));
        success(Console.run(dnc(whole, "--iterations", String.valueOf(total))));
        assertSameRun(run, whole, total);
    }

    /// Without a chance to say or to write anything: `kill -9`, somewhere after the first
    /// checkpoint.
    @Test
    void aKilledRunCanBeResumed() throws Exception {
        Path run = folder.resolve("run");
        Process process = child(dnc(run, "--iterations", "1000000"));
        try {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(300);
            while (!printed().contains("first iteration finished")
                    && process.isAlive()
                    && System.nanoTime() < end) {
                Thread.sleep(20);
            }
            Thread.sleep(300);
            assertThat(process.isAlive()).as(printed()).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(128 + 9); // SIGKILL
        assertThat(run.resolve("outcome.json")).doesNotExist();

        Path whole = folder.resolve("whole");
        success(Console.run(dnc(run, "--resume", "--iterations", "6")));
        success(Console.run(dnc(whole, "--iterations", "6")));
        assertSameRun(run, whole, 6);
        assertThat(run.resolve("averages.jsonl"))
                .hasSameTextualContentAs(whole.resolve("averages.jsonl"));
    }

    /// Killed while it was concluding: the last checkpoint is there, the results are not.
    @Test
    void aRunThatWasKilledAfterItsLastIterationIsConcluded() throws IOException {
        Path run = folder.resolve("run");
        success(Console.run(dnc(run, "--iterations", "3")));
        Files.delete(run.resolve("outcome.json"));
        Files.delete(run.resolve("report.html"));
        success(Console.run(dnc(run, "--resume")));
        assertThat(run.resolve("report.html")).exists();
        assertThat(Outcome.read(run.resolve("outcome.json")).orElseThrow().iterations())
                .isEqualTo(3);
        assertThat(rows(run)).hasSize(3);
    }

    /// A learning rate so small that no hundred iterations are much better than the one before:
    /// batches differ more than the weights move.
    @Test
    void patienceEndsARunAndIsKept() throws IOException {
        Path run = folder.resolve("run");
        Console console =
                Console.run(
                        dnc(
                                run,
                                "--optimizer",
                                "sgd",
                                "--learning-rate",
                                "1e-12",
                                "--patience",
                                "1",
                                "--iterations",
                                "2000"));
        success(console);
        int done = rows(run).size();
        assertThat(done).isLessThan(2000);
        assertThat(done % 100).isZero();
        assertThat(console.out())
                .contains("Stopped early after iteration " + done + " of 2000: nothing better");
        assertThat(Outcome.read(run.resolve("outcome.json")).orElseThrow().status())
                .isEqualTo(Outcome.Status.STOPPED_EARLY);
        Console again = Console.run(dnc(run, "--resume"));
        assertThat(again.exit()).isEqualTo(2);
        assertThat(again.err())
                .contains("the patience of 1 is over", "--resume and a larger --patience");
    }

    @Test
    void goesOnFromACheckpointThatWasKept() throws IOException {
        Path run = folder.resolve("run");
        Path whole = folder.resolve("whole");
        success(Console.run(dnc(run, "--iterations", "3", "--keep", "3")));
        success(Console.run(dnc(run, "--resume", "--iterations", "5")));
        assertThat(run.resolve("checkpoint/state-3.json")).exists();
        assertThat(run.resolve("checkpoint/model-3.safetensors")).exists();
        Console none = Console.run(dnc(run, "--resume", "--at", "4", "--iterations", "6"));
        assertThat(none.err()).contains("--at 4: ", "has no checkpoint of that iteration");
        success(Console.run(dnc(run, "--resume", "--at", "3", "--iterations", "6")));
        assertThat(run.resolve("checkpoint/model-6.safetensors")).exists();
        assertThat(run.resolve("checkpoint/model-0.safetensors")).doesNotExist(); // the fourth
        success(Console.run(dnc(whole, "--iterations", "6")));
        assertSameRun(run, whole, 6);
        assertThat(Console.run(dnc(folder.resolve("new"), "--at", "3")).err())
                .contains("--at 3: it names a checkpoint to go on from; give --resume as well.");
    }

    /// 100 images for training, 20 for the test: the dark ones are of class 0, the bright ones of
    /// class 1.
    @Test
    void learnsASmallSetOfImages() throws IOException {
        Path data = Files.createDirectories(folder.resolve("data"));
        images(data, "train", 100);
        images(data, "t10k", 20);
        Path run = folder.resolve("run");
        Path parts = folder.resolve("parts");
        Console console = Console.run(mnist(data, run, "--epochs", "2"));
        success(console);
        assertThat(console.out()).contains("test accuracy: ");
        List<Map<String, Object>> rows = rows(run);
        assertThat(rows).hasSize(20); // 10 an epoch
        assertThat(mean(rows.subList(10, 20))).isLessThan(mean(rows.subList(0, 10)));
        assertThat(rows.get(9)).containsEntry("epoch", 1).containsKey("test_accuracy");
        assertThat(rows.get(18)).containsEntry("epoch", 2).doesNotContainKey("test_accuracy");

        success(Console.run(mnist(data, parts, "--epochs", "1")));
        success(
                Console.run(
                        "train", "mnist", "--resume", "--out", parts.toString(), "--epochs", "2"));
        assertSameRun(parts, run, 20);
    }

    @Test
    void refusesABatchLargerThanTheSet() throws IOException {
        Path data = Files.createDirectories(folder.resolve("data"));
        images(data, "train", 20);
        images(data, "t10k", 20);
        Path run = folder.resolve("run");
        for (String size : new String[] {"21", "2147483647"}) {
            Console refused =
                    Console.run(
                            "train",
                            "mnist",
                            "--batch-size",
                            size,
                            "--data",
                            data.toString(),
                            "--out",
                            run.toString());
            assertThat(refused.exit()).isEqualTo(2);
            assertThat(refused.err().strip())
                    .isEqualTo(
                            "--batch-size %s: there are only 20 images for training, so it must be from 1 to 20."
                                    .formatted(size));
        }
        assertThat(run).doesNotExist();
        success(Console.run(mnist(data, run, "--epochs", "1")));
        Console done = Console.run("train", "mnist", "--resume", "--out", run.toString());
        assertThat(done.err().strip())
                .endsWith("all 2 iterations are done; go on with --resume and a larger --epochs.");
    }

    /// A first step so long that every loss after it is not a number.
    @Test
    void aRunThatFailsStillWritesItsReport() throws IOException {
        Path run = folder.resolve("run");
        Console failed = Console.run(dnc(run, "--optimizer", "sgd", "--learning-rate", "1e38"));
        assertThat(failed.exit()).isEqualTo(1);
        assertThat(failed.err().strip().lines()).hasSize(1);
        assertThat(failed.err())
                .startsWith("Stopped at iteration ")
                .contains("curves in " + run.resolve("report.html"));
        assertThat(Files.readString(run.resolve("report.html")))
                .contains("Stopped at iteration ", "10 steps in a row were skipped");
        assertThat(run.resolve("loss.svg")).exists();
    }

    @Test
    void theCommandToResumeIsReadyForAShell() {
        RunOptions options = new RunOptions();
        options.out = folder.resolve("a run of 'mine'");
        options.device = "reference";
        assertThat(RunDirectory.open(options, "dnc").resumeCommand())
                .isEqualTo(
                        "./aligrad train dnc --out '%s/a run of '\\''mine'\\''' --resume --device reference"
                                .formatted(folder));
        options.out = folder.resolve("run-1.2");
        options.device = null;
        assertThat(RunDirectory.open(options, "dnc").resumeCommand())
                .isEqualTo("./aligrad train dnc --out %s/run-1.2 --resume".formatted(folder));
    }

    private static String[] mnist(Path data, Path out, String... options) {
        List<String> line =
                new ArrayList<>(
                        List.of(
                                "train",
                                "mnist",
                                "--batch-size",
                                "10",
                                "--data",
                                data.toString(),
                                "--out",
                                out.toString()));
        line.addAll(List.of(options));
        return line.toArray(new String[0]);
    }

    private static void images(Path data, String prefix, int count) throws IOException {
        SplittableRandom random = new SplittableRandom(count);
        byte[] labels = new byte[count];
        byte[] pixels = new byte[count * 28 * 28];
        for (int i = 0; i < count; i++) {
            labels[i] = (byte) random.nextInt(2);
            for (int p = 0; p < 28 * 28; p++) {
                pixels[i * 28 * 28 + p] = (byte) (200 * labels[i] + random.nextInt(50));
            }
        }
        Files.write(
                data.resolve(prefix + "-images-idx3-ubyte"),
                IdxFileTest.idx(0x0803, new int[] {count, 28, 28}, pixels));
        Files.write(
                data.resolve(prefix + "-labels-idx1-ubyte.gz"),
                IdxFileTest.gzip(IdxFileTest.idx(0x0801, new int[] {count}, labels)));
    }

    private static double mean(List<Map<String, Object>> rows) {
        return rows.stream()
                .mapToDouble(
                        row -> row.get("loss") instanceof Number n ? n.doubleValue() : Double.NaN)
                .average()
                .orElseThrow();
    }

    private static void success(Console console) {
        assertThat(console.err()).isEmpty();
        assertThat(console.exit()).isZero();
    }

    /// Starts the program in a virtual machine of its own; [#printed()] is what it says.
    private Process child(String... args) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--add-modules=jdk.incubator.vector",
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:+UseSerialGC",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("printed").toFile()))
                .start();
    }

    private String printed() throws IOException {
        return Files.readString(folder.resolve("printed"));
    }
}
