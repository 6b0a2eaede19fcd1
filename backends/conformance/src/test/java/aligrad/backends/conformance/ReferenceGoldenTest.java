package aligrad.backends.conformance;

import aligrad.tensor.Device;

/// The reference backend, with which all others are compared, compared with PyTorch.
class ReferenceGoldenTest extends GoldenConformance {

    ReferenceGoldenTest() {
        super(new Oracle(Device.of("reference"), new Accuracy(1, 0, true), 1));
    }
}
