package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Buffer;
import aligrad.backends.opencl.driver.Kernel;
import aligrad.tensor.Assemble;
import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.spi.Layout;

/// Puts pieces at their places in a dense result: the background, and then a launch for each piece,
/// so that where pieces overlap they are added in their order.
final class AssembleKernels {

    private final OpenClDevice device;

    AssembleKernels(OpenClDevice device) {
        this.device = device;
    }

    void compute(Assemble op, DeviceStorage to) {
        for (Assemble.Piece piece : op.pieces()) {
            piece.x().storage();
        }
        if (!op.covering()) {
            fill(op, to.buffer());
        }
        // over a background other than 0 pieces do not overlap
        boolean adds = !op.disjoint() && op.background() == 0;
        for (Assemble.Piece piece : op.pieces()) {
            place(piece, op.shape(), adds, to.buffer());
        }
    }

    private void fill(Assemble op, Buffer to) {
        long n = op.shape().size();
        kernel("fill", Kernels.bits(op.dtype().bytes()), 1)
                .begin()
                .buffer(to)
                .number(n)
                .number(bits(op.dtype(), op.background()))
                .launch(n);
    }

    /// The bits of a number as an element. Whole numbers drop the fraction and saturate.
    private static long bits(DType type, double value) {
        return switch (type) {
            case F32 -> Float.floatToRawIntBits((float) value);
            case F64 -> Double.doubleToRawLongBits(value);
            case I32 -> (int) value;
            case I64 -> (long) value;
            case U8 -> Math.clamp((long) value, 0, 255);
            case BOOL -> value == 0 ? 0 : 1;
        };
    }

    private void place(Assemble.Piece piece, Shape whole, boolean adds, Buffer to) {
        Tensor x = piece.x();
        long n = x.size();
        if (n == 0) {
            return;
        }
        Walk walk = new Walk(x.shape(), 2);
        walk.operand(0, x);
        walk.operand(1, places(piece, whole));
        walk.join(0);
        Kernel kernel =
                adds
                        ? kernel("add", Kernels.addition(x.dtype()), walk.keptRank())
                        : kernel("write", Kernels.bits(x.dtype().bytes()), walk.keptRank());
        kernel.beginMany().buffer(device.buffer(x)).buffer(to);
        kernel.number(n).number(walk.offset(0)).number(walk.offset(1));
        walk.extents(kernel);
        walk.strides(kernel, 0);
        walk.strides(kernel, 1);
        kernel.launch(n);
    }

    /// Where the elements of a piece go in the result.
    private static Layout places(Assemble.Piece piece, Shape whole) {
        Layout dense = whole.contiguous();
        long start = 0;
        long[] strides = new long[whole.rank()];
        for (int axis = 0; axis < strides.length; axis++) {
            start += piece.starts().get(axis) * dense.stride(axis);
            strides[axis] = piece.steps().get(axis) * dense.stride(axis);
        }
        return Layout.of(piece.x().shape(), start, strides);
    }

    private Kernel kernel(String name, String variant, int rank) {
        boolean many = 3 + 3 * rank > Kernel.MOST_NUMBERS;
        String options = variant + " -DRANK=" + rank + (many ? " -DMANY" : "");
        return device.kernel("assemble.cl", name, options);
    }
}
