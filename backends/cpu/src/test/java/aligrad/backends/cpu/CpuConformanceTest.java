package aligrad.backends.cpu;

import aligrad.backends.conformance.Accuracy;
import aligrad.backends.conformance.BackendConformance;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/// The backend as it starts: expressions are interpreted, and plain loops stand in for those with
/// vectors.
class CpuConformanceTest extends BackendConformance {

    private static long limitBefore;

    @BeforeAll
    static void beCold() {
        limitBefore = ColdLoop.limit();
        ColdLoop.setLimit(Long.MAX_VALUE);
    }

    @AfterAll
    static void warmUp() {
        ColdLoop.setLimit(limitBefore);
    }

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
