package aligrad.backends.opencl;

import aligrad.tensor.Pooling;

/// TODO
final class PoolingKernels {

    private final OpenClDevice device;

    PoolingKernels(OpenClDevice device) {
        this.device = device;
    }

    void compute(Pooling op, DeviceStorage to) {
        throw new UnsupportedOperationException(op.name() + " " + device + to);
    }
}
