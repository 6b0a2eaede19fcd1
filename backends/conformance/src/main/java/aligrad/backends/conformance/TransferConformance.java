package aligrad.backends.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.DType;
import aligrad.tensor.Device;
import aligrad.tensor.Fetch;
import aligrad.tensor.Scope;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.spi.Backend;
import aligrad.tensor.spi.Storage;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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

    /// In each type and arrangement; the memory is handed out again and filled before they are
    /// read.
    @Test
    void fetchedNumbersAreThoseOfTheMomentTheyWereAskedFor() {
        for (DType dtype : DType.values()) {
            for (Arrangement arrangement : Arrangement.values()) {
                Operand x = oracle.operand(samples.draw(dtype, Shape.of(3, 5)), arrangement);
                Fetch fetch =
                        Scope.compute(
                                "conformance",
                                () -> {
                                    Fetch before = x.actual().copy().fetch();
                                    Scope.run("more", () -> overwrite(dtype));
                                    return before;
                                });
                Scope.run("more", () -> overwrite(dtype));
                assertThat(fetch.toDoubleArray()).isEqualTo(x.expected().toDoubleArray());
                assertThat(fetch.toDoubleArray()).isEqualTo(x.expected().toDoubleArray());
            }
        }
    }

    private void overwrite(DType dtype) {
        for (int i = 0; i < 4; i++) {
            Device.use(oracle.device(), () -> Tensor.full(1, dtype, 3, 5).evaluate());
        }
    }

    /// More than fit between, in sizes of all kinds, before the first of them is read.
    @Test
    void manyWritesArriveInTheirOrder() {
        Backend backend = oracle.device().backend();
        List<Storage> storages = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            int length = 1 + (i % 10) * (i % 10) * 700;
            Storage storage = backend.allocate(4L * length, "conformance", "", true);
            float[] numbers = new float[length];
            for (int round = 0; round < 2; round++) {
                Arrays.fill(numbers, i + 1000 * round);
                backend.upload(MemorySegment.ofArray(numbers), storage, 0);
            }
            storages.add(storage);
        }
        for (int i = 0; i < storages.size(); i++) {
            Storage storage = storages.get(i);
            float[] out = new float[(int) (storage.bytes() / 4)];
            backend.download(storage, 0, MemorySegment.ofArray(out));
            for (float value : out) {
                assertThat(value).isEqualTo(i + 1000);
            }
            storage.release();
        }
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
