package aligrad.backends.cpu;

import aligrad.backends.conformance.Accuracy;
import aligrad.backends.conformance.BackendConformance;

/// The backend as it starts: expressions are interpreted.
class CpuConformanceTest extends BackendConformance {

    @Override
    protected String device() {
        return "cpu";
    }

    @Override
    protected Accuracy accuracy() {
        return new Accuracy(4, 1e-5, true);
    }

    @Override
    protected void setThreads(int threads) {
        Workers.setThreads(threads);
    }
}
