package aligrad.backends.cpu;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/// The backend as it runs later: every expression that can be compiled is, at its first call.
class CompiledConformanceTest extends CpuConformanceTest {

    @BeforeAll
    static void beWarm() {
        ColdLoop.setLimit(0);
    }

    private static long before;

    @BeforeAll
    static void compileAtOnce() {
        before = Specialization.threshold();
        Specialization.setThreshold(0);
    }

    @AfterAll
    static void compileLater() {
        Specialization.setThreshold(before);
    }
}
