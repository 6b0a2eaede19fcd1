package aligrad.backends.opencl;

import aligrad.tensor.Scan;

/// TODO
final class ScanKernels {

    private final OpenClDevice device;

    ScanKernels(OpenClDevice device) {
        this.device = device;
    }

    void compute(Scan op, DeviceStorage to) {
        throw new UnsupportedOperationException(op.name() + " " + device + to);
    }
}
