package aligrad.nn;

import aligrad.tensor.Parameter;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// The table of a module's parts: path, layer, shapes of the parameters, how many numbers those
/// are.
final class Summary {

    private record Row(String path, String layer, String shapes, long count) {}

    private Summary() {}

    static String of(Module root) {
        List<Row> rows = new ArrayList<>();
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        root.namedModules()
                .forEach(
                        (path, module) -> {
                            List<Parameter> own =
                                    module.ownParameters().values().stream()
                                            .filter(seen::add)
                                            .toList();
                            rows.add(row(path, module, own));
                        });
        int paths = width(rows.stream().map(Row::path).toList(), "path");
        int layers = width(rows.stream().map(Row::layer).toList(), "layer");
        int shapes = width(rows.stream().map(Row::shapes).toList(), "shapes");
        String total = count(root.parameterCount());
        int counts = Math.max(total.length(), "parameters".length());
        String format = "%-" + paths + "s  %-" + layers + "s  %-" + shapes + "s  %" + counts + "s";
        StringBuilder table = new StringBuilder();
        append(table, format, "path", "layer", "shapes", "parameters");
        for (Row row : rows) {
            String number = row.count == 0 ? "" : count(row.count);
            append(table, format, row.path, row.layer, row.shapes, number);
        }
        append(table, format, "", "", "total", total);
        return table.toString();
    }

    private static void append(StringBuilder table, String format, Object... cells) {
        table.append(format.formatted(cells).stripTrailing()).append('\n');
    }

    private static Row row(String path, Module module, List<Parameter> own) {
        String shapes =
                own.stream().map(p -> p.shape().toString()).collect(Collectors.joining(" "));
        long count = own.stream().mapToLong(p -> p.shape().size()).sum();
        return new Row(path, module.toString(), shapes, count);
    }

    private static int width(List<String> texts, String head) {
        return Math.max(head.length(), texts.stream().mapToInt(String::length).max().orElse(0));
    }

    /// 1234567 as 1,234,567, wherever the program runs.
    private static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }
}
