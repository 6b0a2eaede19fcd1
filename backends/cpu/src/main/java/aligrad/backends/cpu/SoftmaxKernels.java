package aligrad.backends.cpu;

import aligrad.tensor.DType;
import aligrad.tensor.Normalization;

/// Softmax and its logarithm: the largest element, the exponentials and their sum, the division.
///
/// `F32` runs in vectors, along rows where the axis is the last and over neighbouring lines
/// elsewhere; `F64` runs line by line in scalars. Each way is a task of its own, so that the
/// compiler, which gives up inlining in large methods, sees one exponential at a time (see
/// [VectorMath]).
///
/// A not-a-number needs no care for the maximum: whatever that is, its exponential is not a number,
/// and so is the sum.
final class SoftmaxKernels {

    private SoftmaxKernels() {}

    static void compute(Normalization op, long result) {
        boolean log =
                switch (op) {
                    case Normalization.Softmax _ -> false;
                    case Normalization.LogSoftmax _ -> true;
                };
        boolean single = op.dtype() == DType.F32;
        Lines lines = Lines.of(op.x(), op.axis());
        Lines x = single && !lines.isUnit() ? Lines.contiguous(lines.x(), op.axis()) : lines;
        if (x.extent() > 0) {
            LineBlocks blocks = LineBlocks.of(x.outer(), x.inner(), x.extent());
            Workers.Task task =
                    !single
                            ? new DoubleSoftmax(blocks, x, log, result)
                            : x.inner() > 1
                                    ? new SoftmaxColumns(blocks, x, log, result)
                                    : x.extent() <= Species.LANES_32
                                            ? new SoftmaxShortRows(blocks, x, log, result)
                                            : new SoftmaxRows(blocks, x, log, result);
            Workers.run(blocks.count(), (single ? 1 : 10) * op.shape().size(), task);
        }
    }
}
