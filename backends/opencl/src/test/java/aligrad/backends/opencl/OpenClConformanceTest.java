package aligrad.backends.opencl;

import aligrad.backends.conformance.Accuracy;
import aligrad.backends.conformance.BackendConformance;

import org.junit.jupiter.api.BeforeAll;

class OpenClConformanceTest extends BackendConformance {

    @BeforeAll
    static void needsADevice() {
        Presence.device();
    }

    @Override
    protected String device() {
        return "opencl";
    }

    /// 16 units: the largest error that OpenCL 1.2 allows a function that we use (pow, erf).
    @Override
    protected Accuracy accuracy() {
        return new Accuracy(16, 1e-5, true);
    }

    @Override
    protected void setThreads(int threads) {
        // the driver decides
    }
}
