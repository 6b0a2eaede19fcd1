package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Kernel;
import aligrad.tensor.Normalization;

/// Softmax and its logarithm: the largest element, the exponentials and their sum, the division.
///
/// A not-a-number needs no care for the maximum: whatever that is, its exponential is not a number,
/// and so is the sum.
final class SoftmaxKernels {

    private final OpenClDevice device;

    SoftmaxKernels(OpenClDevice device) {
        this.device = device;
    }

    void compute(Normalization op, DeviceStorage to) {
        boolean log =
                switch (op) {
                    case Normalization.Softmax _ -> false;
                    case Normalization.LogSoftmax _ -> true;
                };
        Lines x = Lines.of(device, op.x(), op.axis());
        if (x.size() == 0) {
            return;
        }
        String variant = "-DT=" + Kernels.type(op.dtype());
        boolean shared = x.areShared();
        Kernel kernel = device.kernel("softmax.cl", shared ? "shared_lines" : "lines", variant);
        kernel.begin().buffer(device.buffer(x.x())).buffer(to.buffer());
        kernel.number(x.count()).number(x.extent()).number(x.inner()).number(log ? 1 : 0);
        x.strides(kernel);
        if (shared) {
            kernel.launch(x.count() * Lines.GROUP, 1, 1, Lines.GROUP, 1, 1);
        } else {
            kernel.launch(x.count());
        }
    }
}
