package aligrad.backends.opencl;

import aligrad.tensor.DType;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// What is known of whole numbers on a device without reading them: no element lies outside. So
/// indices that the host sent, or that come from sorting, are checked without waiting.
///
/// @param least at most the smallest
/// @param most at least the largest
record Bounds(DType dtype, long least, long most) {

    /// Of numbers that the host sends as a Java array of `long`s or `int`s; `null` for others.
    static @Nullable Bounds of(MemorySegment sent) {
        return switch (sent.heapBase().orElse(null)) {
            case long[] _ -> of(sent, DType.I64);
            case int[] _ -> of(sent, DType.I32);
            case null, default -> null;
        };
    }

    private static @Nullable Bounds of(MemorySegment sent, DType dtype) {
        if (sent.byteSize() % dtype.bytes() != 0) {
            return null; // a part of an array, for a smaller type
        }
        long least = Long.MAX_VALUE;
        long most = Long.MIN_VALUE;
        for (long at = 0; at < sent.byteSize(); at += dtype.bytes()) {
            long value =
                    dtype == DType.I64
                            ? sent.get(ValueLayout.JAVA_LONG_UNALIGNED, at)
                            : sent.get(ValueLayout.JAVA_INT_UNALIGNED, at);
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        return new Bounds(dtype, least, most);
    }

    /// Whether all elements, read as `type`, are places on an axis.
    boolean areWithin(DType type, long extent) {
        return type == dtype && least >= 0 && most < extent;
    }
}
