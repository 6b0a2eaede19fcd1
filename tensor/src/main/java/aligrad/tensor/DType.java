package aligrad.tensor;

/// The type of a tensor's elements.
///
/// `F32` and `F64` are complete: every operation, every gradient. The others hold what surrounds a
/// network: `I32` and `I64` labels and indices, `U8` pixels (0 to 255), `BOOL` masks (one byte, 0
/// or 1).
public enum DType {
    F32(4),
    F64(8),
    I32(4),
    I64(8),
    U8(1),
    BOOL(1);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /// The size of one element, in bytes.
    public int bytes() {
        return bytes;
    }

    /// Whether the type has a fractional part, and so can carry a gradient.
    public boolean isFloating() {
        return this == F32 || this == F64;
    }

    /// Whether a constant of this type can be `value`: floating types round it, the others hold it
    /// or not.
    boolean holds(double value) {
        return switch (this) {
            case F32, F64 -> true;
            case I32 -> value == (int) value;
            case I64 -> value == (long) value && value < 0x1p63;
            case U8 -> value == ((int) value & 0xff);
            case BOOL -> value == 0 || value == 1;
        };
    }

    /// Whether the type holds whole numbers that can index: `I32`, `I64` or `U8`.
    public boolean isInteger() {
        return this == I32 || this == I64 || this == U8;
    }
}
