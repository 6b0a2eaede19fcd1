package aligrad.benchmarks.cases;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import java.lang.foreign.Arena;

class PeakMemoryTest {

    private static final long BLOCK = 256 << 20;

    @EnabledOnOs(OS.LINUX)
    @Test
    void memoryThatWasGivenBackCountsUntilItIsForgotten() {
        PeakMemory.forget();
        double before = PeakMemory.bytes();
        try (Arena arena = Arena.ofConfined()) {
            arena.allocate(BLOCK).fill((byte) 1);
        }
        double with = PeakMemory.bytes();
        PeakMemory.forget();
        double after = PeakMemory.bytes();

        assertThat(with - before).isBetween(0.9 * BLOCK, 1.5 * BLOCK);
        assertThat(with - after).isGreaterThan(0.5 * BLOCK);
    }
}
