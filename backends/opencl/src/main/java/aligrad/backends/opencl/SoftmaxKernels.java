package aligrad.backends.opencl;

import aligrad.tensor.Normalization;

/// TODO
final class SoftmaxKernels {

    private final OpenClDevice device;

    SoftmaxKernels(OpenClDevice device) {
        this.device = device;
    }

    void compute(Normalization op, DeviceStorage to) {
        throw new UnsupportedOperationException(op.name() + " " + device + to);
    }
}
