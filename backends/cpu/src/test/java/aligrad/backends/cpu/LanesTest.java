package aligrad.backends.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.spi.HostMemory;
import aligrad.tensor.spi.HostStorage;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LanesTest {

    private final HostStorage storage = HostMemory.allocate(256, "test", "", true);
    private final long address = storage.address();

    @AfterEach
    void releaseMemory() {
        storage.release();
    }

    @Test
    void keepsNumbersInLittleEndianOrder() {
        Lanes.putI32(address, 0x04030201);
        for (int i = 0; i < 4; i++) {
            assertThat(Lanes.i8(address + i)).isEqualTo((byte) (i + 1));
        }
        Lanes.putF32(address, 1.5f); // 0x3fc00000
        assertThat(Lanes.i32(address)).isEqualTo(0x3fc00000);
        assertThat(Lanes.f32(address)).isEqualTo(1.5f);
        Lanes.putF64(address, -2); // 0xc000000000000000
        assertThat(Lanes.i64(address)).isEqualTo(0xc000000000000000L);
        assertThat(Lanes.f64(address)).isEqualTo(-2);
        Lanes.putI64(address, 7);
        assertThat(Lanes.i8(address)).isEqualTo((byte) 7);
    }

    @Test
    void readsAndWritesWhereNothingIsAligned() {
        Lanes.putF32(address + 1, 3);
        assertThat(Lanes.f32(address + 1)).isEqualTo(3);
        Lanes.store(FloatVector.broadcast(Species.F32, 4), address + 3);
        assertThat(Lanes.loadF32(address + 3).lane(Species.LANES_32 - 1)).isEqualTo(4);
    }

    @Test
    void storesTheFirstLanesAndNothingElse() {
        for (int count = 0; count <= Species.LANES_32; count++) {
            for (int i = 0; i < 32; i++) {
                Lanes.putF32(address + 4L * i, -1);
            }
            Lanes.store(FloatVector.zero(Species.F32).addIndex(1), address, count);
            for (int i = 0; i < 32; i++) {
                assertThat(Lanes.f32(address + 4L * i)).isEqualTo(i < count ? i : -1);
            }
        }
        for (int count = 0; count <= Species.LANES_64; count++) {
            for (int i = 0; i < 16; i++) {
                Lanes.putF64(address + 8L * i, -1);
            }
            Lanes.store(DoubleVector.zero(Species.F64).addIndex(1), address, count);
            for (int i = 0; i < 16; i++) {
                assertThat(Lanes.f64(address + 8L * i)).isEqualTo(i < count ? i : -1);
            }
        }
    }
}
