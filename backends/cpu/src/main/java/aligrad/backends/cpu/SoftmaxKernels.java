package aligrad.backends.cpu;

import aligrad.tensor.DType;
import aligrad.tensor.Normalization;
import java.lang.ref.Reference;

/// Softmax and its logarithm: the largest element, the exponentials and their sum, the division.
///
/// `F32` runs in vectors: along rows where the axis is the last, else over neighbouring lines; `F64`
/// runs line by line in scalars.
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
            Workers.run(
                    blocks.count(),
                    (single ? 1 : 10) * op.shape().size(),
                    new Softmax(blocks, x, log, single, result));
        }
        Reference.reachabilityFence(x);
    }

    private record Softmax(LineBlocks blocks, Lines x, boolean log, boolean single, long result)
            implements Workers.Task {

        @Override
        public void run(int block) {
            int first = blocks.firstInner(block);
            int end = blocks.endInner(block);
            int n = x.extent();
            long size = single ? Float.BYTES : Double.BYTES;
            long step = x.inner() * size;
            for (int o = blocks.firstOuter(block); o < blocks.endOuter(block); o++) {
                long from = x.address() + o * x.outerStride();
                long to = result + o * n * step;
                if (!single) {
                    for (int i = first; i < end; i++) {
                        line(from + i * x.innerStride(), n, to + i * size, step);
                    }
                } else if (x.inner() == 1) {
                    SoftmaxRows.row(log, from, n, to);
                } else {
                    for (int i = first; i < end; i += Species.LANES_32) {
                        SoftmaxColumns.columns(
                                log,
                                from + i * size,
                                x.stride(),
                                n,
                                to + i * size,
                                step,
                                Math.min(end - i, Species.LANES_32));
                    }
                }
            }
        }

        private void line(long from, int n, long to, long step) {
            double max = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < n; j++) {
                max = Math.max(max, Lanes.f64(from + j * x.stride()));
            }
            double sum = 0;
            for (int j = 0; j < n; j++) {
                double e = Math.exp(Lanes.f64(from + j * x.stride()) - max);
                Lanes.putF64(to + j * step, e);
                sum += e;
            }
            double logSum = Math.log(sum);
            for (int j = 0; j < n; j++) {
                double y =
                        log
                                ? Lanes.f64(from + j * x.stride()) - max - logSum
                                : Lanes.f64(to + j * step) / sum;
                Lanes.putF64(to + j * step, y);
            }
        }
    }
}
