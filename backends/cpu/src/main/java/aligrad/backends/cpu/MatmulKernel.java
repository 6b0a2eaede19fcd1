package aligrad.backends.cpu;

import aligrad.tensor.Contraction;
import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.spi.HostStorage;
import aligrad.tensor.spi.Layout;

/// Brings a matrix product of tensors, with its leading axes and strides, to [Gemm].
///
/// Leading axes over which both operands step evenly are one batch. (Where `b` is one matrix and
/// the rows of `a` go on from item to item, [GemmBatch] makes one product of it: a layer over
/// `(batch, time, features)`.)
final class MatmulKernel {

    private static final long UNEVEN = Long.MIN_VALUE;

    /// Products of so many rows are short enough for packing `b` to be a large part of them, and
    /// long enough to gain from it.
    private static final int LEAST_ROWS = 6;

    private static final int MOST_ROWS = 512;

    /// Elements of a `b` that is worth keeping packed, see [Prepared]: smaller ones stay in cache.
    private static final long LEAST_PREPARED = 256 * 1024;

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
            product(address(a), aRow, aCol, address(b), bRow, bCol, c);
        } else if (batch > 1) {
            batched(shape, Math.toIntExact(batch), aRow, aCol, bRow, bCol);
        }
    }

    private void batched(Shape shape, int batch, long aRow, long aCol, long bRow, long bCol) {
        long aStep = step(shape, a);
        long bStep = step(shape, b);
        if (aStep != UNEVEN && bStep != UNEVEN) {
            products(batch, address(a), aStep, aRow, aCol, address(b), bStep, bRow, bCol, c);
            return;
        }
        int last = shape.extent(-3);
        aStep = stride(shape, a, shape.rank() - 3);
        bStep = stride(shape, b, shape.rank() - 3);
        for (int i = 0; i < batch; i += last) {
            long from = address(a) + bytes * offset(shape, i, a);
            long by = address(b) + bytes * offset(shape, i, b);
            long to = c + (long) i * rows * columns * bytes;
            products(last, from, aStep, aRow, aCol, by, bStep, bRow, bCol, to);
        }
    }

    /// Elements from one item of the batch to the next, if that is the same everywhere; otherwise
    /// [#UNEVEN].
    private static long step(Shape shape, Tensor operand) {
        long step = 0;
        long next = UNEVEN;
        for (int axis = shape.rank() - 3; axis >= 0; axis--) {
            int extent = shape.extent(axis);
            if (extent == 1) {
                continue;
            }
            long stride = stride(shape, operand, axis);
            if (next == UNEVEN) {
                step = stride;
            } else if (stride != next) {
                return UNEVEN;
            }
            next = stride * extent;
        }
        return step;
    }

    /// An operand's stride along an axis of the result, 0 where it broadcasts.
    private static long stride(Shape shape, Tensor operand, int axis) {
        Shape own = operand.shape();
        int place = axis - (shape.rank() - own.rank());
        return place < 0 || own.extent(place) == 1 ? 0 : operand.layout().stride(place);
    }

    /// Where item `index` of the batch starts in an operand whose leading axes broadcast, in
    /// elements.
    private static long offset(Shape shape, int index, Tensor operand) {
        long offset = 0;
        int rest = index;
        for (int axis = shape.rank() - 3; axis >= 0; axis--) {
            int extent = shape.extent(axis);
            offset += rest % extent * stride(shape, operand, axis);
            rest /= extent;
        }
        return offset;
    }

    private void products(
            int batch,
            long from,
            long aStep,
            long aRow,
            long aCol,
            long by,
            long bStep,
            long bRow,
            long bCol,
            long to) {
        long size = (long) rows * columns;
        if (isDouble) {
            Gemm.batchedF64(
                    batch, rows, columns, inner, from, aStep, aRow, aCol, by, bStep, bRow, bCol, to,
                    size, columns, bias, false);
        } else {
            Gemm.batchedF32(
                    batch, rows, columns, inner, from, aStep, aRow, aCol, by, bStep, bRow, bCol, to,
                    size, columns, bias, false);
        }
    }

    private void product(long from, long aRow, long aCol, long by, long bRow, long bCol, long to) {
        if (isDouble) {
            Gemm.f64(
                    rows, columns, inner, from, aRow, aCol, by, bRow, bCol, to, columns, bias,
                    false);
            return;
        }
        if (rows >= LEAST_ROWS && rows <= MOST_ROWS && (long) inner * columns >= LEAST_PREPARED) {
            GemmTile tile = GemmTileF32.INSTANCE;
            GemmOperands p =
                    new GemmOperands(
                            tile,
                            rows,
                            columns,
                            inner,
                            from,
                            4 * aRow,
                            4 * aCol,
                            by,
                            4 * bRow,
                            4 * bCol,
                            to,
                            4L * columns,
                            bias,
                            0);
            try (Prepared strips =
                    Prepared.of(
                            (HostStorage) b.storage(),
                            new Prepared.Operand(
                                    Prepared.Form.GEMM_STRIPS,
                                    b.layout().offset(),
                                    inner,
                                    columns,
                                    bRow,
                                    bCol),
                            GemmPacked.stripBytes(tile, columns, inner),
                            new GemmPacked(p)::packStrips)) {
                if (strips != null) {
                    new GemmPacked(p, strips.address()).run();
                    return;
                }
            }
        }
        Gemm.f32(rows, columns, inner, from, aRow, aCol, by, bRow, bCol, to, columns, bias, false);
    }
}
