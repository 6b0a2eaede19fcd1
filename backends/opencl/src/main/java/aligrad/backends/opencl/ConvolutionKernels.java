package aligrad.backends.opencl;

import aligrad.tensor.Convolution;

/// TODO
final class ConvolutionKernels {

    private final OpenClDevice device;

    ConvolutionKernels(OpenClDevice device) {
        this.device = device;
    }

    void compute(Convolution op, DeviceStorage to) {
        throw new UnsupportedOperationException(op.name() + " " + device + to);
    }
}
