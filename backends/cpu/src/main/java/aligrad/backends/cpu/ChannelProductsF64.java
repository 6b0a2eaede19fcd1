package aligrad.backends.cpu;

import jdk.incubator.vector.DoubleVector;

/// Products channel by channel in double precision.
///
/// The last vector of a pixel may reach past its channels: loads there are harmless, stores stop at
/// the last channel.
final class ChannelProductsF64 implements ChannelProducts {

    private static final int LANES = Species.F64.length();

    @Override
    public void multiplyAdd(
            long x, long xStep, long w, long y, long yStep, int pixels, int channels) {
        for (int c = 0; c < channels; c += LANES) {
            DoubleVector weight = Lanes.loadF64(w + (long) c * Double.BYTES);
            long xc = x + (long) c * Double.BYTES;
            long yc = y + (long) c * Double.BYTES;
            int count = Math.min(LANES, channels - c);
            for (int p = 0; p < pixels; p++) {
                DoubleVector sum =
                        Lanes.loadF64(xc + p * xStep).fma(weight, Lanes.loadF64(yc + p * yStep));
                Lanes.store(sum, yc + p * yStep, count);
            }
        }
    }

    @Override
    public void accumulate(
            long x, long xStep, long g, long gStep, long sums, int pixels, int channels) {
        for (int c = 0; c < channels; c += LANES) {
            long xc = x + (long) c * Double.BYTES;
            long gc = g + (long) c * Double.BYTES;
            long sc = sums + (long) c * Double.BYTES;
            DoubleVector sum = Lanes.loadF64(sc);
            for (int p = 0; p < pixels; p++) {
                sum = Lanes.loadF64(xc + p * xStep).fma(Lanes.loadF64(gc + p * gStep), sum);
            }
            Lanes.store(sum, sc, Math.min(LANES, channels - c));
        }
    }

    @Override
    public void add(long from, long to, int channels) {
        for (int c = 0; c < channels; c += LANES) {
            long at = (long) c * Double.BYTES;
            Lanes.store(
                    Lanes.loadF64(to + at).add(Lanes.loadF64(from + at)),
                    to + at,
                    Math.min(LANES, channels - c));
        }
    }
}
