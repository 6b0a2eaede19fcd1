package aligrad.tensor.spi;

import aligrad.tensor.Scan;

/// Running results, line by line.
final class ReferenceScan {

    private ReferenceScan() {}

    static ReferenceValues compute(Scan op) {
        return switch (op) {
            case Scan.Recurrence recurrence -> recurrence(recurrence);
        };
    }

    private static ReferenceValues recurrence(Scan.Recurrence op) {
        ReferenceValues a = ReferenceValues.of(op.a());
        ReferenceValues b = ReferenceValues.of(op.b());
        ReferenceValues s = new ReferenceValues(op.dtype(), b.length());
        ReferenceLines lines = ReferenceLines.of(op.shape(), op.axis());
        for (int line = 0; line < lines.count(); line++) {
            double state = 0;
            for (int i = 0; i < lines.extent(); i++) {
                int at = lines.index(line, op.reverse() ? lines.extent() - 1 - i : i);
                // the first step leaves a out, so that an infinite a there does not make a NaN
                state = i == 0 ? b.reals[at] : a.reals[at] * state + b.reals[at];
                s.reals[at] = state;
            }
        }
        return s;
    }
}
