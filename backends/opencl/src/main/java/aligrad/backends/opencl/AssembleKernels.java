package aligrad.backends.opencl;

import aligrad.tensor.Assemble;

/// TODO
final class AssembleKernels {

    private final OpenClDevice device;

    AssembleKernels(OpenClDevice device) {
        this.device = device;
    }

    void compute(Assemble op, DeviceStorage to) {
        throw new UnsupportedOperationException(op.name() + " " + device + to);
    }
}
