package aligrad.backends.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.backends.opencl.driver.Session;
import aligrad.tensor.MemoryExhaustedException;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class DeviceMemoryTest {

    private static final long LIMIT = 1 << 20;

    private final Session session = Presence.device().open();
    private final DeviceMemory memory = new DeviceMemory(session, "opencl:7", LIMIT);

    @Test
    void aBlockIsHandedOutAgain() {
        for (int i = 0; i < 1000; i++) {
            memory.allocate(1000 + i % 7, "add", "", true).release();
        }
        assertThat(memory.live()).isZero();
        assertThat(memory.pooled()).isLessThanOrEqualTo(1024);
    }

    @Test
    void pastTheLimitTheHoldersAreNamed() {
        List<DeviceStorage> held = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            held.add(memory.allocate(LIMIT / 4, "conv2d", "block.1", true));
        }
        assertThatThrownBy(() -> memory.allocate(LIMIT / 2, "matmul", "head", true))
                .isInstanceOf(MemoryExhaustedException.class)
                .hasMessageContaining("matmul in head: no room for 524288 bytes on opencl:7")
                .hasMessageContaining("conv2d in block.1 786432;")
                .hasMessageContaining("aligrad.opencl.memory.limit");
        held.forEach(DeviceStorage::release);
        memory.allocate(LIMIT / 2, "matmul", "head", true).release();
    }

    @Test
    void whatWaitsIsGivenUpForAnotherSize() {
        memory.allocate(LIMIT / 2, "a", "", true).release();
        memory.allocate(LIMIT / 4, "b", "", true).release();
        DeviceStorage large = memory.allocate(LIMIT, "c", "", true);
        assertThat(memory.live() + memory.pooled()).isEqualTo(LIMIT);
        large.release();
    }

    @Test
    void unreachableMemoryComesBack() {
        for (int i = 0; i < 50; i++) {
            memory.allocate(LIMIT / 4, "forgotten", "", false).moveTo(null);
        }
        assertThat(memory.peak()).isLessThanOrEqualTo(LIMIT);
    }

    @Test
    void aTensorLargerThanTheDeviceAllowsIsRefused() {
        long tooMuch = session.facts().largestBuffer() + 1;
        assertThatThrownBy(() -> memory.allocate(tooMuch, "pad", "", true))
                .isInstanceOf(MemoryExhaustedException.class)
                .hasMessageContaining("pad: " + tooMuch + " bytes");
    }
}
