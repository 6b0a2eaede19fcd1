package aligrad.backends.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.backends.opencl.driver.Buffer;
import aligrad.backends.opencl.driver.DriverException;
import aligrad.backends.opencl.driver.Kernel;
import aligrad.backends.opencl.driver.Mark;
import aligrad.backends.opencl.driver.Session;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// What a driver would answer with the end of the process must be an exception of ours.
class DriverTest {

    private static final String OPTIONS = "-cl-std=CL1.2";

    private final Session session = Presence.device().open();

    @BeforeEach
    void lock() {
        session.lock().lock();
    }

    @AfterEach
    void unlock() {
        session.lock().unlock();
    }

    @Test
    void aBufferIsReleasedOnce() {
        Buffer buffer = session.allocate(64);
        buffer.release();
        assertThatThrownBy(buffer::release)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a buffer of 64 bytes is used after its release");
        assertThatThrownBy(() -> session.read(buffer, 0, MemorySegment.ofArray(new byte[4])))
                .isInstanceOf(IllegalStateException.class);
        Kernel kernel = twice();
        kernel.begin().buffer(buffer).buffer(buffer).number(1);
        assertThatThrownBy(() -> kernel.launch(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void launchesAreCountedByKernel() {
        Kernel kernel = twice();
        Buffer buffer = session.allocate(64);
        assertThat(session.launchesByKernel()).isEmpty();
        for (int i = 0; i < 3; i++) {
            kernel.begin().buffer(buffer).buffer(buffer).number(8).launch(8);
        }
        kernel.begin().buffer(buffer).buffer(buffer).number(0).launch(0); // no work, no launch
        assertThat(session.launchesByKernel()).containsOnlyKeys("twice").containsValue(3L);
        assertThat(session.launches()).isEqualTo(3);
    }

    @Test
    void transfersStayInside() {
        Buffer buffer = session.allocate(64);
        MemorySegment five = MemorySegment.ofArray(new byte[5]);
        assertThatThrownBy(() -> session.write(five, buffer, 60))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("write: bytes 60 to 65 of a buffer of 64");
        assertThatThrownBy(() -> session.read(buffer, -1, five))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> session.copy(buffer, 0, buffer, 32, 33))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageStartingWith("copy to");
    }

    @Test
    void bytesComeBackThroughArraysAndNativeMemory() {
        Buffer buffer = session.allocate(64);
        byte[] bytes = new byte[40];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (3 * i - 7);
        }
        session.write(MemorySegment.ofArray(bytes), buffer, 8);
        byte[] back = new byte[40];
        session.read(buffer, 8, MemorySegment.ofArray(back));
        assertThat(back).isEqualTo(bytes);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment outside = arena.allocate(40);
            session.read(buffer, 8, outside);
            assertThat(outside.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes);
        }
    }

    @Test
    void aMarkedReadIsNoWaitForAllThatWasTold() {
        Buffer buffer = floats(1, 2, 3);
        twice().begin().buffer(buffer).buffer(buffer).number(3).launch(3);
        Mark mark = session.mark();
        long waits = session.waits();
        float[] doubled = new float[3];
        session.read(buffer, 0, MemorySegment.ofArray(doubled), mark);
        assertThat(doubled).containsExactly(2, 4, 6);
        assertThat(session.waits()).isEqualTo(waits);
        session.read(buffer, 0, MemorySegment.ofArray(doubled));
        assertThat(session.waits()).isEqualTo(waits + 1);
        mark.release();
        assertThatThrownBy(mark::release)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a mark is used after its release");
        assertThatThrownBy(() -> session.read(buffer, 0, MemorySegment.ofArray(doubled), mark))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aSourceIsReadToItsEnd() {
        session.build(
                        "// \u03b3 = \u2113 / (\u2016g\u2016\u00b2 + \u03b5)\nkernel void f() {}",
                        OPTIONS)
                .kernel("f");
    }

    @Test
    void aCompilerErrorIsShown() {
        assertThatThrownBy(() -> session.build("kernel void f() { nonsense; }", OPTIONS))
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("CL_BUILD_PROGRAM_FAILURE")
                .hasMessageContaining("nonsense");
    }

    @Test
    void aWrongKernelNameIsNamed() {
        assertThatThrownBy(() -> session.build("kernel void f() {}", OPTIONS).kernel("g"))
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("'g'");
    }

    @Test
    void aThreadNeedsTheLock() {
        session.lock().unlock();
        try {
            assertThatThrownBy(() -> session.allocate(64))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("without holding its lock");
        } finally {
            session.lock().lock();
        }
    }

    @Test
    void argumentsThatChangeAreSetAgain() {
        Kernel kernel = twice();
        Buffer x = floats(1, 2, 3);
        Buffer y = floats(0, 0, 0);
        Buffer z = floats(0, 0, 0);
        kernel.begin().buffer(x).buffer(y).number(3).launch(3);
        kernel.begin().buffer(x).buffer(z).number(3).launch(3);
        kernel.begin().buffer(y).buffer(y).number(2).launch(3);
        assertThat(read(y)).containsExactly(4, 8, 6);
        assertThat(read(z)).containsExactly(2, 4, 6);
    }

    @Test
    void noWorkIsNoLaunch() {
        long before = session.launches();
        Buffer x = floats(1, 2, 3);
        twice().begin().buffer(x).buffer(x).number(0).launch(0);
        assertThat(session.launches()).isEqualTo(before);
    }

    @Test
    void manyNumbersTravelInABuffer() {
        int count = Kernel.MOST_NUMBERS + 1;
        String source =
                """
                typedef struct { long n[%d]; } P;
                kernel void sum(global float* y, global const P* p) {
                    if (get_global_id(0) > 0) return;
                    float sum = 0;
                    for (int i = 0; i < %d; i++) sum += p->n[i];
                    y[0] = sum;
                }
                """
                        .formatted(count, count);
        Kernel kernel = session.build(source, OPTIONS).kernel("sum");
        Buffer y = floats(0);
        for (int scale = 1; scale <= 2; scale++) {
            kernel.beginMany().buffer(y);
            for (int i = 0; i < count; i++) {
                kernel.number((long) scale * i);
            }
            kernel.launch(1);
            assertThat(read(y)).containsExactly(scale * count * (count - 1) / 2f);
        }
    }

    @Test
    void moreNumbersThanAKernelTakesAreRefused() {
        Kernel kernel = twice();
        kernel.begin().buffer(floats(1)).buffer(floats(1));
        for (int i = 0; i <= Kernel.MOST_NUMBERS; i++) {
            kernel.number(1);
        }
        assertThatThrownBy(() -> kernel.launch(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("kernel 'twice' takes at most 80 numbers, not 81");
    }

    private Kernel twice() {
        return session.build(
                        """
                        typedef struct { long n; } P;
                        kernel void twice(global const float* x, global float* y, const P p) {
                            const long i = get_global_id(0);
                            if (i < p.n) y[i] = 2 * x[i];
                        }
                        """,
                        OPTIONS)
                .kernel("twice");
    }

    private Buffer floats(float... values) {
        Buffer buffer = session.allocate(4L * values.length);
        session.write(MemorySegment.ofArray(values), buffer, 0);
        return buffer;
    }

    private float[] read(Buffer buffer) {
        float[] values = new float[(int) buffer.bytes() / 4];
        session.read(buffer, 0, MemorySegment.ofArray(values));
        return values;
    }
}
