package aligrad.backends.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.DType;

import java.util.Arrays;
import java.util.function.DoubleSupplier;

/// Numbers outside the heap for a kernel under test, between two strips that it must not write to.
final class Operand implements AutoCloseable {

    private static final int STRIP = 64;
    private static final byte UNTOUCHED = 0x5a;

    private final DType dtype;
    private final int size;
    private final Workspace memory;

    private Operand(DType dtype, int size) {
        this.dtype = dtype;
        this.size = size;
        this.memory = Workspace.of(bytes() + 2 * STRIP, "test");
        for (long b = 0; b < bytes() + 2 * STRIP; b++) {
            Lanes.putI8(memory.address() + b, UNTOUCHED);
        }
    }

    /// Room for a result; whatever is not written shows as an odd number.
    static Operand result(DType dtype, int size) {
        return new Operand(dtype, size);
    }

    static Operand of(DType dtype, int size, DoubleSupplier values) {
        Operand operand = new Operand(dtype, size);
        for (int i = 0; i < size; i++) {
            operand.set(i, values.getAsDouble());
        }
        return operand;
    }

    long address() {
        return memory.address() + STRIP;
    }

    void set(int i, double value) {
        switch (dtype) {
            case F32 -> Lanes.putF32(address() + 4L * i, (float) value);
            case F64 -> Lanes.putF64(address() + 8L * i, value);
            case I32, I64, U8, BOOL -> throw new IllegalArgumentException(dtype.toString());
        }
    }

    /// The numbers, as they were rounded to the type.
    double[] values() {
        double[] values = new double[size];
        Arrays.setAll(
                values,
                i ->
                        dtype == DType.F32
                                ? Lanes.f32(address() + 4L * i)
                                : Lanes.f64(address() + 8L * i));
        return values;
    }

    private long bytes() {
        return (long) size * dtype.bytes();
    }

    /// Fails if the kernel wrote outside.
    @Override
    public void close() {
        for (long b = 0; b < STRIP; b++) {
            assertThat(Lanes.i8(memory.address() + b))
                    .as("before the operand")
                    .isEqualTo(UNTOUCHED);
            assertThat(Lanes.i8(address() + bytes() + b))
                    .as("behind the operand")
                    .isEqualTo(UNTOUCHED);
        }
        memory.close();
    }
}
