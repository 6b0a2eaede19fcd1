package aligrad.tensor.spi;

import aligrad.tensor.Ordering;

import java.util.Arrays;
import java.util.Comparator;

/// Positions by order, line by line.
final class ReferenceOrdering {

    private ReferenceOrdering() {}

    static ReferenceValues compute(Ordering op) {
        ReferenceValues x = ReferenceValues.of(op.x());
        ReferenceValues to = new ReferenceValues(op.dtype(), op.shape().size());
        ReferenceLines lines = ReferenceLines.of(op.x().shape(), op.axis());
        for (int line = 0; line < lines.count(); line++) {
            switch (op) {
                case Ordering.ArgSort sort -> {
                    Integer[] order = sorted(x, lines, line, sort.descending());
                    for (int i = 0; i < order.length; i++) {
                        to.wholes[lines.index(line, i)] = order[i];
                    }
                }
                case Ordering.ArgExtreme extreme ->
                        to.wholes[line] = extreme(x, lines, line, extreme.largest());
            }
        }
        return to;
    }

    private static Integer[] sorted(
            ReferenceValues x, ReferenceLines lines, int line, boolean descending) {
        Integer[] order = new Integer[lines.extent()];
        Arrays.setAll(order, i -> i);
        Comparator<Integer> ascending =
                (i, j) -> compare(x, lines.index(line, i), lines.index(line, j));
        Arrays.sort(order, descending ? ascending.reversed() : ascending); // a stable sort
        return order;
    }

    /// The order of two elements; not-a-number is the largest, and the two zeros are equal.
    private static int compare(ReferenceValues x, int i, int j) {
        return x.type.isFloating()
                ? Double.compare(x.reals[i] + 0.0, x.reals[j] + 0.0) // -0 + 0 = +0
                : Long.compare(x.wholes[i], x.wholes[j]);
    }

    /// The first of the extremes; the first not-a-number if there is one.
    private static int extreme(ReferenceValues x, ReferenceLines lines, int line, boolean largest) {
        int best = 0;
        for (int i = 1; i < lines.extent(); i++) {
            int at = lines.index(line, i);
            int champion = lines.index(line, best);
            if (Double.isNaN(x.real(champion))) {
                return best;
            }
            int order = compare(x, at, champion);
            if (Double.isNaN(x.real(at)) || (largest ? order > 0 : order < 0)) {
                best = i;
            }
        }
        return best;
    }
}
