package aligrad.tensor.spi;

import aligrad.tensor.Normalization;

/// Softmax and its logarithm, line by line.
final class ReferenceNormalization {

    private ReferenceNormalization() {}

    static ReferenceValues compute(Normalization op) {
        ReferenceValues x = ReferenceValues.of(op.x());
        ReferenceValues y = new ReferenceValues(op.dtype(), x.length());
        ReferenceLines lines = ReferenceLines.of(op.shape(), op.axis());
        for (int line = 0; line < lines.count(); line++) {
            double max = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < lines.extent(); i++) {
                max = Math.max(max, x.reals[lines.index(line, i)]);
            }
            double sum = 0;
            for (int i = 0; i < lines.extent(); i++) {
                sum += Math.exp(x.reals[lines.index(line, i)] - max);
            }
            for (int i = 0; i < lines.extent(); i++) {
                int at = lines.index(line, i);
                double shifted = x.reals[at] - max;
                y.reals[at] =
                        switch (op) {
                            case Normalization.Softmax _ -> Math.exp(shifted) / sum;
                            case Normalization.LogSoftmax _ -> shifted - Math.log(sum);
                        };
            }
        }
        return y;
    }
}
