package aligrad.backends.cpu;

import static aligrad.backends.cpu.Lanes.ADDRESS;
import static aligrad.backends.cpu.Lanes.CHECKED;
import static aligrad.backends.cpu.Lanes.MEMORY;
import static aligrad.backends.cpu.Lanes.ORDER;
import static aligrad.backends.cpu.Species.F32;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;

import java.util.Arrays;

/// The transforms of [Winograd], for all channels of one tile at a time: channels lie in the lanes.
///
/// Each is a product `T · d · Tᵀ` with one of the small matrices of F(4x4, 3x3), done line by line:
/// first the rows of `d`, into 36 vectors of scratch, then the columns of those. The matrices are
/// those of Lavin and Gray, *Fast Algorithms for Convolutional Neural Networks* (2016), equations
/// 15 to 17, for the points 0, ±1, ±2 and infinity:
///
/// ```
///      ⎡4  0 -5  0  1  0⎤        ⎡ 1/4    0     0 ⎤        ⎡1  1  1  1  1  0⎤
///      ⎢0 -4 -4  1  1  0⎥        ⎢-1/6  -1/6  -1/6⎥   Aᵀ = ⎢0  1 -1  2 -2  0⎥
/// Bᵀ = ⎢0  4 -4 -1  1  0⎥    G = ⎢-1/6   1/6  -1/6⎥        ⎢0  1  1  4  4  0⎥
///      ⎢0 -2 -1  2  1  0⎥        ⎢1/24  1/12   1/6⎥        ⎣0  1 -1  8 -8  1⎦
///      ⎢0  2 -1 -2  1  0⎥        ⎢1/24 -1/12   1/6⎥
///      ⎣0  4  0 -5  0  1⎦        ⎣  0     0     1 ⎦
/// ```
///
/// What belongs to pixels is addressed one by one, so that those outside the image can lie in a
/// block of zeros, or be written to nowhere; what belongs to points or taps lies at equal steps.
/// All addresses and steps are in bytes. [ScalarWinograd] stands in while a loop is cold.
final class WinogradLoops {

    private static final int LANES = Species.LANES_32;
    private static final int VECTOR = Species.BITS / 8;

    /// From one line of the scratch to the next.
    private static final int LINE = 6 * VECTOR;

    private static final int LINES_BYTES = 6 * LINE;

    /// The lines, and the last vectors of the pixels of a tile where channels do not fill them.
    static final int SCRATCH_BYTES = LINES_BYTES + 16 * VECTOR;

    private static final float SIXTH = 1 / 6f;
    private static final float TWELFTH = 1 / 12f;
    private static final float TWENTY_FOURTH = 1 / 24f;

    private static final ColdLoop PATCH =
            new ColdLoop((m, _) -> patch(pixels(36, m), 2 * LANES, half(m), VECTOR, m));
    private static final ColdLoop RESULT =
            new ColdLoop((m, _) -> result(m, VECTOR, m, pixels(16, half(m)), 2 * LANES, m));
    private static final ColdLoop GRADIENT =
            new ColdLoop((m, _) -> gradient(pixels(16, m), 2 * LANES, half(m), VECTOR, m));
    private static final ColdLoop FILTER =
            new ColdLoop((m, _) -> filter(m, VECTOR, 2 * LANES, half(m), VECTOR, m));
    private static final ColdLoop FILTER_GRADIENT =
            new ColdLoop((m, _) -> filterGradient(m, VECTOR, half(m), VECTOR, 2 * LANES, m));

    private WinogradLoops() {}

    /// `Bᵀ · patch · B`.
    ///
    /// @param from the 36 pixels of a patch, row by row
    /// @param to the first of 36 points, `step` bytes apart; whole vectors are written
    static void ofPatch(long[] from, int channels, long to, long step, long scratch) {
        if (CHECKED) {
            checkPixels(from, vectorBytes(channels));
            Lanes.check(to, 36, step, vectorBytes(channels));
        }
        if (PATCH.isCold()) {
            long started = System.nanoTime();
            ScalarWinograd.ofPatch(from, channels, to, step);
            PATCH.ranSince(started);
        } else {
            patch(from, channels, to, step, scratch);
        }
    }

    /// `Aᵀ · points · A + bias`.
    ///
    /// @param from the first of 36 points
    /// @param to the 16 pixels of a tile, row by row
    static void ofPoints(long from, long step, long bias, long[] to, int channels, long scratch) {
        if (CHECKED) {
            Lanes.check(from, 36, step, vectorBytes(channels));
            Lanes.check(bias, vectorBytes(channels));
            checkPixels(to, 4L * channels);
        }
        if (RESULT.isCold()) {
            long started = System.nanoTime();
            ScalarWinograd.ofPoints(from, step, bias, to, channels);
            RESULT.ranSince(started);
            return;
        }
        int whole = channels & -LANES;
        result(from, step, bias, to, whole, scratch);
        if (whole < channels) {
            long at = 4L * whole;
            long aside = scratch + LINES_BYTES;
            long[] last = new long[to.length];
            Arrays.setAll(last, i -> aside + (long) i * VECTOR);
            result(from + at, step, bias + at, last, LANES, scratch);
            for (int i = 0; i < last.length; i++) {
                Packing.copy(Float.BYTES, channels - whole, last[i], to[i] + at);
            }
        }
    }

    /// `A · gradient · Aᵀ`, the adjoint of [#ofPoints].
    ///
    /// @param from the 16 pixels of a tile, row by row
    /// @param to the first of 36 points; whole vectors are written
    static void ofGradient(long[] from, int channels, long to, long step, long scratch) {
        if (CHECKED) {
            checkPixels(from, vectorBytes(channels));
            Lanes.check(to, 36, step, vectorBytes(channels));
        }
        if (GRADIENT.isCold()) {
            long started = System.nanoTime();
            ScalarWinograd.ofGradient(from, channels, to, step);
            GRADIENT.ranSince(started);
        } else {
            gradient(from, channels, to, step, scratch);
        }
    }

    /// `G · filter · Gᵀ`.
    ///
    /// @param from the first of nine taps, `tap` bytes apart (which may be negative)
    /// @param to the first of 36 points; whole vectors are written
    static void ofFilter(long from, long tap, int channels, long to, long step, long scratch) {
        if (CHECKED) {
            Lanes.check(from, 9, tap, vectorBytes(channels));
            Lanes.check(to, 36, step, vectorBytes(channels));
        }
        if (FILTER.isCold()) {
            long started = System.nanoTime();
            ScalarWinograd.ofFilter(from, tap, channels, to, step);
            FILTER.ranSince(started);
        } else {
            filter(from, tap, channels, to, step, scratch);
        }
    }

    /// `Gᵀ · points · G`, the adjoint of [#ofFilter].
    ///
    /// @param from the first of 36 points
    /// @param to the first of nine taps
    static void ofFilterPoints(
            long from, long step, long to, long tap, int channels, long scratch) {
        if (CHECKED) {
            Lanes.check(from, 36, step, vectorBytes(channels));
            Lanes.check(to, 9, tap, 4L * channels);
        }
        if (FILTER_GRADIENT.isCold()) {
            long started = System.nanoTime();
            ScalarWinograd.ofFilterPoints(from, step, to, tap, channels);
            FILTER_GRADIENT.ranSince(started);
            return;
        }
        int whole = channels & -LANES;
        filterGradient(from, step, to, tap, whole, scratch);
        if (whole < channels) {
            long at = 4L * whole;
            long aside = scratch + LINES_BYTES;
            filterGradient(from + at, step, aside, VECTOR, LANES, scratch);
            for (int i = 0; i < 9; i++) {
                Packing.copy(
                        Float.BYTES,
                        channels - whole,
                        aside + (long) i * VECTOR,
                        to + i * tap + at);
            }
        }
    }

    private static long vectorBytes(int channels) {
        return (long) Math.ceilDiv(channels, LANES) * VECTOR;
    }

    private static void checkPixels(long[] pixels, long bytes) {
        for (long pixel : pixels) {
            Lanes.check(pixel, bytes);
        }
    }

    private static void patch(long[] from, int channels, long to, long step, long scratch) {
        for (int c = 0; c < channels; c += LANES) {
            long at = 4L * c;
            for (int i = 0; i < 6; i++) {
                int p = 6 * i;
                bTransposed(
                        from[p] + at,
                        from[p + 1] + at,
                        from[p + 2] + at,
                        from[p + 3] + at,
                        from[p + 4] + at,
                        from[p + 5] + at,
                        scratch + i * LINE,
                        VECTOR);
            }
            for (int j = 0; j < 6; j++) {
                long s = scratch + j * VECTOR;
                bTransposed(
                        s,
                        s + LINE,
                        s + 2 * LINE,
                        s + 3 * LINE,
                        s + 4 * LINE,
                        s + 5 * LINE,
                        to + at + j * step,
                        6 * step);
            }
        }
    }

    private static void bTransposed(
            long x0, long x1, long x2, long x3, long x4, long x5, long to, long step) {
        FloatVector d0 = FloatVector.fromMemorySegment(F32, MEMORY, (x0) & ADDRESS, ORDER);
        FloatVector d1 = FloatVector.fromMemorySegment(F32, MEMORY, (x1) & ADDRESS, ORDER);
        FloatVector d2 = FloatVector.fromMemorySegment(F32, MEMORY, (x2) & ADDRESS, ORDER);
        FloatVector d3 = FloatVector.fromMemorySegment(F32, MEMORY, (x3) & ADDRESS, ORDER);
        FloatVector d4 = FloatVector.fromMemorySegment(F32, MEMORY, (x4) & ADDRESS, ORDER);
        FloatVector d5 = FloatVector.fromMemorySegment(F32, MEMORY, (x5) & ADDRESS, ORDER);
        FloatVector even = d2.lanewise(FMA, -4f, d4);
        FloatVector odd = d1.lanewise(FMA, -4f, d3);
        FloatVector near = d4.sub(d2);
        FloatVector far = d3.sub(d1);
        d2.lanewise(FMA, -5f, d0.lanewise(FMA, 4f, d4))
                .intoMemorySegment(MEMORY, (to) & ADDRESS, ORDER);
        even.add(odd).intoMemorySegment(MEMORY, (to + step) & ADDRESS, ORDER);
        even.sub(odd).intoMemorySegment(MEMORY, (to + 2 * step) & ADDRESS, ORDER);
        far.lanewise(FMA, 2f, near).intoMemorySegment(MEMORY, (to + 3 * step) & ADDRESS, ORDER);
        far.lanewise(FMA, -2f, near).intoMemorySegment(MEMORY, (to + 4 * step) & ADDRESS, ORDER);
        d3.lanewise(FMA, -5f, d1.lanewise(FMA, 4f, d5))
                .intoMemorySegment(MEMORY, (to + 5 * step) & ADDRESS, ORDER);
    }

    private static void result(
            long from, long step, long bias, long[] to, int channels, long scratch) {
        for (int c = 0; c < channels; c += LANES) {
            long at = 4L * c;
            for (int i = 0; i < 6; i++) {
                aTransposed(from + at + 6 * i * step, step, scratch + i * LINE);
            }
            FloatVector b =
                    FloatVector.fromMemorySegment(F32, MEMORY, (bias + at) & ADDRESS, ORDER);
            for (int j = 0; j < 4; j++) {
                long s = scratch + j * VECTOR;
                FloatVector m0 = FloatVector.fromMemorySegment(F32, MEMORY, (s) & ADDRESS, ORDER);
                FloatVector m1 =
                        FloatVector.fromMemorySegment(F32, MEMORY, (s + LINE) & ADDRESS, ORDER);
                FloatVector m2 =
                        FloatVector.fromMemorySegment(F32, MEMORY, (s + 2 * LINE) & ADDRESS, ORDER);
                FloatVector m3 =
                        FloatVector.fromMemorySegment(F32, MEMORY, (s + 3 * LINE) & ADDRESS, ORDER);
                FloatVector m4 =
                        FloatVector.fromMemorySegment(F32, MEMORY, (s + 4 * LINE) & ADDRESS, ORDER);
                FloatVector m5 =
                        FloatVector.fromMemorySegment(F32, MEMORY, (s + 5 * LINE) & ADDRESS, ORDER);
                FloatVector sum1 = m1.add(m2);
                FloatVector sum2 = m3.add(m4);
                FloatVector difference1 = m1.sub(m2);
                FloatVector difference2 = m3.sub(m4);
                m0.add(sum1)
                        .add(sum2)
                        .add(b)
                        .intoMemorySegment(MEMORY, (to[j] + at) & ADDRESS, ORDER);
                difference2
                        .lanewise(FMA, 2f, difference1)
                        .add(b)
                        .intoMemorySegment(MEMORY, (to[4 + j] + at) & ADDRESS, ORDER);
                sum2.lanewise(FMA, 4f, sum1)
                        .add(b)
                        .intoMemorySegment(MEMORY, (to[8 + j] + at) & ADDRESS, ORDER);
                difference2
                        .lanewise(FMA, 8f, difference1)
                        .add(m5)
                        .add(b)
                        .intoMemorySegment(MEMORY, (to[12 + j] + at) & ADDRESS, ORDER);
            }
        }
    }

    private static void aTransposed(long from, long step, long to) {
        FloatVector m0 = FloatVector.fromMemorySegment(F32, MEMORY, (from) & ADDRESS, ORDER);
        FloatVector m1 = FloatVector.fromMemorySegment(F32, MEMORY, (from + step) & ADDRESS, ORDER);
        FloatVector m2 =
                FloatVector.fromMemorySegment(F32, MEMORY, (from + 2 * step) & ADDRESS, ORDER);
        FloatVector m3 =
                FloatVector.fromMemorySegment(F32, MEMORY, (from + 3 * step) & ADDRESS, ORDER);
        FloatVector m4 =
                FloatVector.fromMemorySegment(F32, MEMORY, (from + 4 * step) & ADDRESS, ORDER);
        FloatVector m5 =
                FloatVector.fromMemorySegment(F32, MEMORY, (from + 5 * step) & ADDRESS, ORDER);
        FloatVector sum1 = m1.add(m2);
        FloatVector sum2 = m3.add(m4);
        FloatVector difference1 = m1.sub(m2);
        FloatVector difference2 = m3.sub(m4);
        m0.add(sum1).add(sum2).intoMemorySegment(MEMORY, (to) & ADDRESS, ORDER);
        difference2
                .lanewise(FMA, 2f, difference1)
                .intoMemorySegment(MEMORY, (to + VECTOR) & ADDRESS, ORDER);
        sum2.lanewise(FMA, 4f, sum1).intoMemorySegment(MEMORY, (to + 2 * VECTOR) & ADDRESS, ORDER);
        difference2
                .lanewise(FMA, 8f, difference1)
                .add(m5)
                .intoMemorySegment(MEMORY, (to + 3 * VECTOR) & ADDRESS, ORDER);
    }

    private static void gradient(long[] from, int channels, long to, long step, long scratch) {
        for (int c = 0; c < channels; c += LANES) {
            long at = 4L * c;
            for (int i = 0; i < 4; i++) {
                int p = 4 * i;
                a(
                        from[p] + at,
                        from[p + 1] + at,
                        from[p + 2] + at,
                        from[p + 3] + at,
                        scratch + i * LINE,
                        VECTOR);
            }
            for (int j = 0; j < 6; j++) {
                long s = scratch + j * VECTOR;
                a(s, s + LINE, s + 2 * LINE, s + 3 * LINE, to + at + j * step, 6 * step);
            }
        }
    }

    private static void a(long x0, long x1, long x2, long x3, long to, long step) {
        FloatVector y0 = FloatVector.fromMemorySegment(F32, MEMORY, (x0) & ADDRESS, ORDER);
        FloatVector y1 = FloatVector.fromMemorySegment(F32, MEMORY, (x1) & ADDRESS, ORDER);
        FloatVector y2 = FloatVector.fromMemorySegment(F32, MEMORY, (x2) & ADDRESS, ORDER);
        FloatVector y3 = FloatVector.fromMemorySegment(F32, MEMORY, (x3) & ADDRESS, ORDER);
        FloatVector even1 = y0.add(y2);
        FloatVector odd1 = y1.add(y3);
        FloatVector even2 = y2.lanewise(FMA, 4f, y0);
        FloatVector odd2 = y3.lanewise(FMA, 4f, y1);
        y0.intoMemorySegment(MEMORY, (to) & ADDRESS, ORDER);
        even1.add(odd1).intoMemorySegment(MEMORY, (to + step) & ADDRESS, ORDER);
        even1.sub(odd1).intoMemorySegment(MEMORY, (to + 2 * step) & ADDRESS, ORDER);
        odd2.lanewise(FMA, 2f, even2).intoMemorySegment(MEMORY, (to + 3 * step) & ADDRESS, ORDER);
        odd2.lanewise(FMA, -2f, even2).intoMemorySegment(MEMORY, (to + 4 * step) & ADDRESS, ORDER);
        y3.intoMemorySegment(MEMORY, (to + 5 * step) & ADDRESS, ORDER);
    }

    private static void filter(
            long from, long tap, int channels, long to, long step, long scratch) {
        for (int c = 0; c < channels; c += LANES) {
            long at = 4L * c;
            for (int i = 0; i < 3; i++) {
                g(from + at + 3 * i * tap, tap, scratch + i * LINE, VECTOR);
            }
            for (int j = 0; j < 6; j++) {
                g(scratch + j * VECTOR, LINE, to + at + j * step, 6 * step);
            }
        }
    }

    private static void g(long from, long fromStep, long to, long step) {
        FloatVector g0 = FloatVector.fromMemorySegment(F32, MEMORY, (from) & ADDRESS, ORDER);
        FloatVector g1 =
                FloatVector.fromMemorySegment(F32, MEMORY, (from + fromStep) & ADDRESS, ORDER);
        FloatVector g2 =
                FloatVector.fromMemorySegment(F32, MEMORY, (from + 2 * fromStep) & ADDRESS, ORDER);
        FloatVector ends = g0.add(g2);
        FloatVector outer = g2.lanewise(FMA, 4f, g0).mul(TWENTY_FOURTH);
        g0.mul(0.25f).intoMemorySegment(MEMORY, (to) & ADDRESS, ORDER);
        ends.add(g1).mul(-SIXTH).intoMemorySegment(MEMORY, (to + step) & ADDRESS, ORDER);
        g1.sub(ends).mul(SIXTH).intoMemorySegment(MEMORY, (to + 2 * step) & ADDRESS, ORDER);
        g1.lanewise(FMA, TWELFTH, outer)
                .intoMemorySegment(MEMORY, (to + 3 * step) & ADDRESS, ORDER);
        g1.lanewise(FMA, -TWELFTH, outer)
                .intoMemorySegment(MEMORY, (to + 4 * step) & ADDRESS, ORDER);
        g2.intoMemorySegment(MEMORY, (to + 5 * step) & ADDRESS, ORDER);
    }

    private static void filterGradient(
            long from, long step, long to, long tap, int channels, long scratch) {
        for (int c = 0; c < channels; c += LANES) {
            long at = 4L * c;
            for (int i = 0; i < 6; i++) {
                gTransposed(from + at + 6 * i * step, step, scratch + i * LINE, VECTOR);
            }
            for (int j = 0; j < 3; j++) {
                gTransposed(scratch + j * VECTOR, LINE, to + at + j * tap, 3 * tap);
            }
        }
    }

    private static void gTransposed(long from, long fromStep, long to, long step) {
        FloatVector m0 = FloatVector.fromMemorySegment(F32, MEMORY, (from) & ADDRESS, ORDER);
        FloatVector m1 =
                FloatVector.fromMemorySegment(F32, MEMORY, (from + fromStep) & ADDRESS, ORDER);
        FloatVector m2 =
                FloatVector.fromMemorySegment(F32, MEMORY, (from + 2 * fromStep) & ADDRESS, ORDER);
        FloatVector m3 =
                FloatVector.fromMemorySegment(F32, MEMORY, (from + 3 * fromStep) & ADDRESS, ORDER);
        FloatVector m4 =
                FloatVector.fromMemorySegment(F32, MEMORY, (from + 4 * fromStep) & ADDRESS, ORDER);
        FloatVector m5 =
                FloatVector.fromMemorySegment(F32, MEMORY, (from + 5 * fromStep) & ADDRESS, ORDER);
        FloatVector sum1 = m1.add(m2);
        FloatVector sum2 = m3.add(m4);
        FloatVector difference1 = m2.sub(m1);
        FloatVector difference2 = m3.sub(m4);
        FloatVector ends = sum2.lanewise(FMA, TWENTY_FOURTH, m0.mul(0.25f));
        sum1.lanewise(FMA, -SIXTH, ends).intoMemorySegment(MEMORY, (to) & ADDRESS, ORDER);
        difference2
                .lanewise(FMA, TWELFTH, difference1.mul(SIXTH))
                .intoMemorySegment(MEMORY, (to + step) & ADDRESS, ORDER);
        sum2.sub(sum1)
                .lanewise(FMA, SIXTH, m5)
                .intoMemorySegment(MEMORY, (to + 2 * step) & ADDRESS, ORDER);
    }

    /// Addresses that a loop is warmed with.
    private static long[] pixels(int count, long memory) {
        long[] pixels = new long[count];
        for (int i = 0; i < count; i++) {
            pixels[i] = memory + (long) i * VECTOR;
        }
        return pixels;
    }

    private static long half(long memory) {
        return memory + Warmup.MEMORY / 2;
    }
}
