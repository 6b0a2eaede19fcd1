package aligrad.backends.opencl;

import aligrad.tensor.Contraction;

/// TODO
final class MatmulKernels {

    private final OpenClDevice device;

    MatmulKernels(OpenClDevice device) {
        this.device = device;
    }

    void compute(Contraction.Matmul op, DeviceStorage to) {
        throw new UnsupportedOperationException(op.name() + " " + device + to);
    }
}
