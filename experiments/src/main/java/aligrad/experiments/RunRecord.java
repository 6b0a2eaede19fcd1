package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the directory of a run says of it, for a report; the run may be going on.
///
/// @param metrics a row for each iteration
/// @param averages a row for each epoch, or each 100 iterations
/// @param outcome how it ended; empty where it has not
/// @param results what the test set says; empty before it was asked
record RunRecord(
        Path path,
        Map<String, Object> configuration,
        List<Map<String, Double>> metrics,
        List<Map<String, Double>> averages,
        Optional<Outcome> outcome,
        Map<String, Double> results) {

    private static final int WINDOW = 100;

    /// @throws UsageException if there is no run, or a file of it is damaged
    static RunRecord read(Path path) {
        Path config = path.resolve(RunDirectory.CONFIG);
        if (!Files.exists(config)) {
            throw new UsageException(
                    "%s holds no run (it has no %s); name the directory of a run or of a grid."
                            .formatted(path, RunDirectory.CONFIG));
        }
        Path metrics = path.resolve("metrics.jsonl");
        Path averages = path.resolve("averages.jsonl");
        Path results = path.resolve("results.json");
        return new RunRecord(
                path,
                ConfigFile.read(config),
                Files.exists(metrics) ? Metrics.read(metrics) : List.of(),
                Files.exists(averages) ? Averages.read(averages) : List.of(),
                Outcome.read(path.resolve("outcome.json")),
                Files.exists(results) ? Metrics.numbers(results) : Map.of());
    }

    /// A setting as a text; `-` where the run has none of that name.
    String setting(String name) {
        Object value = configuration.get(name);
        return value == null ? "-" : value.toString();
    }

    /// The configuration without the seed: what repeated runs have alike.
    Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        configuration.forEach((name, value) -> settings.put(name, value.toString()));
        settings.remove("seed");
        return settings;
    }

    /// What the run came to: its last loss, accuracies, iterations and seconds, by name; a number
    /// that the run does not have is left out.
    Map<String, Double> figures() {
        Map<String, Double> figures = new LinkedHashMap<>();
        if (!metrics.isEmpty()) {
            figures.put("loss", lastLoss());
        }
        put(figures, "training accuracy", last(averages, "accuracy"));
        put(figures, "best validation accuracy", last(averages, "best_validation_accuracy"));
        put(figures, "test accuracy", results.get("test_accuracy"));
        put(figures, "test top-5 accuracy", results.get("test_top5_accuracy"));
        put(figures, "iterations", last(metrics, "iteration"));
        put(figures, "seconds", last(metrics, "seconds"));
        return figures;
    }

    /// Of the last epoch; where there are no epochs, of the last 100 iterations.
    double lastLoss() {
        if (configuration.containsKey("epochs") && !averages.isEmpty()) {
            return averages.getLast().getOrDefault("loss", Double.NaN);
        }
        List<Map<String, Double>> last =
                metrics.subList(Math.max(0, metrics.size() - WINDOW), metrics.size());
        return last.stream()
                .mapToDouble(row -> row.getOrDefault("loss", Double.NaN))
                .average()
                .orElse(Double.NaN);
    }

    private static void put(Map<String, Double> figures, String name, @Nullable Double value) {
        if (value != null) {
            figures.put(name, value);
        }
    }

    private static @Nullable Double last(List<Map<String, Double>> rows, String name) {
        return rows.isEmpty() ? null : rows.getLast().get(name);
    }

    /// Points `(iteration, value)` of one name: the averages or, where these are too few to draw,
    /// all iterations.
    List<double[]> curve(String name) {
        List<Map<String, Double>> rows = averages.size() > 1 ? averages : metrics;
        List<double[]> points = new ArrayList<>();
        for (Map<String, Double> row : rows) {
            double value = row.getOrDefault(name, Double.NaN);
            if (Double.isFinite(value)) {
                points.add(new double[] {row.getOrDefault("iteration", Double.NaN), value});
            }
        }
        return points;
    }

    /// In words, such as `finished` or `going on`.
    String status() {
        return outcome.map(o -> o.status().label()).orElse("going on, or killed");
    }
}
