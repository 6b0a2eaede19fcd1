package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Kernel;
import aligrad.tensor.Scan;

/// The linear recurrence `s_t = a_t · s_{t-1} + b_t` along an axis, multiply and add rounded once.
///
/// Each line is one work-item's chain. To cut long lines in pieces that are joined afterwards would
/// need products of factors, which may overflow where the states themselves do not.
final class ScanKernels {

    private final OpenClDevice device;

    ScanKernels(OpenClDevice device) {
        this.device = device;
    }

    void compute(Scan op, DeviceStorage to) {
        switch (op) {
            case Scan.Recurrence recurrence -> recurrence(recurrence, to);
        }
    }

    private void recurrence(Scan.Recurrence op, DeviceStorage to) {
        Lines a = Lines.of(device, op.a(), op.axis());
        Lines b = Lines.of(device, op.b(), op.axis());
        if (b.size() == 0) {
            return;
        }
        Kernel kernel =
                device.kernel("scan.cl", "recurrence", "-DT=" + Kernels.type(op.dtype())).begin();
        kernel.buffer(device.buffer(a.x())).buffer(device.buffer(b.x())).buffer(to.buffer());
        kernel.number(b.count()).number(b.extent()).number(b.inner()).number(op.reverse() ? 1 : 0);
        a.strides(kernel);
        b.strides(kernel).launch(b.count());
    }
}
