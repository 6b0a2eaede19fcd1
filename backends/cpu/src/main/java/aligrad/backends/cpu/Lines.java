package aligrad.backends.cpu;

import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.spi.HostStorage;
import aligrad.tensor.spi.Layout;

/// A tensor along one axis, or along a few neighbouring ones: `outer` × `inner` lines of `extent`
/// elements. Element `j` of line `(o, i)` stands at `address + o·outerStride + j·stride +
/// i·innerStride`.
///
/// Strides are in bytes; 0 repeats, a negative one walks backwards.
///
/// @param x the tensor, or the copy of it that the strides are of
record Lines(
        Tensor x,
        long address,
        int outer,
        int extent,
        int inner,
        long outerStride,
        long stride,
        long innerStride) {

    /// The lines along `axis`. A tensor whose axes before or after it do not walk evenly is copied.
    static Lines of(Tensor x, int axis) {
        return of(x, axis, axis + 1);
    }

    /// The lines along the axes `first` (included) to `end` (excluded), joined into one.
    static Lines of(Tensor x, int first, int end) {
        HostStorage storage = (HostStorage) x.storage();
        Layout layout = x.layout();
        Shape shape = x.shape();
        int rank = shape.rank();
        if (!layout.isContiguous()
                && !(isEven(shape, layout, 0, first)
                        && isEven(shape, layout, first, end)
                        && isEven(shape, layout, end, rank))) {
            return of(Contiguous.copy(x), first, end);
        }
        int bytes = x.dtype().bytes();
        return new Lines(
                x,
                storage.address() + layout.offset() * bytes,
                extent(shape, 0, first),
                extent(shape, first, end),
                extent(shape, end, rank),
                stride(shape, layout, 0, first) * bytes,
                stride(shape, layout, first, end) * bytes,
                stride(shape, layout, end, rank) * bytes);
    }

    /// The lines along `axis` of a tensor that lies row-major, or of a copy that does.
    static Lines contiguous(Tensor x, int axis) {
        return of(Contiguous.of(x), axis);
    }

    /// Whether neighbours follow each other without a gap: along the last axes if there are any,
    /// else along the line.
    boolean isUnit() {
        int bytes = x.dtype().bytes();
        return inner > 1 ? innerStride == bytes : stride == bytes || extent == 1;
    }

    /// The number of lines.
    long count() {
        return (long) outer * inner;
    }

    private static boolean isEven(Shape shape, Layout layout, int first, int end) {
        boolean isFirst = true;
        long next = 0;
        for (int axis = end - 1; axis >= first; axis--) {
            int extent = shape.extent(axis);
            if (extent != 1) {
                if (!isFirst && layout.stride(axis) != next) {
                    return false;
                }
                next = layout.stride(axis) * extent;
                isFirst = false;
            }
        }
        return true;
    }

    private static int extent(Shape shape, int first, int end) {
        long product = 1;
        for (int axis = first; axis < end; axis++) {
            product *= shape.extent(axis);
        }
        return Math.toIntExact(product);
    }

    private static long stride(Shape shape, Layout layout, int first, int end) {
        for (int axis = end - 1; axis >= first; axis--) {
            if (shape.extent(axis) != 1) {
                return layout.stride(axis);
            }
        }
        return 0;
    }
}
