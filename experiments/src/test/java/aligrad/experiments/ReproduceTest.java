package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

class ReproduceTest {

    @TempDir private Path folder = Path.of("");

    private static Console dnc(Path out, String... options) {
        List<String> line = new ArrayList<>(List.of("reproduce", "dnc", "--out", out.toString()));
        line.addAll(List.of(options));
        return Console.run(line.toArray(new String[0]));
    }

    private static List<String> losses(Path run) throws IOException {
        return Files.readAllLines(run.resolve("metrics.jsonl")).stream()
                .map(line -> line.replaceAll("\"seconds\":[^,]*,", ""))
                .toList();
    }

    /// Two runs at a time, each with the same bits as alone.
    @Test
    void runsSideBySideWithTheSameBitsAsAlone() throws IOException {
        Path grid = folder.resolve("grid");
        Console console =
                dnc(grid, "--job", "1,10", "--iterations", "4", "--seeds", "2", "--threads", "2");
        assertThat(console.err()).isEmpty();
        assertThat(console.exit()).isZero();
        assertThat(console.out())
                .containsPattern("iterations +10000 +4 +yes")
                .containsPattern("mode +released +intended")
                .contains("[4/4] ", "2 finished", "nag: released it is heavy ball");
        Path alone = folder.resolve("alone");
        Console single =
                Console.run(
                        "train",
                        "dnc",
                        "--out",
                        alone.toString(),
                        "--optimizer",
                        "adam",
                        "--learning-rate",
                        "1e-3",
                        "--iterations",
                        "4",
                        "--seed",
                        "2");
        assertThat(single.exit()).isZero();
        Path inGrid = grid.resolve("010-adam-1e-3").resolve("seed-2");
        assertThat(losses(inGrid)).hasSize(4).isEqualTo(losses(alone));
        assertThat(inGrid.resolve("checkpoint/model-4.safetensors"))
                .hasSameBinaryContentAs(alone.resolve("checkpoint/model-4.safetensors"));
        assertThat(grid.resolve("comparison.html")).content().contains("<svg", "±");
        assertThat(grid.resolve("comparison.md")).content().contains("| adam |", "reduced");
    }

    @Test
    void whatIsDoneIsNotRunAgainAndMoreIsAdded() throws IOException {
        Path grid = folder.resolve("grid");
        assertThat(dnc(grid, "--job", "1", "--iterations", "2").exit()).isZero();
        Path run = grid.resolve("001-alig-1e2").resolve("seed-1");
        Path metrics = run.resolve("metrics.jsonl");
        var before = Files.getLastModifiedTime(metrics);
        Console again = dnc(grid, "--job", "1,2", "--iterations", "2");
        assertThat(again.out()).contains("1 run is done before.", "[2/2] 002-alig-1e3, seed 1");
        assertThat(Files.getLastModifiedTime(metrics)).isEqualTo(before);

        // killed before its end: there is a checkpoint, but no outcome
        Files.delete(run.resolve("outcome.json"));
        assertThat(dnc(grid, "--job", "1", "--iterations", "2").exit()).isZero();
        assertThat(Outcome.read(run.resolve("outcome.json")))
                .get()
                .extracting(Outcome::status)
                .isEqualTo(Outcome.Status.FINISHED);

        // killed before its first checkpoint
        Files.delete(run.resolve("outcome.json"));
        Files.delete(run.resolve("checkpoint/state.json"));
        assertThat(dnc(grid, "--job", "1", "--iterations", "2").exit()).isZero();
        assertThat(losses(run)).hasSize(2);

        Console longer = dnc(grid, "--job", "1", "--iterations", "3");
        assertThat(longer.exit()).isZero();
        assertThat(losses(run)).hasSize(3);
        assertThat(dnc(grid, "--job", "1", "--iterations", "2").err())
                .contains(run + ": it was run with iterations 3, not 2; choose another directory");
        assertThat(dnc(grid, "--job", "1", "--mode", "released").err())
                .contains("mode was intended there, not released; choose another directory");
    }

    /// Job 53 is plain SGD with the learning rate 10 on weights that it soon destroys.
    @Test
    void aRunThatFailsIsAResultToo() throws IOException {
        Path grid = folder.resolve("grid");
        assertThat(dnc(grid, "--job", "1", "--iterations", "1").exit()).isZero();
        Path run = grid.resolve("001-alig-1e2").resolve("seed-1");
        new Outcome(Outcome.Status.FAILED, 1, 1, 0.1, "Stopped at iteration 2: nothing finite.")
                .write(run.resolve("outcome.json"));
        Console again = dnc(grid, "--job", "1", "--iterations", "5");
        assertThat(again.exit()).isZero();
        assertThat(again.out()).contains("1 run is done before.", "failed");
    }

    @Test
    void wrongInputIsRefused() {
        refused(
                Console.run("reproduce", "cifar11"),
                "cifar11: the paper has no such experiment; choose dnc, svhn, snli, cifar,"
                        + " cifar-train, imagenet.");
        for (String none : new String[] {"0", "106", "3-1", "x", "1,", "1-200"}) {
            refused(dnc(folder, "--job", none), "must be a number or a range from 1 to 105");
        }
        refused(dnc(folder, "--mode", "best"), "--mode best: it must be released or intended.");
        refused(dnc(folder, "--epochs", "1"), "--epochs: the DNC has none");
        refused(dnc(folder, "--subset", "1"), "--subset: the data of the DNC is generated");
        refused(dnc(folder, "--data", "x"), "--data: the data of the DNC is generated");
        refused(dnc(folder, "--seeds", "0"), "--seeds 0: it must be from 1 to 1000.");
        refused(dnc(folder, "--iterations", "0"), "--iterations 0: it must be from 1 to");
        refused(
                Console.run("reproduce", "cifar", "--iterations", "1"),
                "--iterations: only the DNC counts them");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aJobWithoutDataSaysWhatIsMissing() {
        Path out = folder.resolve("grid");
        refused(
                Console.run("reproduce", "cifar", "--job", "6", "--out", out.toString()),
                "--data is missing");
    }

    @Test
    void listsEveryHyperParameter() {
        Console console = Console.run("reproduce", "cifar", "--list");
        assertThat(console.exit()).isZero();
        assertThat(console.out())
                .contains("All jobs: momentum 0.9, clip -, dropout 0.")
                .containsPattern(" 3 +cifar10 +wrn-40-4 +ce +sgd +0.1 +0.0005 +- +128 +200 +60,120")
                .containsPattern("12 +cifar10 +densenet-40-40 +ce +alig +0.1 +- +75 +64 +300")
                .contains("Name the data with --data");
    }

    /// The trial takes 96 images where there are as many.
    @Test
    void timesJobsOnSmallDataToo() throws IOException {
        Path data = folder.resolve("data");
        CifarFiles.write(data, 40, 6); // 36 for training: three steps of 16
        Console console =
                Console.run(
                        "reproduce", "cifar", "--job", "7", "--list", "--data", data.toString());
        assertThat(console.err()).isEmpty();
        assertThat(console.out())
                .containsPattern("Time of a run of each, .* about [0-9:]+\\.")
                .doesNotContain("Not timed");
        CifarFiles.write(data, 10, 6);
        assertThat(
                        Console.run(
                                        "reproduce",
                                        "cifar",
                                        "--job",
                                        "7",
                                        "--list",
                                        "--data",
                                        data.toString())
                                .out())
                .contains("Not timed: cifar10: the data has too few samples for two steps of 16.");
    }

    private static void refused(Console console, String reason) {
        assertThat(console.err()).contains(reason);
        assertThat(console.err().strip().lines()).hasSize(1);
        assertThat(console.exit()).isEqualTo(2);
    }
}
