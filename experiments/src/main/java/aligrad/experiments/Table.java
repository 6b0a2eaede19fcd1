package aligrad.experiments;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Rows of texts under a heading each, for a terminal, for Markdown, or for a page.
final class Table {

    private final List<String> heads;
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... heads) {
        this(Arrays.asList(heads));
    }

    Table(List<String> heads) {
        this.heads = List.copyOf(heads);
    }

    /// A table of what differs between `rows`; the names are the headings, those of the first row
    /// first. Where a row lacks a name its cell is `-`.
    ///
    /// @param always names that get a column even where all rows are alike
    static Table ofDifferences(List<Map<String, String>> rows, List<String> always) {
        List<String> heads = new ArrayList<>();
        for (String name : names(rows)) {
            if (always.contains(name) || !isShared(rows, name)) {
                heads.add(name);
            }
        }
        Table table = new Table(heads);
        for (Map<String, String> row : rows) {
            table.add(heads.stream().map(head -> row.getOrDefault(head, "-")).toList());
        }
        return table;
    }

    /// What all rows have alike, by name.
    static Map<String, String> shared(List<Map<String, String>> rows) {
        Map<String, String> shared = new LinkedHashMap<>();
        for (String name : names(rows)) {
            if (isShared(rows, name)) {
                shared.put(name, rows.getFirst().getOrDefault(name, "-"));
            }
        }
        return shared;
    }

    private static List<String> names(List<Map<String, String>> rows) {
        return rows.stream().flatMap(row -> row.keySet().stream()).distinct().toList();
    }

    private static boolean isShared(List<Map<String, String>> rows, String name) {
        return rows.stream().map(row -> row.getOrDefault(name, "-")).distinct().count() == 1;
    }

    /// @throws IllegalArgumentException unless there is a cell for each heading
    void add(List<String> cells) {
        if (cells.size() != heads.size()) {
            throw new IllegalArgumentException(
                    "a row of %d cells in a table of %d columns: give one for each"
                            .formatted(cells.size(), heads.size()));
        }
        rows.add(List.copyOf(cells));
    }

    /// In columns two blanks apart; those of numbers are aligned on the right.
    String text() {
        int columns = heads.size();
        int[] widths = new int[columns];
        boolean[] right = new boolean[columns];
        for (int c = 0; c < columns; c++) {
            widths[c] = heads.get(c).length();
            right[c] = !rows.isEmpty();
            for (List<String> row : rows) {
                widths[c] = Math.max(widths[c], row.get(c).length());
                right[c] &= row.get(c).matches("-|none|[-+]?[\\d.,:]+(e[-+]?\\d+)?( %)?");
            }
        }
        StringBuilder text = new StringBuilder();
        List<List<String>> lines = new ArrayList<>(rows);
        lines.addFirst(heads);
        for (List<String> line : lines) {
            StringBuilder out = new StringBuilder();
            for (int c = 0; c < columns; c++) {
                String blanks = " ".repeat(widths[c] - line.get(c).length());
                out.append(c == 0 ? "" : "  ");
                out.append(right[c] ? blanks + line.get(c) : line.get(c) + blanks);
            }
            text.append(out.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    String markdown() {
        StringBuilder text = new StringBuilder();
        line(text, heads);
        line(text, heads.stream().map(head -> "---").toList());
        rows.forEach(row -> line(text, row));
        return text.toString();
    }

    private static void line(StringBuilder text, List<String> cells) {
        text.append("| ")
                .append(
                        cells.stream()
                                .map(cell -> cell.replace("|", "\\|").replace("\n", " "))
                                .collect(Collectors.joining(" | ")))
                .append(" |\n");
    }

    String html() {
        StringBuilder text = new StringBuilder("<table>\n");
        row(text, "th", heads);
        rows.forEach(row -> row(text, "td", row));
        return text.append("</table>\n").toString();
    }

    private static void row(StringBuilder text, String tag, List<String> cells) {
        text.append("<tr>");
        for (String cell : cells) {
            text.append("<%s>%s</%s>".formatted(tag, Report.escaped(cell), tag));
        }
        text.append("</tr>\n");
    }
}
