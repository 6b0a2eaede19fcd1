package aligrad.backends.cpu;

import aligrad.tensor.DType;
import aligrad.tensor.Window2d;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// Maximum pooling of windows of 2 by 2 pixels side by side, in single precision: what most
/// networks pool with, row of results after row, with the same bits as the windows of
/// [WindowLanes].
///
/// The adjoint writes each pixel once, where windows that overlap must add to it.
final class MaxPool2x2 {

    private static final int LANES = Species.LANES_32;

    private static final ColdLoop PICK =
            new ColdLoop(
                    (m, turn) -> {
                        int channels = 1 + turn % (2 * LANES);
                        long row = 16L * channels;
                        pickLanes(m, row, 2, channels, m + Warmup.MEMORY / 2);
                    });

    private static final ColdLoop SPREAD =
            new ColdLoop(
                    (m, turn) -> {
                        int channels = 1 + turn % (2 * LANES);
                        long row = 16L * channels;
                        spreadLanes(m, m, row, 2, channels, m + Warmup.MEMORY / 2);
                    });

    private MaxPool2x2() {}

    /// Whether it can do this pooling.
    static boolean fits(DType dtype, Window2d window) {
        return dtype == DType.F32
                && window.kernelHeight() == 2
                && window.kernelWidth() == 2
                && window.strideHeight() == 2
                && window.strideWidth() == 2
                && window.dilationHeight() == 1
                && window.dilationWidth() == 1
                && window.paddingHeight() == 0
                && window.paddingWidth() == 0;
    }

    /// Overwrites `y` with the largest of each window: the first of equals, and a not-a-number
    /// before all.
    static void pick(Pool2dGeometry s, long x, long y) {
        long row = 4L * s.w() * s.c();
        long result = 4L * s.ow() * s.c();
        Workers.run(
                Math.multiplyExact(s.n(), s.oh()),
                s.nanoseconds(),
                task -> {
                    long from = x + (task / s.oh() * s.h() + 2L * (task % s.oh())) * row;
                    pickRow(from, row, s.ow(), s.c(), y + task * result);
                });
    }

    /// Overwrites `dx` with `g` where `x` is largest in its window, and with 0 elsewhere.
    static void spread(Pool2dGeometry s, long x, long g, long dx) {
        long row = 4L * s.w() * s.c();
        long result = 4L * s.ow() * s.c();
        long covered = 8L * s.ow() * s.c(); // of a row: an odd column has no window
        Workers.run(
                Math.multiplyExact(s.n(), s.oh()),
                s.nanoseconds(),
                task -> {
                    int oy = task % s.oh();
                    long place = (task / s.oh() * s.h() + 2L * oy) * row;
                    spreadRow(x + place, g + task * result, row, s.ow(), s.c(), dx + place);
                    RawCopy.clear(dx + place + covered, row - covered);
                    RawCopy.clear(dx + place + row + covered, row - covered);
                    if (oy == s.oh() - 1) { // an odd row has none either
                        RawCopy.clear(dx + place + 2 * row, (s.h() - 2L * s.oh()) * row);
                    }
                });
    }

    private static void pickRow(long x, long row, int windows, int channels, long y) {
        if (PICK.isCold()) {
            long started = System.nanoTime();
            long pixel = 4L * channels;
            for (int i = 0; i < windows; i++) {
                long at = x + 2 * i * pixel;
                ScalarLoops.maxPick(at, at, 2, row, 2, pixel, channels, y + i * pixel);
            }
            PICK.ranSince(started);
        } else {
            pickLanes(x, row, windows, channels, y);
        }
    }

    private static void spreadRow(long x, long g, long row, int windows, int channels, long dx) {
        if (SPREAD.isCold()) {
            long started = System.nanoTime();
            long pixel = 4L * channels;
            RawCopy.clear(dx, 2 * windows * pixel);
            RawCopy.clear(dx + row, 2 * windows * pixel);
            for (int i = 0; i < windows; i++) {
                long at = 2 * i * pixel;
                ScalarLoops.maxSpread(x + at, g + i * pixel, 2, row, 2, pixel, channels, dx + at);
            }
            SPREAD.ranSince(started);
        } else {
            spreadLanes(x, g, row, windows, channels, dx);
        }
    }

    /// Where the vector of the channels from `n` on begins: the last one before its place if it
    /// would be cut, since to compute some channels twice is faster than to store in part.
    private static int start(int n, int channels) {
        return channels < LANES ? n : Math.min(n, channels - LANES);
    }

    private static void pickLanes(long x, long row, int windows, int channels, long y) {
        long pixel = 4L * channels;
        for (int i = 0; i < windows; i++) {
            long window = x + 2 * i * pixel;
            long result = y + i * pixel;
            for (int n = 0; n < channels; n += LANES) {
                int c = start(n, channels);
                long at = window + 4L * c;
                FloatVector best = Lanes.loadF32(at);
                FloatVector a = Lanes.loadF32(at + pixel);
                best = best.blend(a, WindowLanesF32.larger(a, best));
                a = Lanes.loadF32(at + row);
                best = best.blend(a, WindowLanesF32.larger(a, best));
                a = Lanes.loadF32(at + row + pixel);
                best = best.blend(a, WindowLanesF32.larger(a, best));
                if (channels - c >= LANES) {
                    Lanes.store(best, result + 4L * c);
                } else {
                    Lanes.store(best, result + 4L * c, channels - c);
                }
            }
        }
    }

    private static void spreadLanes(long x, long g, long row, int windows, int channels, long dx) {
        long pixel = 4L * channels;
        FloatVector zero = FloatVector.zero(Species.F32);
        for (int i = 0; i < windows; i++) {
            long window = 2 * i * pixel;
            for (int n = 0; n < channels; n += LANES) {
                int c = start(n, channels);
                long at = window + 4L * c;
                FloatVector best = Lanes.loadF32(x + at);
                FloatVector a = Lanes.loadF32(x + at + pixel);
                VectorMask<Float> second = WindowLanesF32.larger(a, best);
                best = best.blend(a, second);
                a = Lanes.loadF32(x + at + row);
                VectorMask<Float> third = WindowLanesF32.larger(a, best);
                best = best.blend(a, third);
                a = Lanes.loadF32(x + at + row + pixel);
                VectorMask<Float> fourth = WindowLanesF32.larger(a, best);
                // added to 0, as where windows overlap: -0 becomes 0
                FloatVector from = Lanes.loadF32(g + i * pixel + 4L * c).add(0f);
                // a later one that is larger takes the place of those before it
                FloatVector d4 = zero.blend(from, fourth);
                FloatVector rest = from.blend(0f, fourth);
                FloatVector d3 = zero.blend(rest, third);
                rest = rest.blend(0f, third);
                FloatVector d2 = zero.blend(rest, second);
                FloatVector d1 = rest.blend(0f, second);
                long to = dx + at;
                if (channels - c >= LANES) {
                    Lanes.store(d1, to);
                    Lanes.store(d2, to + pixel);
                    Lanes.store(d3, to + row);
                    Lanes.store(d4, to + row + pixel);
                } else {
                    int count = channels - c;
                    Lanes.store(d1, to, count);
                    Lanes.store(d2, to + pixel, count);
                    Lanes.store(d3, to + row, count);
                    Lanes.store(d4, to + row + pixel, count);
                }
            }
        }
    }
}
