package aligrad.tensor.io;

import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// How elements lie in a file: the types of tensors, little- or big-endian, and two short types
/// that are widened to `F32` when they are read. The names are those of safetensors.
enum Encoding {
    F32(4, DType.F32),
    F64(8, DType.F64),
    I32(4, DType.I32),
    I64(8, DType.I64),
    U8(1, DType.U8),
    BOOL(1, DType.BOOL),
    /// IEEE 754 half precision.
    F16(2, DType.F32),
    /// The upper half of an `F32`.
    BF16(2, DType.F32);

    private final int bytes;
    private final DType dtype;

    Encoding(int bytes, DType dtype) {
        this.bytes = bytes;
        this.dtype = dtype;
    }

    /// The encoding of a tensor that is written.
    static Encoding of(DType dtype) {
        return switch (dtype) {
            case F32 -> F32;
            case F64 -> F64;
            case I32 -> I32;
            case I64 -> I64;
            case U8 -> U8;
            case BOOL -> BOOL;
        };
    }

    /// The size of one element in the file.
    int bytes() {
        return bytes;
    }

    /// The type of the tensor that is read.
    DType dtype() {
        return dtype;
    }

    /// The tensor whose elements are `data`, row-major.
    ///
    /// @param data exactly the bytes of `shape`
    /// @param place where `data` begins
    Tensor decode(MemorySegment data, boolean bigEndian, Shape shape, Place place) {
        if (this == BOOL) {
            requireBools(data, place);
        }
        boolean widens = this == F16 || this == BF16;
        if (!widens && (!bigEndian || bytes == 1)) {
            return Tensor.of(data, dtype, shape);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment decoded = arena.allocate(shape.size() * dtype.bytes(), 64);
            ByteOrder order = bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
            if (widens) {
                widen(data, order, decoded, shape.size());
            } else {
                swap(data, decoded, shape.size());
            }
            return Tensor.of(decoded, dtype, shape);
        }
    }

    private static void requireBools(MemorySegment data, Place place) {
        for (long i = 0; i < data.byteSize(); i++) {
            byte b = data.get(ValueLayout.JAVA_BYTE, i);
            if (b != 0 && b != 1) {
                throw place.wrong(i, "a BOOL must be 0 or 1, found " + (b & 0xff));
            }
        }
    }

    private void widen(MemorySegment from, ByteOrder order, MemorySegment to, long n) {
        ValueLayout.OfShort halves = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order);
        ValueLayout.OfFloat floats =
                ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        for (long i = 0; i < n; i++) {
            short half = from.get(halves, 2 * i);
            float wide =
                    this == F16 ? Float.float16ToFloat(half) : Float.intBitsToFloat(half << 16);
            to.set(floats, 4 * i, wide);
        }
    }

    private void swap(MemorySegment from, MemorySegment to, long n) {
        if (bytes == 4) {
            ValueLayout.OfInt ints = ValueLayout.JAVA_INT_UNALIGNED;
            for (long i = 0; i < n; i++) {
                to.set(ints, 4 * i, Integer.reverseBytes(from.get(ints, 4 * i)));
            }
        } else {
            ValueLayout.OfLong longs = ValueLayout.JAVA_LONG_UNALIGNED;
            for (long i = 0; i < n; i++) {
                to.set(longs, 8 * i, Long.reverseBytes(from.get(longs, 8 * i)));
            }
        }
    }
}
