package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

class ComparisonTest {

    @TempDir private Path folder = Path.of("");

    /// A run as it would be on the disk: losses of each iteration, and the settings that matter.
    private Path run(String name, String settings, double... losses) throws IOException {
        Path run = Files.createDirectories(folder.resolve(name));
        Files.writeString(run.resolve("config.yaml"), "experiment: dnc\n" + settings);
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < losses.length; i++) {
            rows.append(
                    "{\"iteration\":%d,\"loss\":%s,\"step_size\":0.1,\"seconds\":%d}\n"
                            .formatted(i + 1, losses[i], i));
        }
        Files.writeString(run.resolve("metrics.jsonl"), rows.toString());
        new Outcome(Outcome.Status.FINISHED, losses.length, losses.length, 1, "well")
                .write(run.resolve("outcome.json"));
        return run;
    }

    /// Means 2 and 4 of two seeds: 3 ± √2.
    @Test
    void seedsAreOneRowWithMeanAndDeviation() throws IOException {
        Path one = run("one", "optimizer: adam\nlearning-rate: 0.1\nseed: 1\n", 1, 3);
        Path two = run("two", "optimizer: adam\nlearning-rate: 0.1\nseed: 2\n", 4, 4);
        Path other = run("other", "optimizer: sgd\nlearning-rate: 0.1\nseed: 1\n", 9, 9);
        Comparison comparison = Comparison.of(List.of(one, two, other));
        assertThat(comparison.summary().lines())
                .hasSize(3)
                .anyMatch(line -> line.matches("adam +2 +3.000 ± 1.414 .*2 finished"))
                .anyMatch(line -> line.matches("sgd +1 +9.000 .* finished"));
        assertThat(comparison.markdown())
                .contains("All runs: experiment dnc, learning-rate 0.1.")
                .contains("| optimizer | runs | last loss |")
                .doesNotContain("published");
    }

    /// Every optimizer has its own settings, and yet its name is enough; two rates of one need
    /// more.
    @Test
    void namesAreAsShortAsTellsRunsApart() {
        Map<String, String> adam = Map.of("loss", "ce", "optimizer", "adam", "clip", "5");
        Map<String, String> alig = Map.of("loss", "ce", "optimizer", "alig", "max-lr", "1");
        Map<String, String> dfw = Map.of("loss", "hinge", "optimizer", "dfw", "rate", "1");
        assertThat(Comparison.labels(List.of(adam, alig, dfw)))
                .containsExactly("adam", "alig", "dfw");
        Map<String, String> hinge = Map.of("loss", "hinge", "optimizer", "adam", "clip", "5");
        assertThat(Comparison.labels(List.of(adam, hinge)))
                .containsExactly("loss ce", "loss hinge");
        assertThat(Comparison.labels(List.of(adam, alig, hinge)))
                .containsExactly("adam, loss ce", "alig, loss ce", "adam, loss hinge");
        Map<String, String> unclipped = Map.of("loss", "ce", "optimizer", "adam");
        assertThat(Comparison.labels(List.of(adam, unclipped))).containsExactly("clip 5", "");
        assertThat(Comparison.labels(List.of(adam))).containsExactly("");
    }

    @Test
    void writesOnePageThatNeedsNoOtherFile() throws IOException {
        Path one = run("one", "optimizer: adam\nlearning-rate: 0.1\nseed: 1\n", 1, 3);
        Path two = run("two", "optimizer: adam\nlearning-rate: 1\nseed: 1\n", 4, 4);
        Path three = run("three", "optimizer: alig\nmax-lr: none\nseed: 1\n", 4, 2);
        Path out = folder.resolve("out");
        Console console =
                Console.run(
                        "report",
                        one.toString(),
                        two.toString(),
                        three.toString(),
                        "--out",
                        out.toString());
        assertThat(console.err()).isEmpty();
        assertThat(console.exit()).isZero();
        assertThat(console.out()).contains("Report: " + out.resolve("comparison.html"));
        String html = Files.readString(out.resolve("comparison.html"));
        assertThat(html).contains("Last loss for each rate", "ALI-G without a longest", "</html>");
        assertThat(html.split("<svg", -1)).hasSize(1 + 3); // rates, loss, step size
        String withoutNamespaces = html.replaceAll("xmlns(:\\w+)?=\"[^\"]*\"", "");
        assertThat(withoutNamespaces)
                .doesNotContainPattern("https?:")
                .doesNotContainPattern("<(script|link|img|iframe)");
        assertThat(out.resolve("comparison.md")).exists();
    }

    @Test
    void aRunThatGoesOnIsReadAsFarAsItIsWhole() throws IOException {
        Path one = run("one", "optimizer: adam\nseed: 1\n", 1, 3);
        Files.delete(one.resolve("outcome.json"));
        Path metrics = one.resolve("metrics.jsonl");
        Files.writeString(metrics, Files.readString(metrics) + "{\"iteration\":3,\"lo");
        RunRecord record = RunRecord.read(one);
        assertThat(record.metrics()).hasSize(2);
        assertThat(record.status()).isEqualTo("going on, or killed");
        assertThat(record.lastLoss()).isEqualTo(2);
    }

    @Test
    void whatIsNoRunIsNamed() {
        Console console = Console.run("report", folder.toString());
        assertThat(console.exit()).isEqualTo(2);
        assertThat(console.err())
                .contains(folder + " holds no run (it has no config.yaml); name the directory");
        assertThat(Console.run("report").exit()).isEqualTo(2);
    }

    /// 1, 2, 4: mean 7/3; squares of the differences 16/9 + 1/9 + 25/9 = 42/9; halved 7/3.
    @Test
    void theDeviationIsThatOfASample() {
        double[] values = {1, 2, 4};
        assertThat(Comparison.deviation(values)).isCloseTo(Math.sqrt(7.0 / 3), within(1e-15));
        assertThat(Comparison.deviating(values, "%.3f")).isEqualTo("2.333 ± 1.528");
        assertThat(Comparison.deviating(new double[] {5}, "%.1f")).isEqualTo("5.0");
        assertThat(Comparison.deviating(new double[0], "%.1f")).isEqualTo("-");
    }

    @Test
    void curvesAreMeansAsFarAsAllGo() {
        List<double[]> one = List.of(new double[] {1, 2}, new double[] {2, 4});
        List<double[]> two = List.of(new double[] {1, 4});
        assertThat(Comparison.mean(List.of(one, two))).containsExactly(new double[] {1, 3});
    }

    /// Only what is published for the very set-up, and for SGD with its schedule.
    @Test
    void showsNothingThatWasNotPublished() {
        assertThat(known("cifar10", "wrn-40-4", "amsgrad")).isEqualTo("90.1 %");
        assertThat(known("cifar10", "wrn-40-4", "alig")).isEqualTo("none");
        assertThat(known("cifar10", "wrn-16-4", "amsgrad")).isEqualTo("none");
        assertThat(known("cifar10", "wrn-40-4", "nesterov")).isEqualTo("none");
        assertThat(
                        PublishedAccuracy.of(
                                Map.of(
                                        "experiment",
                                        "cifar100",
                                        "model",
                                        "densenet-40-40",
                                        "optimizer",
                                        "nesterov",
                                        "decay-epochs",
                                        "150,225")))
                .get()
                .extracting(PublishedAccuracy::percent)
                .isEqualTo(76.3);
    }

    private static String known(String experiment, String model, String optimizer) {
        return PublishedAccuracy.of(
                        Map.of("experiment", experiment, "model", model, "optimizer", optimizer))
                .map(PublishedAccuracy::text)
                .orElse("none");
    }
}
