package aligrad.backends.cpu;

import aligrad.tensor.Contraction;
import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.spi.HostStorage;
import aligrad.tensor.spi.Layout;

/// Brings a matrix product of tensors, with its leading axes and strides, to [Gemm].
///
/// Leading axes of `a` that continue its rows are joined with them when `b` is one matrix, so that
/// a layer over `(batch, time, features)` is a single product.
final class MatmulKernel {

    private final Tensor a;
    private final Tensor b;
    private final long bias;
    private final boolean isDouble;
    private final int bytes;
    private final int rows;
    private final int columns;
    private final int inner;
    private final long c;

    private MatmulKernel(Contraction.Matmul op, long result) {
        a = op.a();
        b = op.b();
        isDouble = a.dtype() == DType.F64;
        bytes = a.dtype().bytes();
        Shape shape = op.shape();
        rows = shape.extent(-2);
        columns = shape.extent(-1);
        inner = a.shape().extent(-1);
        c = result;
        bias = op.bias() == null ? 0 : Contiguous.address(op.bias());
    }

    static void compute(Contraction.Matmul op, long result) {
        new MatmulKernel(op, result).run(op.shape());
    }

    private static long address(Tensor t) {
        return ((HostStorage) t.storage()).address() + t.layout().offset() * t.dtype().bytes();
    }

    private void run(Shape shape) {
        int rank = shape.rank();
        Layout la = a.layout();
        Layout lb = b.layout();
        int ra = a.shape().rank();
        int rb = b.shape().rank();
        long aRow = la.stride(ra - 2);
        long aCol = la.stride(ra - 1);
        long bRow = lb.stride(rb - 2);
        long bCol = lb.stride(rb - 1);
        long batch = 1;
        for (int axis = 0; axis < rank - 2; axis++) {
            batch *= shape.extent(axis);
        }
        if (batch == 1) {
            product(rows, address(a), aRow, aCol, address(b), bRow, bCol, c);
        } else if (rb == 2 && continuesRows(la, ra)) {
            product(
                    Math.toIntExact(batch * rows),
                    address(a),
                    aRow,
                    aCol,
                    address(b),
                    bRow,
                    bCol,
                    c);
        } else if (batch > 1) {
            batched(shape, batch, aRow, aCol, bRow, bCol);
        }
    }

    /// Whether each leading axis of `a` steps over exactly the rows behind it.
    private boolean continuesRows(Layout layout, int rank) {
        long step = layout.stride(rank - 2) * rows;
        for (int axis = rank - 3; axis >= 0; axis--) {
            int extent = a.shape().extent(axis);
            if (extent != 1 && layout.stride(axis) != step) {
                return false;
            }
            step *= extent;
        }
        return true;
    }

    private void batched(Shape shape, long batch, long aRow, long aCol, long bRow, long bCol) {
        long baseA = address(a);
        long baseB = address(b);
        long size = (long) rows * columns * bytes;
        long work = batch * rows * columns * inner / 32;
        int items = Math.toIntExact(batch);
        if (items > 1
                && work >= Workers.WORTH_SHARING
                && work / items < 4 * Workers.WORTH_SHARING) {
            int piece = (int) Math.max(1, items * Workers.WORTH_SHARING / work);
            Workers.run(
                    (items + piece - 1) / piece,
                    work,
                    block -> {
                        int end = Math.min(items, (block + 1) * piece);
                        for (int i = block * piece; i < end; i++) {
                            item(shape, i, baseA, aRow, aCol, baseB, bRow, bCol, size);
                        }
                    });
        } else { // few or large items: each is shared on its own
            for (int i = 0; i < items; i++) {
                item(shape, i, baseA, aRow, aCol, baseB, bRow, bCol, size);
            }
        }
    }

    private void item(
            Shape shape,
            int index,
            long baseA,
            long aRow,
            long aCol,
            long baseB,
            long bRow,
            long bCol,
            long size) {
        product(
                rows,
                baseA + bytes * offset(shape, index, a),
                aRow,
                aCol,
                baseB + bytes * offset(shape, index, b),
                bRow,
                bCol,
                c + index * size);
    }

    /// Where item `index` of the batch starts in an operand whose leading axes broadcast, in
    /// elements.
    private static long offset(Shape shape, int index, Tensor operand) {
        Shape own = operand.shape();
        int shift = shape.rank() - own.rank();
        long offset = 0;
        int rest = index;
        for (int axis = shape.rank() - 3; axis >= 0; axis--) {
            int extent = shape.extent(axis);
            int place = rest % extent;
            rest /= extent;
            if (axis >= shift && own.extent(axis - shift) != 1) {
                offset += place * operand.layout().stride(axis - shift);
            }
        }
        return offset;
    }

    private void product(
            int m, long from, long aRow, long aCol, long by, long bRow, long bCol, long to) {
        if (isDouble) {
            Gemm.f64(m, columns, inner, from, aRow, aCol, by, bRow, bCol, to, columns, bias, false);
        } else {
            Gemm.f32(m, columns, inner, from, aRow, aCol, by, bRow, bCol, to, columns, bias, false);
        }
    }
}
