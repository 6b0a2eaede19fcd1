package aligrad.backends.conformance;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The operation of a golden case and its options: a flat JSON object of numbers, booleans, strings
/// and lists of whole numbers.
public final class GoldenOptions {

    private static final Pattern ENTRY =
            Pattern.compile("\"(\\w+)\"\\s*:\\s*(\"[^\"]*\"|\\[[^\\]]*]|[^,}\\s]+)");

    private final Map<String, String> values;

    private GoldenOptions(Map<String, String> values) {
        this.values = values;
    }

    static GoldenOptions parse(String json) {
        Map<String, String> values = new LinkedHashMap<>();
        Matcher entry = ENTRY.matcher(json);
        while (entry.find()) {
            values.put(entry.group(1), entry.group(2).replaceAll("[\"\\[\\]\\s]", ""));
        }
        return new GoldenOptions(values);
    }

    /// The operation, such as `conv2d`.
    public String op() {
        return text("op");
    }

    public boolean has(String option) {
        return values.containsKey(option);
    }

    /// Whether the option is there and true.
    public boolean flag(String option) {
        return "true".equals(values.get(option));
    }

    public String text(String option) {
        String value = values.get(option);
        if (value == null) {
            throw new IllegalArgumentException("no option '" + option + "' in " + this);
        }
        return value;
    }

    public int whole(String option) {
        return Integer.parseInt(text(option));
    }

    public double number(String option) {
        return Double.parseDouble(text(option));
    }

    public int[] list(String option) {
        String value = text(option);
        return value.isEmpty()
                ? new int[0]
                : Arrays.stream(value.split(",")).mapToInt(Integer::parseInt).toArray();
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
