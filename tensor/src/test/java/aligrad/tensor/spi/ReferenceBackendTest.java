package aligrad.tensor.spi;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.DType;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;

class ReferenceBackendTest {

    private final Backend backend = new ReferenceBackend();

    @Test
    void movesBytesInAndOut() {
        Storage storage = backend.allocate(12, "test", "", false);
        backend.upload(MemorySegment.ofArray(new float[] {1.5f, 2.5f}), storage, 4);
        float[] out = new float[2];
        backend.download(storage, 4, MemorySegment.ofArray(out));
        assertThat(out).containsExactly(1.5f, 2.5f);
        assertThat(backend.read(storage, DType.F32, 2)).isEqualTo(2.5);
    }

    @Test
    void readsEachType() {
        Storage storage = backend.allocate(8, "test", "", false);
        backend.upload(MemorySegment.ofArray(new long[] {-2}), storage, 0);
        assertThat(backend.read(storage, DType.I64, 0)).isEqualTo(-2);
        assertThat(backend.read(storage, DType.I32, 0)).isEqualTo(-2);
        assertThat(backend.read(storage, DType.U8, 0)).isEqualTo(254);
        assertThat(backend.read(storage, DType.BOOL, 0)).isEqualTo(1);
        assertThat(backend.read(storage, DType.F64, 0)).isNaN();
    }
}
