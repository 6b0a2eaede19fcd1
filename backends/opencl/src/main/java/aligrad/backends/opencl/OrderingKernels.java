package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Buffer;
import aligrad.backends.opencl.driver.Kernel;
import aligrad.tensor.DType;
import aligrad.tensor.Ordering;

/// The positions of the elements of each line by their order.
///
/// Elements become unsigned numbers of the same order, see `ordering.cl`; a smaller key comes
/// first, and where keys are equal, the smaller position.
final class OrderingKernels {

    private final OpenClDevice device;
    private final Sorting sorting;

    OrderingKernels(OpenClDevice device) {
        this.device = device;
        this.sorting = new Sorting(device);
    }

    void compute(Ordering op, DeviceStorage to) {
        Lines x = Lines.of(device, op.x(), op.axis());
        if (op.shape().size() == 0) {
            return;
        }
        to.bound(new Bounds(op.dtype(), 0, x.extent() - 1));
        switch (op) {
            case Ordering.ArgSort sort -> argSort(x, sort.descending(), to);
            case Ordering.ArgExtreme extreme -> argExtreme(x, extreme.largest(), to);
        }
    }

    /// The bytes of a key.
    private static int keyBytes(DType type) {
        return type.bytes() == Long.BYTES ? Long.BYTES : Integer.BYTES;
    }

    private Kernel kernel(String name, DType type) {
        String bits = keyBytes(type) == Long.BYTES ? "64" : "32";
        String variant = "-DT=" + Kernels.type(type) + " -DBITS=" + bits;
        return device.kernel("ordering.cl", name, type.isFloating() ? variant + " -DREAL" : variant)
                .begin();
    }

    private void argSort(Lines x, boolean descending, DeviceStorage to) {
        DType type = x.x().dtype();
        Buffer keys = device.scratch(x.size() * keyBytes(type));
        Kernel kernel = kernel("keys", type).buffer(device.buffer(x.x())).buffer(keys);
        kernel.number(x.size()).number(x.extent()).number(x.inner()).number(descending ? 1 : 0);
        x.strides(kernel).launch(x.size());
        Sorting.Sorted sorted =
                sorting.sort(
                        keys, keyBytes(type), x.outer(), Math.toIntExact(x.extent()), x.inner());
        kernel("positions", type)
                .buffer(sorted.order())
                .buffer(to.buffer())
                .number(x.size())
                .number(x.extent())
                .number(x.inner())
                .launch(x.size());
    }

    private void argExtreme(Lines x, boolean largest, DeviceStorage to) {
        boolean shared = x.areShared();
        Kernel kernel = kernel(shared ? "shared_extremes" : "extremes", x.x().dtype());
        kernel.buffer(device.buffer(x.x())).buffer(to.buffer());
        kernel.number(x.count()).number(x.extent()).number(x.inner()).number(largest ? 1 : 0);
        x.strides(kernel);
        if (shared) {
            kernel.launch(x.count() * Lines.GROUP, 1, 1, Lines.GROUP, 1, 1);
        } else {
            kernel.launch(x.count());
        }
    }
}
