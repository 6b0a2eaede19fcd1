package aligrad.backends.cpu;

import static aligrad.backends.cpu.Lanes.f32;
import static aligrad.backends.cpu.Lanes.f64;
import static aligrad.backends.cpu.Lanes.i32;
import static aligrad.backends.cpu.Lanes.i64;
import static aligrad.backends.cpu.Lanes.i8;
import static aligrad.backends.cpu.Lanes.putF32;
import static aligrad.backends.cpu.Lanes.putI8;

import aligrad.tensor.DType;

import jdk.incubator.vector.FloatVector;

/// Reads a stretch of an operand, in the row-major order of an [Iteration], into a dense block,
/// whatever its strides.
final class StridedReader {

    private StridedReader() {}

    /// Writes the elements `start … start + n - 1` of an operand to `to`, as `float`s.
    static void floats(Iteration it, int operand, DType type, long start, int n, long to) {
        read(it, operand, type, false, start, n, to);
    }

    /// Writes the elements `start … start + n - 1` of a `BOOL` operand to `to`, as they are.
    static void bytes(Iteration it, int operand, long start, int n, long to) {
        read(it, operand, DType.BOOL, true, start, n, to);
    }

    private static void read(
            Iteration it, int operand, DType type, boolean raw, long start, int n, long to) {
        int last = it.rank - 1;
        int inner = it.extents[last];
        long step = it.stride(operand, last);
        int bytes = type.bytes();
        long row = start / inner;
        int column = (int) (start - row * inner);
        for (long done = 0; done < n; row++) {
            int count = (int) Math.min(inner - column, n - done);
            long from =
                    it.addresses[operand] + (rowStart(it, operand, row) + column * step) * bytes;
            if (raw) {
                for (int i = 0; i < count; i++) {
                    putI8(to + done + i, i8(from + step * i));
                }
            } else {
                run(type, from, step, count, to + 4 * done);
            }
            done += count;
            column = 0;
        }
    }

    /// Where a row along the last axis starts, in elements. Most operands have one or two axes
    /// more, which take no more than one division.
    private static long rowStart(Iteration it, int operand, long row) {
        int axis = it.rank - 2;
        if (axis < 0) {
            return 0;
        }
        long index = 0;
        long rest = row;
        for (; axis > 0; axis--) {
            long outer = rest / it.extents[axis];
            index += (rest - outer * it.extents[axis]) * it.stride(operand, axis);
            rest = outer;
        }
        return index + rest * it.stride(operand, 0);
    }

    private static void run(DType type, long from, long step, int n, long to) {
        switch (type) {
            case F32 -> {
                if (step == 1) {
                    copy(from, n, to);
                } else if (step == 0) {
                    fill(f32(from), n, to);
                } else {
                    for (int i = 0; i < n; i++) {
                        putF32(to + 4L * i, f32(from + 4 * step * i));
                    }
                }
            }
            case F64 -> {
                for (int i = 0; i < n; i++) {
                    putF32(to + 4L * i, (float) f64(from + 8 * step * i));
                }
            }
            case I32 -> {
                for (int i = 0; i < n; i++) {
                    putF32(to + 4L * i, i32(from + 4 * step * i));
                }
            }
            case I64 -> {
                for (int i = 0; i < n; i++) {
                    putF32(to + 4L * i, (float) i64(from + 8 * step * i));
                }
            }
            case U8 -> {
                for (int i = 0; i < n; i++) {
                    putF32(to + 4L * i, i8(from + step * i) & 0xff);
                }
            }
            case BOOL -> {
                for (int i = 0; i < n; i++) {
                    putF32(to + 4L * i, i8(from + step * i));
                }
            }
        }
    }

    private static void copy(long from, int n, long to) {
        int i = 0;
        for (; i <= n - Species.LANES_32; i += Species.LANES_32) {
            Lanes.store(Lanes.loadF32(from + 4L * i), to + 4L * i);
        }
        for (; i < n; i++) {
            putF32(to + 4L * i, f32(from + 4L * i));
        }
    }

    /// Writes `value` to `n` places.
    static void fill(float value, int n, long to) {
        FloatVector v = FloatVector.broadcast(Species.F32, value);
        int i = 0;
        for (; i <= n - Species.LANES_32; i += Species.LANES_32) {
            Lanes.store(v, to + 4L * i);
        }
        for (; i < n; i++) {
            putF32(to + 4L * i, value);
        }
    }
}
