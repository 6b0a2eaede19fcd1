package aligrad.backends.opencl;

import aligrad.tensor.Indexing;

/// TODO
final class IndexingKernels {

    private final OpenClDevice device;

    IndexingKernels(OpenClDevice device) {
        this.device = device;
    }

    void compute(Indexing op, DeviceStorage to) {
        throw new UnsupportedOperationException(op.name() + " " + device + to);
    }
}
