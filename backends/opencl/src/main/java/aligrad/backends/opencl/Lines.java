package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Kernel;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.spi.Layout;

/// A tensor along one axis, or along a few neighbouring ones: `outer` × `inner` lines of `extent`
/// elements. Element `j` of line `(o, i)` stands at `offset + o·outerStride + j·stride +
/// i·innerStride`.
///
/// Strides are in elements; 0 repeats, a negative one walks backwards.
///
/// @param x the tensor, or the copy of it that the strides are of
record Lines(
        Tensor x,
        long offset,
        long outer,
        long extent,
        long inner,
        long outerStride,
        long stride,
        long innerStride) {

    /// Work-items that share a line where each alone would take long, as `GROUP` in the kernels.
    static final int GROUP = 128;

    /// A line along the last axis is shared where each work-item has at least two elements of it;
    /// shorter ones are walked by one work-item each.
    private static final int SHARED_ROW = 2 * GROUP;

    /// So many lines are enough work-items for a device, even one each.
    private static final int MANY = 1 << 14;

    /// The lines along `axis`. A tensor whose axes before or after it do not walk evenly is copied.
    static Lines of(OpenClDevice device, Tensor x, int axis) {
        return of(device, x, axis, axis + 1);
    }

    /// The lines along the axes `first` (included) to `end` (excluded), joined into one.
    static Lines of(OpenClDevice device, Tensor x, int first, int end) {
        x.storage();
        Layout layout = x.layout();
        Shape shape = x.shape();
        int rank = shape.rank();
        if (!layout.isContiguous()
                && !(isEven(shape, layout, 0, first)
                        && isEven(shape, layout, first, end)
                        && isEven(shape, layout, end, rank))) {
            return of(device, device.dense(x), first, end);
        }
        return new Lines(
                x,
                layout.offset(),
                extent(shape, 0, first),
                extent(shape, first, end),
                extent(shape, end, rank),
                stride(shape, layout, 0, first),
                stride(shape, layout, first, end),
                stride(shape, layout, end, rank));
    }

    /// The number of lines.
    long count() {
        return outer * inner;
    }

    /// The number of elements.
    long size() {
        return count() * extent;
    }

    /// Whether a group of work-items should walk each line together: where neighbouring work-items
    /// would read far from each other, or lines are few. A matter of the shape alone, so that the
    /// bits are.
    boolean areShared() {
        return extent >= SHARED_ROW && (inner == 1 || count() < MANY);
    }

    /// Hands over the strides: `offset`, `outerStride`, `stride`, `innerStride`.
    Kernel strides(Kernel kernel) {
        return kernel.number(offset).number(outerStride).number(stride).number(innerStride);
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

    private static long extent(Shape shape, int first, int end) {
        long product = 1;
        for (int axis = first; axis < end; axis++) {
            product *= shape.extent(axis);
        }
        return product;
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
