package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Buffer;
import aligrad.tensor.Contraction;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.spi.Layout;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// Brings matrix products of tensors, with their leading axes and strides, to [Gemm].
///
/// Leading axes are joined as far as both operands step evenly over them. Two are the batch of one
/// launch, such as (sequence, head); further ones are a launch for each item.
final class MatmulKernels {

    /// Kernels count rows in 31 bits and look a tile past the end.
    private static final long MOST_ROWS = Integer.MAX_VALUE - 1024;

    private final OpenClDevice device;
    private final Gemm gemm;

    MatmulKernels(OpenClDevice device, Gemm gemm) {
        this.device = device;
        this.gemm = gemm;
    }

    void compute(Contraction.Matmul op, DeviceStorage to) {
        if (op.shape().size() == 0) {
            return;
        }
        Shape batch = op.shape().remove(-1).remove(-1);
        Walk walk = new Walk(batch, 3);
        walk.operand(0, matrices(op.a(), batch));
        walk.operand(1, matrices(op.b(), batch));
        walk.dense(2);
        walk.join(0);
        Product all = product(op, walk, to.buffer());
        long[] at = new long[3];
        products(all, walk, 0, at);
    }

    /// Where the matrices of `x` that belong to the places of `batch` begin.
    private static Layout matrices(Tensor x, Shape batch) {
        Shape own = x.shape().remove(-1).remove(-1);
        Layout layout = x.layout();
        return Layout.of(own, layout.offset(), Arrays.copyOf(layout.strides(), own.rank()))
                .broadcast(own, batch);
    }

    /// The products of the last two axes of the walk, from the first item on.
    private Product product(Contraction.Matmul op, Walk walk, Buffer to) {
        int m = op.shape().extent(-2);
        int n = op.shape().extent(-1);
        int inner = extent(walk, 1);
        int outer = extent(walk, 2);
        Matrix a = matrix(op.a(), walk, 0);
        Matrix b = matrix(op.b(), walk, 1);
        if (outer == 1 && continues(a, m, inner) && b.inner() == 0) {
            // One matrix for all items: what are rows of items are rows of one product.
            a = new Matrix(a.buffer(), a.offset(), 0, 0, m == 1 ? a.inner() : a.row(), a.column());
            m *= inner;
            inner = 1;
        }
        int k = op.a().shape().extent(-1);
        Matrix bias = bias(op.bias());
        if (n == 1 && a.row() == 1) {
            // A row times a row-major matrix instead of its transpose times a column.
            Matrix same = bias == null ? null : bias.repeated();
            Matrix row = Matrix.dense(to, inner, 1, m);
            return Product.of(
                    op.dtype(), outer, inner, 1, m, k, b.transposed(), a.transposed(), same, row);
        }
        Matrix c = Matrix.dense(to, inner, m, n);
        return Product.of(op.dtype(), outer, inner, m, n, k, a, b, bias, c);
    }

    private static boolean continues(Matrix a, int m, int inner) {
        return inner > 1 && (m == 1 || a.inner() == m * a.row()) && (long) m * inner <= MOST_ROWS;
    }

    private Matrix matrix(Tensor x, Walk walk, int operand) {
        int rank = x.shape().rank();
        return new Matrix(
                device.buffer(x),
                walk.offset(operand),
                stride(walk, operand, 2),
                stride(walk, operand, 1),
                x.layout().stride(rank - 2),
                x.layout().stride(rank - 1));
    }

    private @Nullable Matrix bias(@Nullable Tensor bias) {
        return bias == null
                ? null
                : new Matrix(
                        device.buffer(bias),
                        bias.layout().offset(),
                        0,
                        0,
                        0,
                        bias.layout().stride(0));
    }

    /// The extent of the walk's last axis but `fromEnd - 1`, 1 if it has fewer.
    private static int extent(Walk walk, int fromEnd) {
        int axis = walk.rank() - fromEnd;
        return axis < 0 ? 1 : Math.toIntExact(walk.extent(axis));
    }

    private static long stride(Walk walk, int operand, int fromEnd) {
        int axis = walk.rank() - fromEnd;
        return axis < 0 ? 0 : walk.stride(operand, axis);
    }

    /// Goes over the walk's axes from `axis` on; `at` is how far the operands have moved.
    private void products(Product first, Walk walk, int axis, long[] at) {
        if (axis >= walk.rank() - 2) {
            gemm.run(
                    first.with(
                            first.a().moved(at[0]),
                            first.b().moved(at[1]),
                            first.c().moved(at[2] * first.m() * first.n())));
            return;
        }
        for (int i = 0; i < walk.extent(axis); i++) {
            long[] next = new long[3];
            for (int operand = 0; operand < 3; operand++) {
                next[operand] = at[operand] + i * walk.stride(operand, axis);
            }
            products(first, walk, axis + 1, next);
        }
    }
}
