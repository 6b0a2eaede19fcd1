package aligrad.backends.opencl;

import aligrad.tensor.Ordering;

/// TODO
final class OrderingKernels {

    private final OpenClDevice device;

    OrderingKernels(OpenClDevice device) {
        this.device = device;
    }

    void compute(Ordering op, DeviceStorage to) {
        throw new UnsupportedOperationException(op.name() + " " + device + to);
    }
}
