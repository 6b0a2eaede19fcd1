package aligrad.nn;

import aligrad.tensor.DType;
import aligrad.tensor.IndexException;
import aligrad.tensor.ShapeException;
import aligrad.tensor.Tensor;

/// What losses ask of targets: labels, one whole number for each row of scores `(B, C)`, or numbers
/// of the scores' own shape.
final class Targets {

    private Targets() {}

    /// The labels `(B)` as indices, `I64` or `I32`.
    static Tensor labels(String loss, Tensor scores, Tensor labels) {
        requireScores(loss, scores);
        boolean fits =
                labels.dtype().isInteger()
                        && labels.shape().rank() == 1
                        && labels.extent(0) == scores.extent(0);
        if (!fits) {
            throw new ShapeException(
                    "%s of scores %s %s with labels %s %s: the labels must be [%d] whole numbers, one for each row of scores"
                            .formatted(
                                    loss,
                                    scores.dtype(),
                                    scores.shape(),
                                    labels.dtype(),
                                    labels.shape(),
                                    scores.extent(0)));
        }
        return labels.dtype() == DType.U8 ? labels.to(DType.I64) : labels;
    }

    static void requireScores(String loss, Tensor scores) {
        if (scores.shape().rank() != 2 || !scores.dtype().isFloating()) {
            throw new ShapeException(
                    "%s of scores %s %s: they must be (batch, classes), F32 or F64"
                            .formatted(loss, scores.dtype(), scores.shape()));
        }
    }

    static void requireSame(String loss, Tensor scores, Tensor targets) {
        if (!scores.shape().equals(targets.shape()) || scores.dtype() != targets.dtype()) {
            throw new ShapeException(
                    "%s of %s %s with targets %s %s: shape and type must be the same"
                            .formatted(
                                    loss,
                                    scores.dtype(),
                                    scores.shape(),
                                    targets.dtype(),
                                    targets.shape()));
        }
    }

    /// Each row's number at its label: `(B, C)` to `(B, 1)`.
    ///
    /// @throws IndexException if a label is not one of the classes
    static Tensor pick(String loss, Tensor rows, Tensor labels) {
        try {
            return rows.takeAlong(1, labels.unsqueeze(1));
        } catch (IndexException e) {
            throw e.of(
                    "%s of scores %s: labels must be 0 to %d"
                            .formatted(loss, rows.shape(), rows.extent(1) - 1));
        }
    }

    /// Whether each column is the label of its row: `BOOL (B, C)`.
    static Tensor isLabel(Tensor rows, Tensor labels) {
        Tensor classes = Tensor.range(rows.extent(1)).to(rows.device());
        return labels.to(DType.I64).unsqueeze(1).eq(classes);
    }
}
