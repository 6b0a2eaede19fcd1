package aligrad.backends.opencl;

import aligrad.tensor.Reduction;

/// TODO
final class ReduceKernels {

    private final OpenClDevice device;

    ReduceKernels(OpenClDevice device) {
        this.device = device;
    }

    void compute(Reduction op, DeviceStorage to) {
        throw new UnsupportedOperationException(op.name() + " " + device + to);
    }
}
