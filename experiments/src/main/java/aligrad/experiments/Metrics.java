package aligrad.experiments;

import com.fasterxml.jackson.jr.ob.JSON;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a run has measured: one object an iteration in `metrics.jsonl`, and the same in memory for
/// the curves.
///
/// Numbers that are not finite are written as `null`, since JSON has none.
final class Metrics implements AutoCloseable {

    /// What the best model is chosen by, in percent.
    static final String VALIDATION_ACCURACY = "validation_accuracy";

    /// How often the label is among the five highest scores, in percent, where that is measured.
    static final String VALIDATION_TOP5 = "validation_top5_accuracy";

    private static final String ITERATION = "iteration";
    private static final String LOSS = "loss";

    private final List<Map<String, Double>> rows = new ArrayList<>();
    private final Writer writer;

    private Metrics(Path file) throws IOException {
        this.writer =
                Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /// Starts a file, or continues one after its first `count` rows; later ones belong to
    /// iterations after the checkpoint, which will run again.
    ///
    /// @throws UsageException with file and line if it is damaged; it is as it was then
    static Metrics open(Path file, long count) {
        try {
            List<Map<String, Double>> rows = new ArrayList<>();
            if (Files.exists(file)) {
                TextFile text = TextFile.read(file);
                List<String> kept = kept(file, text, count);
                for (String line : kept) {
                    rows.add(row(file, rows.size() + 1, line));
                }
                if (!text.endsAfter(kept.size())) {
                    Path shortened = file.resolveSibling(file.getFileName() + ".tmp");
                    Files.write(shortened, kept);
                    Files.move(shortened, file, StandardCopyOption.REPLACE_EXISTING);
                }
            } else if (count > 0) {
                throw tooFew(file, 0, count);
            }
            Metrics metrics = new Metrics(file);
            metrics.rows.addAll(rows);
            return metrics;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The rows of a file, for reading alone; a last line that is not whole yet is left out.
    ///
    /// @throws UsageException with file and line if it is damaged
    static List<Map<String, Double>> read(Path file) {
        TextFile text = TextFile.read(file);
        List<Map<String, Double>> rows = new ArrayList<>();
        for (String line : text.lines(text.wholeLineCount())) {
            rows.add(row(file, rows.size() + 1, line));
        }
        return rows;
    }

    private static List<String> kept(Path file, TextFile text, long count) {
        int lines = text.lineCount();
        if (lines < count) {
            throw tooFew(file, lines, count);
        }
        return text.lines((int) count);
    }

    private static UsageException tooFew(Path file, long lines, long count) {
        return new UsageException(
                "%s: it has %s, but the checkpoint was taken after %s; the run cannot be resumed."
                        .formatted(file, Count.of(lines, "line"), Count.of(count, "iteration")));
    }

    private static Map<String, Double> row(Path file, int line, String text) {
        Map<String, Double> row = numbers(file, line, text);
        for (String name : List.of(ITERATION, LOSS)) {
            if (!row.containsKey(name)) {
                throw TextFile.damaged(file, line, "it lacks '%s'".formatted(name));
            }
        }
        if (row.getOrDefault(ITERATION, 0.0) != line) {
            throw TextFile.damaged(file, line, "it is not of iteration " + line);
        }
        return row;
    }

    /// The numbers of one object by name.
    static Map<String, Double> numbers(Path file, int line, String text) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        JsonLine.parse(file, line, text)
                .forEach((name, value) -> numbers.put(name, number(file, line, name, value)));
        return numbers;
    }

    /// The numbers of a file that is one object.
    static Map<String, Double> numbers(Path file) {
        return numbers(file, 1, TextFile.read(file).text());
    }

    private static double number(Path file, int line, String name, @Nullable Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        if (value == null) { // what is not finite is written so
            return Double.NaN;
        }
        throw TextFile.damaged(file, line, "'%s' is no number".formatted(name));
    }

    /// Appends the row of one iteration.
    void add(Map<String, Double> row) {
        rows.add(row);
        try {
            writer.write(line(row));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Numbers by name as a line of JSON.
    static String line(Map<String, Double> numbers) throws IOException {
        Map<String, @Nullable Object> finite = new LinkedHashMap<>();
        numbers.forEach((name, value) -> finite.put(name, json(value)));
        return JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(finite) + "\n";
    }

    private static @Nullable Object json(double value) {
        if (!Double.isFinite(value)) {
            return null;
        }
        return value == Math.rint(value) && Math.abs(value) < 1e15 ? (Object) (long) value : value;
    }

    /// Everything that was added is in the file afterwards.
    void flush() {
        try {
            writer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// How many iterations were recorded.
    int size() {
        return rows.size();
    }

    /// The rows from `from` up to but without `to`, counted from 0.
    List<Map<String, Double>> rows(int from, int to) {
        return rows.subList(from, to);
    }

    /// The values of one name, in order; those of iterations that lack it are left out.
    List<double[]> series(String name) {
        List<double[]> points = new ArrayList<>();
        for (Map<String, Double> row : rows) {
            Double value = row.get(name);
            if (value != null && Double.isFinite(value)) {
                points.add(new double[] {row.getOrDefault(ITERATION, 0.0), value});
            }
        }
        return points;
    }

    /// The row with the highest value of one name, the first of them where there are more; empty
    /// where no row has it.
    Map<String, Double> best(String name) {
        Map<String, Double> best = Map.of();
        for (Map<String, Double> row : rows) {
            double value = row.getOrDefault(name, Double.NaN);
            if (value > best.getOrDefault(name, Double.NEGATIVE_INFINITY)) {
                best = row;
            }
        }
        return best;
    }

    /// The mean of one name over the last rows.
    double meanOfLast(String name, int count) {
        double sum = 0;
        for (Map<String, Double> row :
                rows.subList(Math.max(0, rows.size() - count), rows.size())) {
            sum += row.getOrDefault(name, Double.NaN);
        }
        return sum / Math.min(count, rows.size());
    }

    /// The last row; empty before the first.
    Map<String, Double> last() {
        return rows.isEmpty() ? Map.of() : rows.getLast();
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
