package aligrad.backends.cpu;

import aligrad.tensor.Assemble;
import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.spi.HostStorage;
import aligrad.tensor.spi.Layout;

import java.util.List;

/// Puts pieces at their places in a dense result.
///
/// The axes of a piece that both it and its places walk evenly are joined, so that a concatenation
/// becomes a copy of long runs. The innermost two are loops; a counter runs over the others.
final class AssembleKernel {

    /// About how many elements a block has.
    private static final int BLOCK = 32_768;

    private AssembleKernel() {}

    static void compute(Assemble op, long result) {
        DType dtype = op.dtype();
        if (!op.covering()) {
            Runs.fillShared(
                    result,
                    op.shape().size() * dtype.bytes(),
                    Runs.pattern(dtype, op.background()));
        }
        boolean add = !op.disjoint();
        List<Assemble.Piece> pieces = op.pieces();
        for (int i = 0; i < pieces.size(); i++) {
            Assemble.Piece piece = pieces.get(i);
            if (piece.x().size() > 0) {
                place(piece, op.shape(), dtype, add, result);
            }
        }
    }

    private static void place(
            Assemble.Piece piece, Shape shape, DType dtype, boolean add, long result) {
        Tensor x = piece.x();
        HostStorage storage = (HostStorage) x.storage();
        Layout layout = x.layout();
        int rank = shape.rank();
        int size = dtype.bytes();
        int[] extents = new int[Math.max(rank, 1)];
        long[] fromSteps = new long[extents.length];
        long[] toSteps = new long[extents.length];
        long to = result;
        long row = size; // between neighbours along an axis of the result
        int n = extents.length;
        for (int axis = rank - 1; axis >= 0; axis--) { // joined from the innermost on
            int extent = x.shape().extent(axis);
            long step = piece.steps().get(axis) * row;
            to += piece.starts().get(axis) * row;
            row *= shape.extent(axis);
            if (extent == 1) {
                continue;
            }
            long stride = layout.stride(axis) * size;
            if (n < extents.length
                    && stride == fromSteps[n] * extents[n]
                    && step == toSteps[n] * extents[n]
                    && (long) extent * extents[n] <= Integer.MAX_VALUE) {
                extents[n] *= extent;
            } else {
                n--;
                extents[n] = extent;
                fromSteps[n] = stride;
                toSteps[n] = step;
            }
        }
        if (n == extents.length) { // a single element
            n--;
            extents[n] = 1;
        }
        long from = storage.address() + layout.offset() * size;
        Walk walk =
                new Walk(dtype, add, from, to, n, extents, fromSteps, toSteps, block(n, extents));
        Workers.run(walk.blocks(), x.size() / 4, walk);
    }

    /// How many steps along the outermost axis a block has.
    private static int block(int outermost, int[] extents) {
        long inner = 1;
        for (int axis = outermost + 1; axis < extents.length; axis++) {
            inner *= extents[axis];
        }
        return Math.clamp(BLOCK / inner, 1, extents[outermost]);
    }

    /// The axes `first` to the last of the arrays, cut in blocks along axis `first`.
    private record Walk(
            DType dtype,
            boolean add,
            long from,
            long to,
            int first,
            int[] extents,
            long[] fromSteps,
            long[] toSteps,
            int step)
            implements Workers.Task {

        int blocks() {
            return (extents[first] + step - 1) / step;
        }

        @Override
        public void run(int block) {
            int start = block * step;
            int count = Math.min(step, extents[first] - start);
            long x = from + start * fromSteps[first];
            long y = to + start * toSteps[first];
            int last = extents.length - 1;
            if (first == last) {
                plane(x, 0, y, 0, 1, count);
            } else if (first == last - 1) {
                plane(x, fromSteps[first], y, toSteps[first], count, extents[last]);
            } else {
                walk(first, count, x, y);
            }
        }

        private void walk(int axis, int count, long x, long y) {
            int rows = extents.length - 2;
            for (int i = 0; i < count; i++) {
                long a = x + i * fromSteps[axis];
                long b = y + i * toSteps[axis];
                if (axis + 1 == rows) {
                    plane(a, fromSteps[rows], b, toSteps[rows], extents[rows], extents[rows + 1]);
                } else {
                    walk(axis + 1, extents[axis + 1], a, b);
                }
            }
        }

        /// `rows` runs of `n` elements.
        private void plane(long x, long xRow, long y, long yRow, int rows, int n) {
            int size = dtype.bytes();
            long xStep = fromSteps[extents.length - 1];
            long yStep = toSteps[extents.length - 1];
            if (add) {
                for (int i = 0; i < rows; i++) {
                    Runs.add(dtype, x + i * xRow, xStep, y + i * yRow, yStep, n);
                }
            } else {
                for (int i = 0; i < rows; i++) {
                    Runs.copy(size, x + i * xRow, xStep, y + i * yRow, yStep, n);
                }
            }
        }
    }
}
