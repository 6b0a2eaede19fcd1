package aligrad.tensor.spi;

import aligrad.tensor.DType;
import aligrad.tensor.Tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;

/// Elements in Java arrays, row-major, for the plain loops of [ReferenceBackend]: `double` for
/// floating types, `long` for whole numbers and `BOOL`s (0 or 1), so that no type loses a digit.
final class ReferenceValues {

    private static final ValueLayout.OfFloat FLOATS = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfDouble DOUBLES = ValueLayout.JAVA_DOUBLE_UNALIGNED;
    private static final ValueLayout.OfInt INTS = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONGS = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfByte BYTES = ValueLayout.JAVA_BYTE;

    final DType type;

    /// The elements of a floating type; empty for others.
    final double[] reals;

    /// The elements of a type that is not floating; empty for others.
    final long[] wholes;

    /// `n` zeros.
    ReferenceValues(DType type, long n) {
        int length = Math.toIntExact(n);
        this.type = type;
        this.reals = new double[type.isFloating() ? length : 0];
        this.wholes = new long[type.isFloating() ? 0 : length];
    }

    /// All elements of a tensor, which computes them if they are pending.
    static ReferenceValues of(Tensor x) {
        MemorySegment elements = ((HostStorage) x.storage()).segment();
        ReferenceValues values = new ReferenceValues(x.dtype(), x.size());
        ReferenceWalk walk = new ReferenceWalk(x.shape(), x.layout());
        for (int i = 0; i < values.length(); i++) {
            values.load(elements, walk.next(), i);
        }
        Reference.reachabilityFence(x);
        return values;
    }

    int length() {
        return type.isFloating() ? reals.length : wholes.length;
    }

    /// Element `i` as a number; `I64`s beyond 2⁵³ are rounded.
    double real(int i) {
        return type.isFloating() ? reals[i] : wholes[i];
    }

    /// Puts the element that memory holds at `index` at place `i`.
    void load(MemorySegment elements, long index, int i) {
        switch (type) {
            case F32 -> reals[i] = elements.get(FLOATS, 4 * index);
            case F64 -> reals[i] = elements.get(DOUBLES, 8 * index);
            case I32 -> wholes[i] = elements.get(INTS, 4 * index);
            case I64 -> wholes[i] = elements.get(LONGS, 8 * index);
            case U8 -> wholes[i] = elements.get(BYTES, index) & 0xff;
            case BOOL -> wholes[i] = elements.get(BYTES, index) == 0 ? 0 : 1;
        }
    }

    /// Writes the first `count` elements to memory, from its element `start` on, rounded to the
    /// type.
    void store(MemorySegment elements, long start, int count) {
        for (int i = 0; i < count; i++) {
            long index = start + i;
            switch (type) {
                case F32 -> elements.set(FLOATS, 4 * index, (float) reals[i]);
                case F64 -> elements.set(DOUBLES, 8 * index, reals[i]);
                case I32 -> elements.set(INTS, 4 * index, (int) wholes[i]);
                case I64 -> elements.set(LONGS, 8 * index, wholes[i]);
                case U8, BOOL -> elements.set(BYTES, index, (byte) wholes[i]);
            }
        }
    }

    /// Sets place `i` to element `j` of values of the same type.
    void copy(int i, ReferenceValues from, int j) {
        if (type.isFloating()) {
            reals[i] = from.reals[j];
        } else {
            wholes[i] = from.wholes[j];
        }
    }

    /// Adds element `j` of values of the same type to place `i`.
    void add(int i, ReferenceValues from, int j) {
        if (type.isFloating()) {
            reals[i] += from.reals[j];
        } else {
            wholes[i] = wrapped(type, wholes[i] + from.wholes[j]);
        }
    }

    /// What is left of an exact whole number in a type of so many bits; a `BOOL` asks for "not 0".
    static long wrapped(DType type, long exact) {
        return switch (type) {
            case I32 -> (int) exact;
            case U8 -> exact & 0xff;
            case BOOL -> exact == 0 ? 0 : 1;
            case I64 -> exact;
            case F32, F64 -> throw new AssertionError(type + " is not a type of whole numbers");
        };
    }

    /// A number as a whole number of a type: the fraction is dropped, the range saturates,
    /// not-a-number is 0; a `BOOL` asks for "not 0".
    static long saturated(DType type, double value) {
        return type == DType.BOOL ? (value == 0 ? 0 : 1) : saturated(type, (long) value);
    }

    /// A whole number moved into the range of a type; a `BOOL` asks for "not 0".
    static long saturated(DType type, long value) {
        return switch (type) {
            case I32 -> Math.clamp(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case U8 -> Math.clamp(value, 0, 255);
            case BOOL -> value == 0 ? 0 : 1;
            case I64 -> value;
            case F32, F64 -> throw new AssertionError(type + " is not a type of whole numbers");
        };
    }
}
