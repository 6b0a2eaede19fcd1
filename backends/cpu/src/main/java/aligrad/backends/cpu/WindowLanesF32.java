package aligrad.backends.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The windows of a pooling in single precision.
///
/// The last vector of a pixel may reach past its channels: loads there are harmless, stores stop at
/// the last channel.
final class WindowLanesF32 implements WindowLanes {

    private static final VectorSpecies<Float> S = Species.F32;
    private static final int LANES = S.length();

    // What the loops are warmed with.
    private static final long COLUMN = 4L * 3 * LANES;
    private static final long ROW = 2 * COLUMN;

    private static final ColdLoop MAX_PICK =
            new ColdLoop(
                    (m, turn) ->
                            maxPickLanes(
                                    m,
                                    m,
                                    2 + turn % 2,
                                    ROW,
                                    2,
                                    COLUMN,
                                    2 * LANES + turn % LANES,
                                    m + Warmup.MEMORY / 2));
    private static final ColdLoop MAX_SPREAD =
            new ColdLoop(
                    (m, turn) ->
                            maxSpreadLanes(
                                    m,
                                    m,
                                    2 + turn % 2,
                                    ROW,
                                    2,
                                    COLUMN,
                                    2 * LANES + turn % LANES,
                                    m + Warmup.MEMORY / 2));

    @Override
    public void maxPick(
            long x,
            long v,
            int rows,
            long rowStep,
            int columns,
            long columnStep,
            int channels,
            long y) {
        if (MAX_PICK.isCold()) {
            long started = System.nanoTime();
            ScalarLoops.maxPick(x, v, rows, rowStep, columns, columnStep, channels, y);
            MAX_PICK.ranSince(started);
        } else {
            maxPickLanes(x, v, rows, rowStep, columns, columnStep, channels, y);
        }
    }

    private static void maxPickLanes(
            long x,
            long v,
            int rows,
            long rowStep,
            int columns,
            long columnStep,
            int channels,
            long y) {
        for (int c = 0; c < channels; c += LANES) {
            long at = (long) c * Float.BYTES;
            FloatVector best = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
            FloatVector picked = best;
            for (int r = 0; r < rows; r++) {
                for (int q = 0; q < columns; q++) {
                    long pixel = at + r * rowStep + q * columnStep;
                    FloatVector a = Lanes.loadF32(x + pixel);
                    VectorMask<Float> larger = r + q == 0 ? S.maskAll(true) : larger(a, best);
                    best = best.blend(a, larger);
                    picked = picked.blend(Lanes.loadF32(v + pixel), larger);
                }
            }
            Lanes.store(picked, y + at, Math.min(LANES, channels - c));
        }
    }

    @Override
    public void maxSpread(
            long x,
            long g,
            int rows,
            long rowStep,
            int columns,
            long columnStep,
            int channels,
            long dx) {
        if (MAX_SPREAD.isCold()) {
            long started = System.nanoTime();
            ScalarLoops.maxSpread(x, g, rows, rowStep, columns, columnStep, channels, dx);
            MAX_SPREAD.ranSince(started);
        } else {
            maxSpreadLanes(x, g, rows, rowStep, columns, columnStep, channels, dx);
        }
    }

    private static void maxSpreadLanes(
            long x,
            long g,
            int rows,
            long rowStep,
            int columns,
            long columnStep,
            int channels,
            long dx) {
        for (int c = 0; c < channels; c += LANES) {
            long at = (long) c * Float.BYTES;
            FloatVector best = FloatVector.zero(S);
            FloatVector place =
                    FloatVector.zero(
                            S); // index in the window; a whole number, exact far beyond any window
            for (int r = 0; r < rows; r++) {
                for (int q = 0; q < columns; q++) {
                    FloatVector a = Lanes.loadF32(x + at + r * rowStep + q * columnStep);
                    VectorMask<Float> larger = r + q == 0 ? S.maskAll(true) : larger(a, best);
                    best = best.blend(a, larger);
                    place = place.blend(r * columns + q, larger);
                }
            }
            FloatVector from = Lanes.loadF32(g + at);
            int count = Math.min(LANES, channels - c);
            for (int r = 0; r < rows; r++) {
                for (int q = 0; q < columns; q++) {
                    long pixel = dx + at + r * rowStep + q * columnStep;
                    FloatVector to = Lanes.loadF32(pixel);
                    VectorMask<Float> here = place.eq(r * columns + q);
                    Lanes.store(to.blend(to.add(from), here), pixel, count);
                }
            }
        }
    }

    /// Where `a` takes the place of `best`: it is larger, or a not-a-number and the first one.
    static VectorMask<Float> larger(FloatVector a, FloatVector best) {
        return a.compare(VectorOperators.LE, best)
                .not()
                .and(best.compare(VectorOperators.EQ, best));
    }

    @Override
    public void average(
            long x,
            int rows,
            long rowStep,
            int columns,
            long columnStep,
            int divisor,
            int channels,
            long y) {
        for (int c = 0; c < channels; c += LANES) {
            long at = (long) c * Float.BYTES;
            FloatVector sum = FloatVector.zero(S);
            for (int r = 0; r < rows; r++) {
                for (int q = 0; q < columns; q++) {
                    sum = sum.add(Lanes.loadF32(x + at + r * rowStep + q * columnStep));
                }
            }
            Lanes.store(sum.div(divisor), y + at, Math.min(LANES, channels - c));
        }
    }

    @Override
    public void averageSpread(
            long g,
            int rows,
            long rowStep,
            int columns,
            long columnStep,
            int divisor,
            int channels,
            long dx) {
        for (int c = 0; c < channels; c += LANES) {
            long at = (long) c * Float.BYTES;
            FloatVector share = Lanes.loadF32(g + at).div(divisor);
            int count = Math.min(LANES, channels - c);
            for (int r = 0; r < rows; r++) {
                for (int q = 0; q < columns; q++) {
                    long pixel = dx + at + r * rowStep + q * columnStep;
                    Lanes.store(Lanes.loadF32(pixel).add(share), pixel, count);
                }
            }
        }
    }
}
