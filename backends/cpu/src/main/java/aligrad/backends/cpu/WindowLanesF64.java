package aligrad.backends.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The windows of a pooling in double precision.
///
/// The last vector of a pixel may reach past its channels: loads there are harmless, stores stop at
/// the last channel.
final class WindowLanesF64 implements WindowLanes {

    private static final VectorSpecies<Double> S = Species.F64;
    private static final int LANES = S.length();

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
        for (int c = 0; c < channels; c += LANES) {
            long at = (long) c * Double.BYTES;
            DoubleVector best = DoubleVector.broadcast(S, Double.NEGATIVE_INFINITY);
            DoubleVector picked = best;
            for (int r = 0; r < rows; r++) {
                for (int q = 0; q < columns; q++) {
                    long pixel = at + r * rowStep + q * columnStep;
                    DoubleVector a = Lanes.loadF64(x + pixel);
                    VectorMask<Double> larger = r + q == 0 ? S.maskAll(true) : larger(a, best);
                    best = best.blend(a, larger);
                    picked = picked.blend(Lanes.loadF64(v + pixel), larger);
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
        for (int c = 0; c < channels; c += LANES) {
            long at = (long) c * Double.BYTES;
            DoubleVector best = DoubleVector.zero(S);
            DoubleVector place =
                    DoubleVector.zero(
                            S); // index in the window; a whole number, exact far beyond any window
            for (int r = 0; r < rows; r++) {
                for (int q = 0; q < columns; q++) {
                    DoubleVector a = Lanes.loadF64(x + at + r * rowStep + q * columnStep);
                    VectorMask<Double> larger = r + q == 0 ? S.maskAll(true) : larger(a, best);
                    best = best.blend(a, larger);
                    place = place.blend(r * columns + q, larger);
                }
            }
            DoubleVector from = Lanes.loadF64(g + at);
            int count = Math.min(LANES, channels - c);
            for (int r = 0; r < rows; r++) {
                for (int q = 0; q < columns; q++) {
                    long pixel = dx + at + r * rowStep + q * columnStep;
                    DoubleVector to = Lanes.loadF64(pixel);
                    VectorMask<Double> here = place.eq(r * columns + q);
                    Lanes.store(to.blend(to.add(from), here), pixel, count);
                }
            }
        }
    }

    /// Where `a` takes the place of `best`: it is larger, or a not-a-number and the first one.
    private static VectorMask<Double> larger(DoubleVector a, DoubleVector best) {
        VectorMask<Double> notNumber = best.test(VectorOperators.IS_NAN);
        return a.compare(VectorOperators.LE, best).or(notNumber).not();
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
            long at = (long) c * Double.BYTES;
            DoubleVector sum = DoubleVector.zero(S);
            for (int r = 0; r < rows; r++) {
                for (int q = 0; q < columns; q++) {
                    sum = sum.add(Lanes.loadF64(x + at + r * rowStep + q * columnStep));
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
            long at = (long) c * Double.BYTES;
            DoubleVector share = Lanes.loadF64(g + at).div(divisor);
            int count = Math.min(LANES, channels - c);
            for (int r = 0; r < rows; r++) {
                for (int q = 0; q < columns; q++) {
                    long pixel = dx + at + r * rowStep + q * columnStep;
                    Lanes.store(Lanes.loadF64(pixel).add(share), pixel, count);
                }
            }
        }
    }
}
