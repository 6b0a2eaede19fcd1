package aligrad.tensor;

import aligrad.tensor.spi.Backend;
import aligrad.tensor.spi.BackendProvider;
import aligrad.tensor.spi.DeviceDescription;
import aligrad.tensor.spi.Expression;
import aligrad.tensor.spi.HostStorage;
import aligrad.tensor.spi.Precision;
import aligrad.tensor.spi.ReferenceBackend;
import aligrad.tensor.spi.Storage;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// A device for tests: `crooked` computes as the reference backend does, but adds [#error] to the
/// last element of every [Computation] whose name is [#wrong]. `crooked:broken` cannot be opened.
public final class CrookedProvider implements BackendProvider {

    static String wrong = "";
    static float error;

    /// What the device says of its products.
    static Precision precision = Precision.FP32;

    @Override
    public @Nullable String resolve(String device) {
        return device.equals("bent") || device.equals("crooked")
                ? "crooked"
                : device.equals("crooked:broken") ? device : null;
    }

    @Override
    public List<DeviceDescription> describe() {
        return List.of(
                DeviceDescription.of("crooked", "test", "wrong on purpose"),
                new DeviceDescription(null, "test", List.of(), "it is broken; mend it"));
    }

    @Override
    public Backend open(String device) {
        if (device.equals("crooked:broken")) {
            throw new IllegalStateException("it is broken; mend it");
        }
        return new Crooked();
    }

    private static final class Crooked implements Backend {

        private final Backend straight = new ReferenceBackend();

        @Override
        public String name() {
            return "crooked";
        }

        @Override
        public Precision precision() {
            return precision;
        }

        @Override
        public Storage allocate(long bytes, String label, String layer, boolean scoped) {
            return straight.allocate(bytes, label, layer, scoped);
        }

        @Override
        public void evaluate(Expression expression) {
            straight.evaluate(expression);
        }

        @Override
        public void compute(Computation op, Storage result) {
            straight.compute(op, result);
            if (op.name().equals(wrong)) {
                MemorySegment elements = ((HostStorage) result).segment();
                long at = elements.byteSize() - 4;
                float value = elements.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at);
                elements.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, value + error);
            }
        }

        @Override
        public double read(Storage from, DType dtype, long index) {
            return straight.read(from, dtype, index);
        }

        @Override
        public void upload(MemorySegment from, Storage to, long offset) {
            straight.upload(from, to, offset);
        }

        @Override
        public void download(Storage from, long offset, MemorySegment to) {
            straight.download(from, offset, to);
        }
    }
}
