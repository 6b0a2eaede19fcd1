package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

class AveragesTest {

    @TempDir private Path folder = Path.of("");

    private static Map<String, Double> row(double iteration, double loss, double samples) {
        Map<String, Double> row = new LinkedHashMap<>();
        row.put("iteration", iteration);
        row.put("loss", loss);
        row.put("samples", samples);
        return row;
    }

    /// (4·1 + 4·2 + 2·6) / 10 = 2.4, not the mean 3 of the three.
    @Test
    void weighsBySamples() {
        assertThat(Averages.average(List.of(row(1, 1, 4), row(2, 2, 4), row(3, 6, 2))))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("iteration", 3.0, "loss", 2.4, "samples", 10.0));
    }

    @Test
    void copiesWhatOnlyTheLastHas() {
        Map<String, Double> last = row(2, 3, 1);
        last.put("validation_accuracy", 70.0);
        assertThat(Averages.average(List.of(row(1, 1, 1), last)))
                .containsEntry("loss", 2.0)
                .containsEntry("validation_accuracy", 70.0);
    }

    /// λ/2 ‖w‖² = 0.5 · 0.01 · 10² = 0.5.
    @Test
    void knowsTheObjectiveAndTheBestSoFar() throws IOException {
        Path file = folder.resolve("averages.jsonl");
        try (Metrics metrics = Metrics.open(folder.resolve("metrics.jsonl"), 0);
                Averages averages = Averages.open(file, 2, 0.01, metrics)) {
            double[] accuracies = {60, 50, 65};
            for (int i = 1; i <= 6; i++) {
                Map<String, Double> row = row(i, i, 1);
                if (i % 2 == 0) {
                    row.put(Averages.WEIGHT_NORM, 10.0);
                    row.put(Metrics.VALIDATION_ACCURACY, accuracies[i / 2 - 1]);
                }
                metrics.add(row);
                assertThat(averages.add(metrics).isEmpty()).isEqualTo(i % 2 == 1);
            }
            assertThat(averages.sinceBest()).isZero();
        }
        List<Map<String, Double>> rows = Averages.read(file);
        assertThat(rows).hasSize(3);
        assertThat(rows.get(0))
                .containsEntry("loss", 1.5)
                .containsEntry("regularisation", 0.5)
                .containsEntry("objective", 2.0);
        assertThat(rows)
                .extracting(row -> row.get("best_validation_accuracy"))
                .containsExactly(60.0, 60.0, 65.0);
        assertThat(rows)
                .extracting(row -> row.get(Metrics.VALIDATION_ACCURACY))
                .containsExactly(60.0, 50.0, 65.0);
    }

    @Test
    void countsSinceTheLowestLossWhereNothingIsValidated() {
        try (Metrics metrics = Metrics.open(folder.resolve("metrics.jsonl"), 0);
                Averages averages =
                        Averages.open(folder.resolve("averages.jsonl"), 1, 0, metrics)) {
            double[] losses = {3, 2, 2, Double.NaN, 5};
            int[] since = {0, 0, 1, 2, 3};
            for (int i = 0; i < losses.length; i++) {
                metrics.add(row(i + 1, losses[i], 1));
                assertThat(averages.add(metrics)).isNotEmpty();
                assertThat(averages.sinceBest()).isEqualTo(since[i]);
            }
        }
    }

    @Test
    void aResumedRunHasTheSameOnes() throws IOException {
        Path file = folder.resolve("averages.jsonl");
        Path rows = folder.resolve("metrics.jsonl");
        try (Metrics metrics = Metrics.open(rows, 0);
                Averages averages = Averages.open(file, 2, 0, metrics)) {
            for (int i = 1; i <= 6; i++) {
                metrics.add(row(i, i * i, i));
                assertThat(averages.add(metrics).isEmpty()).isEqualTo(i % 2 == 1);
            }
        }
        String whole = Files.readString(file);
        try (Metrics metrics = Metrics.open(rows, 3);
                Averages averages = Averages.open(file, 2, 0, metrics)) {
            assertThat(Averages.read(file)).hasSize(1);
            for (int i = 4; i <= 6; i++) {
                metrics.add(row(i, i * i, i));
                assertThat(averages.add(metrics).isEmpty()).isEqualTo(i % 2 == 1);
            }
        }
        assertThat(file).hasContent(whole);
    }
}
