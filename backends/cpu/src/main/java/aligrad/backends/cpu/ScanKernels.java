package aligrad.backends.cpu;

import static aligrad.backends.cpu.Lanes.f32;
import static aligrad.backends.cpu.Lanes.f64;
import static aligrad.backends.cpu.Lanes.loadF32;
import static aligrad.backends.cpu.Lanes.loadF64;
import static aligrad.backends.cpu.Lanes.putF32;
import static aligrad.backends.cpu.Lanes.putF64;
import static aligrad.backends.cpu.Lanes.store;

import aligrad.tensor.DType;
import aligrad.tensor.Scan;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/// The linear recurrence `s_t = a_t · s_{t-1} + b_t` along an axis, multiply and add rounded once.
///
/// With axes behind that one, whole rows of states advance together in vectors; without, each line
/// is a chain of scalars, which is as fast as the latency of one fma.
final class ScanKernels {

    private ScanKernels() {}

    static void recurrence(Scan.Recurrence op, long result) {
        Lines b = unit(Lines.of(op.b(), op.axis()), op.axis());
        Lines a = Lines.of(op.a(), op.axis());
        if (a.inner() > 1 && a.innerStride() != 0) {
            a = unit(a, op.axis());
        }
        LineBlocks blocks = LineBlocks.of(b.outer(), b.inner(), b.extent());
        Workers.run(
                blocks.count(),
                op.shape().size(),
                new Recurrence(blocks, a, b, op.dtype(), op.reverse(), result));
    }

    /// Lines whose neighbours are a vector; chains of scalars may have any stride.
    private static Lines unit(Lines x, int axis) {
        return x.inner() == 1 || x.isUnit() ? x : Lines.contiguous(x.x(), axis);
    }

    private record Recurrence(
            LineBlocks blocks, Lines a, Lines b, DType dtype, boolean reverse, long result)
            implements Workers.Task {

        @Override
        public void run(int block) {
            int n = b.extent();
            int i = blocks.firstInner(block);
            int count = blocks.endInner(block) - i;
            long size = dtype.bytes();
            long step = b.inner() * size; // between states of a line
            int start = reverse ? n - 1 : 0;
            int sign = reverse ? -1 : 1;
            int o = blocks.firstOuter(block);
            int end = blocks.endOuter(block);
            if (b.inner() == 1 && dtype == DType.F32) {
                for (; o <= end - 4; o += 4) {
                    fourChains(o, n, start, sign);
                }
            }
            for (; o < end; o++) {
                long s = result + ((long) o * n + start) * step + i * size;
                long x =
                        a.address()
                                + o * a.outerStride()
                                + start * a.stride()
                                + i * a.innerStride();
                long y =
                        b.address()
                                + o * b.outerStride()
                                + start * b.stride()
                                + i * b.innerStride();
                long aStep = sign * a.stride();
                long bStep = sign * b.stride();
                if (b.inner() == 1) {
                    if (dtype == DType.F32) {
                        chainF32(n, x, aStep, y, bStep, s, sign * step);
                    } else {
                        chainF64(n, x, aStep, y, bStep, s, sign * step);
                    }
                } else if (n > 0) {
                    Runs.copy(y, s, count * size);
                    if (dtype == DType.F32) {
                        rowsF32(n, x, aStep, y, bStep, s, sign * step, count);
                    } else {
                        rowsF64(n, x, aStep, y, bStep, s, sign * step, count);
                    }
                }
            }
        }

        /// Four lines from `o` on side by side: one alone waits for the latency of each fma.
        private void fourChains(int o, int n, int start, int sign) {
            long s = result + 4 * ((long) o * n + start);
            long x = a.address() + o * a.outerStride() + start * a.stride();
            long y = b.address() + o * b.outerStride() + start * b.stride();
            long p = a.outerStride();
            long q = b.outerStride();
            float s0 = 0;
            float s1 = 0;
            float s2 = 0;
            float s3 = 0;
            for (int t = 0; t < n; t++) {
                if (t == 0) {
                    s0 = f32(y);
                    s1 = f32(y + q);
                    s2 = f32(y + 2 * q);
                    s3 = f32(y + 3 * q);
                } else {
                    s0 = Math.fma(f32(x), s0, f32(y));
                    s1 = Math.fma(f32(x + p), s1, f32(y + q));
                    s2 = Math.fma(f32(x + 2 * p), s2, f32(y + 2 * q));
                    s3 = Math.fma(f32(x + 3 * p), s3, f32(y + 3 * q));
                }
                putF32(s, s0);
                putF32(s + 4L * n, s1);
                putF32(s + 8L * n, s2);
                putF32(s + 12L * n, s3);
                x += sign * a.stride();
                y += sign * b.stride();
                s += sign * 4;
            }
        }

        private static void chainF32(
                int n, long a, long aStep, long b, long bStep, long s, long step) {
            float state = n > 0 ? f32(b) : 0;
            for (int t = 0; t < n; t++) {
                if (t > 0) {
                    state = Math.fma(f32(a + t * aStep), state, f32(b + t * bStep));
                }
                putF32(s + t * step, state);
            }
        }

        private static void chainF64(
                int n, long a, long aStep, long b, long bStep, long s, long step) {
            double state = n > 0 ? f64(b) : 0;
            for (int t = 0; t < n; t++) {
                if (t > 0) {
                    state = Math.fma(f64(a + t * aStep), state, f64(b + t * bStep));
                }
                putF64(s + t * step, state);
            }
        }

        private void rowsF32(
                int n, long a, long aStep, long b, long bStep, long s, long step, int count) {
            for (int t = 1; t < n; t++) {
                long row = s + t * step;
                if (this.a.innerStride() == 0) {
                    rowF32(f32(a + t * aStep), b + t * bStep, row - step, row, count);
                } else {
                    rowF32(a + t * aStep, b + t * bStep, row - step, row, count);
                }
            }
        }

        private static void rowF32(long a, long b, long before, long s, int count) {
            int i = 0;
            for (; i <= count - Species.LANES_32; i += Species.LANES_32) {
                FloatVector state = loadF32(before + 4L * i);
                store(loadF32(a + 4L * i).fma(state, loadF32(b + 4L * i)), s + 4L * i);
            }
            if (i < count) {
                FloatVector state = loadF32(before + 4L * i);
                store(loadF32(a + 4L * i).fma(state, loadF32(b + 4L * i)), s + 4L * i, count - i);
            }
        }

        private static void rowF32(float a, long b, long before, long s, int count) {
            FloatVector factor = FloatVector.broadcast(Species.F32, a);
            int i = 0;
            for (; i <= count - Species.LANES_32; i += Species.LANES_32) {
                FloatVector state = loadF32(before + 4L * i);
                store(factor.fma(state, loadF32(b + 4L * i)), s + 4L * i);
            }
            if (i < count) {
                FloatVector state = loadF32(before + 4L * i);
                store(factor.fma(state, loadF32(b + 4L * i)), s + 4L * i, count - i);
            }
        }

        private void rowsF64(
                int n, long a, long aStep, long b, long bStep, long s, long step, int count) {
            for (int t = 1; t < n; t++) {
                long row = s + t * step;
                if (this.a.innerStride() == 0) {
                    rowF64(f64(a + t * aStep), b + t * bStep, row - step, row, count);
                } else {
                    rowF64(a + t * aStep, b + t * bStep, row - step, row, count);
                }
            }
        }

        private static void rowF64(long a, long b, long before, long s, int count) {
            int i = 0;
            for (; i <= count - Species.LANES_64; i += Species.LANES_64) {
                DoubleVector state = loadF64(before + 8L * i);
                store(loadF64(a + 8L * i).fma(state, loadF64(b + 8L * i)), s + 8L * i);
            }
            if (i < count) {
                DoubleVector state = loadF64(before + 8L * i);
                store(loadF64(a + 8L * i).fma(state, loadF64(b + 8L * i)), s + 8L * i, count - i);
            }
        }

        private static void rowF64(double a, long b, long before, long s, int count) {
            DoubleVector factor = DoubleVector.broadcast(Species.F64, a);
            int i = 0;
            for (; i <= count - Species.LANES_64; i += Species.LANES_64) {
                DoubleVector state = loadF64(before + 8L * i);
                store(factor.fma(state, loadF64(b + 8L * i)), s + 8L * i);
            }
            if (i < count) {
                DoubleVector state = loadF64(before + 8L * i);
                store(factor.fma(state, loadF64(b + 8L * i)), s + 8L * i, count - i);
            }
        }
    }
}
