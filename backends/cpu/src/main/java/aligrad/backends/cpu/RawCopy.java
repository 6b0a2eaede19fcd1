package aligrad.backends.cpu;

import jdk.incubator.vector.FloatVector;

/// Copies and clears rows of elements as bits, whatever their type. Sizes and steps are in bytes,
/// sizes multiples of four.
final class RawCopy {

    private static final int VECTOR_BYTES = Species.F32.vectorByteSize();

    private RawCopy() {}

    /// Copies `count` rows of `bytes` each.
    static void rows(long from, long fromStep, long to, long toStep, int count, long bytes) {
        long whole = bytes - bytes % VECTOR_BYTES;
        int rest = (int) (bytes - whole) / Float.BYTES;
        for (int r = 0; r < count; r++) {
            for (long b = 0; b < whole; b += VECTOR_BYTES) {
                Lanes.store(Lanes.loadF32(from + b), to + b);
            }
            if (rest > 0) {
                Lanes.store(Lanes.loadF32(from + whole), to + whole, rest);
            }
            from += fromStep;
            to += toStep;
        }
    }

    /// Clears `bytes`.
    static void clear(long at, long bytes) {
        FloatVector zero = FloatVector.zero(Species.F32);
        long b = 0;
        for (; b <= bytes - VECTOR_BYTES; b += VECTOR_BYTES) {
            Lanes.store(zero, at + b);
        }
        for (; b < bytes; b += Integer.BYTES) {
            Lanes.putI32(at + b, 0);
        }
    }

    /// Clears `count` rows of `bytes` each.
    static void clearRows(long at, long step, long count, long bytes) {
        for (long r = 0; r < count; r++) {
            clear(at + r * step, bytes);
        }
    }
}
