package aligrad.experiments;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The averages of a run over each epoch, or over each 100 iterations where there are no epochs:
/// one object each in `averages.jsonl`.
///
/// What every iteration has, such as the loss, is averaged with the number of samples as weight, `Σ
/// nᵢ aᵢ / Σ nᵢ`; what only the last one has, such as the accuracy on the validation set, is
/// copied. Beside them are the norm of the weights ‖w‖, `regularisation` λ/2 ‖w‖² with the weight
/// decay λ, and `objective`, the loss with it. All follows from the metrics, so that a resumed run
/// has the same ones.
final class Averages implements AutoCloseable {

    /// How many samples an iteration saw: the weight of its numbers.
    static final String SAMPLES = "samples";

    static final String WEIGHT_NORM = "weight_norm";

    private static final Set<String> COPIED = Set.of("iteration", "epoch", "seconds");

    private final long period;
    private final double weightDecay;
    private final List<Map<String, Double>> rows = new ArrayList<>();
    private final Writer writer;

    private Averages(Path file, long period, double weightDecay, Metrics metrics) {
        this.period = period;
        this.weightDecay = weightDecay;
        StringBuilder text = new StringBuilder();
        try {
            for (long end = period; end <= metrics.size(); end += period) {
                rows.add(row(metrics, end));
                text.append(Metrics.line(rows.getLast()));
            }
            RunDirectory.replace(file, text.toString());
            writer = Files.newBufferedWriter(file, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Writes what follows from the metrics that there are; more may be added.
    ///
    /// @param period how many iterations make a row
    static Averages open(Path file, long period, double weightDecay, Metrics metrics) {
        return new Averages(file, period, weightDecay, metrics);
    }

    /// The rows of a file, for reading alone; a last line that is not whole yet is left out.
    ///
    /// @throws UsageException with file and line if it is damaged
    static List<Map<String, Double>> read(Path file) {
        TextFile text = TextFile.read(file);
        List<Map<String, Double>> rows = new ArrayList<>();
        for (String line : text.lines(text.wholeLineCount())) {
            rows.add(Metrics.numbers(file, rows.size() + 1, line));
        }
        return rows;
    }

    /// After each iteration that was added to the metrics; returns the row that it completes, or
    /// nothing.
    Map<String, Double> add(Metrics metrics) {
        if (metrics.size() % period != 0) {
            return Map.of();
        }
        Map<String, Double> row = row(metrics, metrics.size());
        rows.add(row);
        try {
            writer.write(Metrics.line(row));
            writer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return row;
    }

    private Map<String, Double> row(Metrics metrics, long end) {
        List<Map<String, Double>> part = metrics.rows((int) (end - period), (int) end);
        Map<String, Double> row = average(part);
        Double norm = row.get(WEIGHT_NORM);
        if (norm != null) {
            double regularisation = 0.5 * weightDecay * norm * norm;
            row.put("regularisation", regularisation);
            row.put("objective", row.getOrDefault("loss", Double.NaN) + regularisation);
        }
        Double accuracy = row.get(Metrics.VALIDATION_ACCURACY);
        if (accuracy != null) {
            String name = "best_" + Metrics.VALIDATION_ACCURACY;
            double before =
                    rows.isEmpty()
                            ? Double.NEGATIVE_INFINITY
                            : rows.getLast().getOrDefault(name, Double.NEGATIVE_INFINITY);
            row.put(name, Math.max(before, accuracy));
        }
        return row;
    }

    /// One row of several.
    static Map<String, Double> average(List<Map<String, Double>> rows) {
        Set<String> everywhere = new HashSet<>(rows.getFirst().keySet());
        rows.forEach(row -> everywhere.retainAll(row.keySet()));
        double samples = 0;
        Map<String, Double> sums = new LinkedHashMap<>();
        for (Map<String, Double> row : rows) {
            double weight = row.getOrDefault(SAMPLES, 1.0);
            samples += weight;
            row.forEach((name, value) -> sums.merge(name, weight * value, Double::sum));
        }
        Map<String, Double> averages = new LinkedHashMap<>();
        for (Map.Entry<String, Double> last : rows.getLast().entrySet()) {
            String name = last.getKey();
            if (name.equals(SAMPLES)) {
                averages.put(name, samples);
            } else if (COPIED.contains(name) || !everywhere.contains(name)) {
                averages.put(name, last.getValue());
            } else {
                averages.put(name, sums.getOrDefault(name, Double.NaN) / samples);
            }
        }
        return averages;
    }

    /// How many rows there are after the best one: that of the highest accuracy on the validation
    /// set or, where there is none, of the lowest loss.
    int sinceBest() {
        double best = Double.NEGATIVE_INFINITY;
        int at = -1;
        for (int i = 0; i < rows.size(); i++) {
            Map<String, Double> row = rows.get(i);
            double value =
                    row.getOrDefault(
                            Metrics.VALIDATION_ACCURACY, -row.getOrDefault("loss", Double.NaN));
            if (value > best) {
                best = value;
                at = i;
            }
        }
        return rows.size() - 1 - at;
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
