package aligrad.backends.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.DType;
import aligrad.tensor.Device;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.spi.Backend;
import aligrad.tensor.spi.Storage;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Numbers go to the device and come back as they were.
abstract class TransferConformance {

    private final Oracle oracle;
    private final Samples samples = new Samples(11);

    TransferConformance(Oracle oracle) {
        this.oracle = oracle;
    }

    @Test
    void bitsComeBackAsTheyWere() {
        for (DType dtype : DType.values()) {
            for (Shape shape : Samples.shapes()) {
                for (Arrangement arrangement : Arrangement.values()) {
                    Operand x = oracle.operand(samples.draw(dtype, shape), arrangement);
                    assertThat(x.actual().device()).isSameAs(oracle.device());
                    assertThat(bytes(x.actual())).isEqualTo(bytes(x.expected()));
                    Tensor back = x.actual().to(oracle.reference());
                    assertThat(back.device()).isSameAs(oracle.reference());
                    assertThat(bytes(back)).isEqualTo(bytes(x.expected()));
                }
            }
        }
    }

    @Test
    void pendingNumbersAreComputedBeforeTheyLeave() {
        Tensor x = samples.draw(DType.F32, Shape.of(5, 7)).to(oracle.device());
        float[] doubled = x.add(x).to(oracle.reference()).toFloatArray();
        float[] once = x.toFloatArray();
        for (int i = 0; i < once.length; i++) {
            assertThat(doubled[i]).isEqualTo(2 * once[i]);
        }
    }

    @Test
    void singleElementsAreRead() {
        for (DType dtype : DType.values()) {
            Operand x = oracle.operand(samples.draw(dtype, Shape.of(7, 9)), Arrangement.REVERSED);
            for (int i = 0; i < 7; i++) {
                assertThat(x.actual().select(0, i).select(0, 3).item())
                        .isEqualTo(x.expected().select(0, i).select(0, 3).item());
            }
        }
    }

    @Test
    void partsOfAStorageAreWrittenAndRead() {
        Backend backend = oracle.device().backend();
        Storage storage = backend.allocate(64, "conformance", "", false);
        backend.upload(MemorySegment.ofArray(new long[8]), storage, 0);
        backend.upload(MemorySegment.ofArray(new float[] {1.5f, -2.5f}), storage, 12);
        float[] out = new float[4];
        backend.download(storage, 8, MemorySegment.ofArray(out));
        assertThat(out).containsExactly(0, 1.5f, -2.5f, 0);
        assertThat(backend.read(storage, DType.F32, 4)).isEqualTo(-2.5);
    }

    @Test
    void newTensorsAreMadeOnTheDeviceThatIsUsed() {
        Tensor x = Device.use(oracle.device(), () -> Tensor.of(new float[] {1, 2, 3}, 3));
        assertThat(x.device()).isSameAs(oracle.device());
        assertThat(x.toFloatArray()).containsExactly(1, 2, 3);
    }

    private static byte[] bytes(Tensor x) {
        return x.raw().toArray(ValueLayout.JAVA_BYTE);
    }
}
