package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Reads pairs of sentences of SNLI, the Stanford corpus of inference, as `.txt` (a table with tabs
/// and a line of titles) or `.jsonl` (an object in each line).
///
/// Pairs on which the annotators did not agree have the label `-` and are left out.
///
/// Source: Bowman, Angeli, Potts, Manning, *A large annotated corpus for learning natural language
/// inference*, EMNLP 2015.
final class SnliFile {

    /// The classes by their label; their place is their number.
    static final List<String> LABELS = List.of("entailment", "neutral", "contradiction");

    private static final String NONE = "-";
    private static final List<String> FIELDS = List.of("gold_label", "sentence1", "sentence2");

    private SnliFile() {}

    /// A premise, what may follow from it, and whether it does.
    ///
    /// @param label 0 for entailment, 1 for neutral, 2 for contradiction
    record Pair(String premise, String hypothesis, int label) {}

    /// How many pairs there are.
    ///
    /// @param all with those that have no label
    /// @param labelled those that were passed on
    record Counts(long all, long labelled) {}

    /// Passes on one pair after the other.
    ///
    /// @param path of a name that ends in `.jsonl` or `.txt`
    /// @throws UsageException with file, line and reason if it is missing or damaged
    static Counts read(Path path, Consumer<Pair> pairs) {
        boolean json = path.getFileName().toString().endsWith(".jsonl");
        DataFile file = new DataFile(path, json ? "JSON lines of SNLI" : "table of SNLI");
        if (!json && !path.getFileName().toString().endsWith(".txt")) {
            throw new UsageException(
                    path + ": the name of a file of SNLI must end in .jsonl or .txt.");
        }
        try (DataLines lines = new DataLines(file)) {
            return json ? readObjects(lines, pairs) : readTable(lines, pairs);
        }
    }

    private static Counts readObjects(DataLines lines, Consumer<Pair> pairs) {
        long labelled = 0;
        while (lines.next()) {
            labelled += pass(lines, object(lines), pairs);
        }
        return counts(lines, lines.number() - 1, labelled);
    }

    private static List<@Nullable Object> object(DataLines lines) {
        try {
            Map<String, Object> values = JsonLine.parse(lines.text());
            return FIELDS.stream().<@Nullable Object>map(values::get).toList();
        } catch (IOException e) {
            throw lines.wrong("it is no JSON object", e);
        }
    }

    private static Counts readTable(DataLines lines, Consumer<Pair> pairs) {
        lines.next();
        List<String> titles = Arrays.asList(lines.text().split("\t", -1));
        int[] columns = FIELDS.stream().mapToInt(titles::indexOf).toArray();
        for (int i = 0; i < columns.length; i++) {
            if (columns[i] < 0) {
                throw lines.wrong("it has no column " + FIELDS.get(i));
            }
        }
        long labelled = 0;
        while (lines.next()) {
            String[] cells = lines.text().split("\t", -1);
            labelled +=
                    pass(
                            lines,
                            Arrays.stream(columns)
                                    .<@Nullable Object>mapToObj(
                                            c -> c < cells.length ? cells[c] : null)
                                    .toList(),
                            pairs);
        }
        return counts(lines, lines.number() - 2, labelled);
    }

    private static int pass(DataLines lines, List<@Nullable Object> fields, Consumer<Pair> pairs) {
        for (int i = 0; i < FIELDS.size(); i++) {
            if (!(fields.get(i) instanceof String)) {
                throw lines.wrong("it has no text '%s'".formatted(FIELDS.get(i)));
            }
        }
        String label = String.valueOf(fields.get(0));
        if (label.equals(NONE)) {
            return 0;
        }
        int number = LABELS.indexOf(label);
        if (number < 0) {
            throw lines.wrong(
                    "the label is '%s', not one of %s or %s"
                            .formatted(label, String.join(", ", LABELS), NONE));
        }
        pairs.accept(
                new Pair(String.valueOf(fields.get(1)), String.valueOf(fields.get(2)), number));
        return 1;
    }

    private static Counts counts(DataLines lines, long all, long labelled) {
        if (labelled == 0) {
            throw lines.wrong("it ends without a pair that has a label");
        }
        return new Counts(all, labelled);
    }
}
