package aligrad.tensor;

import java.util.Arrays;
import java.util.Locale;

/// The text of a tensor: type and shape, then the elements aligned in columns.
///
/// Of more than [#WHOLE] elements only the ends of each long axis are shown, and only those are
/// copied from the device.
final class Printing {

    private static final int WHOLE = 1000;
    private static final int EDGE = 3;
    private static final int LINE = 100;

    private final Shape shape;
    private final Shape shown;
    private final String[] numbers;
    private final int width;
    private final StringBuilder text = new StringBuilder();

    private Printing(Tensor t) {
        this.shape = t.shape();
        Tensor edges = shape.size() > WHOLE ? edges(t) : t;
        this.shown = edges.shape();
        this.numbers = numbers(edges);
        this.width = Arrays.stream(numbers).mapToInt(String::length).max().orElse(0);
    }

    static String text(Tensor t) {
        String head = t.dtype() + " " + t.shape() + (t.isTracked() ? " tracked" : "");
        if (t.shape().size() == 0) {
            return head;
        }
        // nobody watches what is computed for a look
        Printing printing =
                Context.current()
                        .withObserver(null)
                        .withRecording(false)
                        .call(() -> new Printing(t));
        printing.block(0, 0, 0);
        String body = printing.text.toString();
        return head + (body.contains("\n") ? "\n" : "  ") + body;
    }

    /// The elements that are shown.
    private static Tensor edges(Tensor t) {
        Tensor x = t;
        for (int axis = 0; axis < t.shape().rank(); axis++) {
            int n = t.extent(axis);
            if (n > 2 * EDGE + 1) {
                x = Movements.concat(axis, x.slice(axis, 0, EDGE), x.slice(axis, n - EDGE, n));
            }
        }
        return x;
    }

    private static String[] numbers(Tensor t) {
        return switch (t.dtype()) {
            case F32, F64 -> floating(t.toDoubleArray());
            case I32, I64, U8 ->
                    Arrays.stream(t.toLongArray()).mapToObj(Long::toString).toArray(String[]::new);
            case BOOL ->
                    Arrays.stream(t.toLongArray())
                            .mapToObj(v -> v != 0 ? "true" : "false")
                            .toArray(String[]::new);
        };
    }

    /// All in one format: without decimals if all are whole, otherwise with four, with an exponent
    /// if some would be too long or vanish.
    private static String[] floating(double[] values) {
        double largest = 0;
        double smallest = Double.MAX_VALUE;
        boolean whole = true;
        for (double v : values) {
            if (Double.isFinite(v)) {
                double a = Math.abs(v);
                largest = Math.max(largest, a);
                smallest = a > 0 ? Math.min(smallest, a) : smallest;
                whole &= v == Math.rint(v);
            }
        }
        boolean vanishing = !whole && (largest < 1e-3 || smallest < 1e-4 * Math.min(1, largest));
        String format = largest >= 1e8 || vanishing ? "%.4e" : whole ? "%.0f" : "%.4f";
        String[] numbers = new String[values.length];
        for (int i = 0; i < values.length; i++) {
            double v = values[i];
            numbers[i] =
                    Double.isNaN(v)
                            ? "NaN"
                            : Double.isInfinite(v)
                                    ? v > 0 ? "∞" : "-∞"
                                    : String.format(Locale.ROOT, format, v);
        }
        return numbers;
    }

    private void block(int axis, int start, int indent) {
        if (axis == shown.rank()) {
            text.append(axis == 0 ? "" : " ".repeat(width - numbers[start].length()))
                    .append(numbers[start]);
            return;
        }
        int stride = 1;
        for (int i = axis + 1; i < shown.rank(); i++) {
            stride *= shown.extent(i);
        }
        boolean inner = axis == shown.rank() - 1;
        boolean cut = shown.extent(axis) < shape.extent(axis);
        String newLine = ",\n" + " ".repeat(indent + 1);
        int inLine = inner ? Math.max(1, (LINE - indent) / (width + 2)) : 1;
        text.append('[');
        for (int i = 0; i < shown.extent(axis); i++) {
            if (i > 0) {
                text.append(i % inLine == 0 ? newLine : ", ");
            }
            if (cut && i == EDGE) {
                text.append(inner ? "…, " : "…" + newLine);
            }
            block(axis + 1, start + i * stride, indent + 1);
        }
        text.append(']');
    }
}
