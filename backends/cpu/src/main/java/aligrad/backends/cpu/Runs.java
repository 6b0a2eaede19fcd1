package aligrad.backends.cpu;

import static aligrad.backends.cpu.Lanes.f32;
import static aligrad.backends.cpu.Lanes.f64;
import static aligrad.backends.cpu.Lanes.i32;
import static aligrad.backends.cpu.Lanes.i64;
import static aligrad.backends.cpu.Lanes.i8;
import static aligrad.backends.cpu.Lanes.loadF32;
import static aligrad.backends.cpu.Lanes.loadF64;
import static aligrad.backends.cpu.Lanes.putF32;
import static aligrad.backends.cpu.Lanes.putF64;
import static aligrad.backends.cpu.Lanes.putI32;
import static aligrad.backends.cpu.Lanes.putI64;
import static aligrad.backends.cpu.Lanes.putI8;
import static aligrad.backends.cpu.Lanes.store;

import aligrad.tensor.DType;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;

/// Runs of evenly spaced elements: copied, filled, added to one another.
///
/// Addresses and steps are in bytes. Nothing is written outside the run, since another thread may
/// write there; up to a vector behind a contiguous run is read, which every storage has room for.
final class Runs {

    /// Bytes that one thread fills at a time.
    private static final int FILL = 1 << 17;

    private Runs() {}

    /// Copies `n` elements of `size` bytes (1, 4 or 8) each.
    static void copy(int size, long from, long fromStep, long to, long toStep, int n) {
        if (fromStep == size && toStep == size) {
            copy(from, to, (long) n * size);
        } else if (size == 4) {
            for (int i = 0; i < n; i++) {
                putI32(to + i * toStep, i32(from + i * fromStep));
            }
        } else if (size == 8) {
            for (int i = 0; i < n; i++) {
                putI64(to + i * toStep, i64(from + i * fromStep));
            }
        } else {
            for (int i = 0; i < n; i++) {
                putI8(to + i * toStep, i8(from + i * fromStep));
            }
        }
    }

    /// Copies contiguous bytes. (Vectors of any type move bits unchanged.)
    static void copy(long from, long to, long bytes) {
        int vector = Species.F32.vectorByteSize();
        long i = 0;
        for (; i <= bytes - vector; i += vector) {
            store(loadF32(from + i), to + i);
        }
        int left = (int) (bytes - i);
        if (left > 0 && (left & 3) == 0) {
            store(loadF32(from + i), to + i, left >> 2);
        } else {
            for (; i < bytes; i++) {
                putI8(to + i, i8(from + i));
            }
        }
    }

    /// Fills contiguous elements with [#pattern].
    static void fill(long to, long bytes, long pattern) {
        FloatVector v = LongVector.broadcast(Species.I64, pattern).reinterpretAsFloats();
        int vector = Species.F32.vectorByteSize();
        long i = 0;
        for (; i <= bytes - vector; i += vector) {
            store(v, to + i);
        }
        int left = (int) (bytes - i);
        if (left > 0 && (left & 3) == 0) {
            store(v, to + i, left >> 2);
        } else {
            for (; i < bytes; i++) {
                putI8(to + i, (byte) (pattern >>> (i & 7) * 8));
            }
        }
    }

    /// Fills contiguous elements with [#pattern], in blocks that threads share.
    static void fillShared(long to, long bytes, long pattern) {
        if (bytes <= FILL) {
            fill(to, bytes, pattern);
        } else {
            int blocks = Math.toIntExact((bytes + FILL - 1) / FILL);
            Workers.run(blocks, bytes / 32, new Fill(to, bytes, pattern));
        }
    }

    private record Fill(long to, long bytes, long pattern) implements Workers.Task {

        @Override
        public void run(int block) {
            long start = (long) block * FILL;
            fill(to + start, Math.min(FILL, bytes - start), pattern);
        }
    }

    /// A number as an element, repeated to 8 bytes. Whole numbers drop the fraction and saturate.
    static long pattern(DType type, double value) {
        return switch (type) {
            case F32 -> twice(Float.floatToRawIntBits((float) value));
            case F64 -> Double.doubleToRawLongBits(value);
            case I32 -> twice((int) value);
            case I64 -> (long) value;
            case U8 -> Math.clamp((long) value, 0, 255) * 0x0101010101010101L;
            case BOOL -> value == 0 ? 0 : 0x0101010101010101L;
        };
    }

    private static long twice(int bits) {
        return (bits & 0xffffffffL) * 0x1_0000_0001L;
    }

    /// Adds `n` elements to `n` others; whole numbers wrap around, `BOOL`s are joined by or.
    static void add(DType type, long from, long fromStep, long to, long toStep, int n) {
        int size = type.bytes();
        if (type == DType.F32 && fromStep == size && toStep == size) {
            addF32(from, to, n);
        } else if (type == DType.F64 && fromStep == size && toStep == size) {
            addF64(from, to, n);
        } else {
            for (int i = 0; i < n; i++) {
                add(type, from + i * fromStep, to + i * toStep);
            }
        }
    }

    private static void addF32(long from, long to, int n) {
        int i = 0;
        for (; i <= n - Species.LANES_32; i += Species.LANES_32) {
            store(loadF32(to + 4L * i).add(loadF32(from + 4L * i)), to + 4L * i);
        }
        if (i < n) {
            store(loadF32(to + 4L * i).add(loadF32(from + 4L * i)), to + 4L * i, n - i);
        }
    }

    private static void addF64(long from, long to, int n) {
        int i = 0;
        for (; i <= n - Species.LANES_64; i += Species.LANES_64) {
            store(loadF64(to + 8L * i).add(loadF64(from + 8L * i)), to + 8L * i);
        }
        if (i < n) {
            store(loadF64(to + 8L * i).add(loadF64(from + 8L * i)), to + 8L * i, n - i);
        }
    }

    /// Adds one element to another.
    static void add(DType type, long from, long to) {
        switch (type) {
            case F32 -> putF32(to, f32(to) + f32(from));
            case F64 -> putF64(to, f64(to) + f64(from));
            case I32 -> putI32(to, i32(to) + i32(from));
            case I64 -> putI64(to, i64(to) + i64(from));
            case U8 -> putI8(to, (byte) (i8(to) + i8(from)));
            case BOOL -> putI8(to, (byte) (i8(to) | i8(from)));
        }
    }
}
