package aligrad.backends.cpu;

import jdk.incubator.vector.FloatVector;

/// Products channel by channel in single precision.
///
/// The last vector of a pixel may reach past its channels: loads there are harmless, stores stop at
/// the last channel.
final class ChannelProductsF32 implements ChannelProducts {

    private static final int LANES = Species.F32.length();

    @Override
    public void multiplyAdd(
            long x, long xStep, long w, long y, long yStep, int pixels, int channels) {
        for (int c = 0; c < channels; c += LANES) {
            FloatVector weight = Lanes.loadF32(w + (long) c * Float.BYTES);
            long xc = x + (long) c * Float.BYTES;
            long yc = y + (long) c * Float.BYTES;
            int count = Math.min(LANES, channels - c);
            for (int p = 0; p < pixels; p++) {
                FloatVector sum =
                        Lanes.loadF32(xc + p * xStep).fma(weight, Lanes.loadF32(yc + p * yStep));
                Lanes.store(sum, yc + p * yStep, count);
            }
        }
    }

    @Override
    public void accumulate(
            long x, long xStep, long g, long gStep, long sums, int pixels, int channels) {
        for (int c = 0; c < channels; c += LANES) {
            long xc = x + (long) c * Float.BYTES;
            long gc = g + (long) c * Float.BYTES;
            long sc = sums + (long) c * Float.BYTES;
            FloatVector sum = Lanes.loadF32(sc);
            for (int p = 0; p < pixels; p++) {
                sum = Lanes.loadF32(xc + p * xStep).fma(Lanes.loadF32(gc + p * gStep), sum);
            }
            Lanes.store(sum, sc, Math.min(LANES, channels - c));
        }
    }

    @Override
    public void add(long from, long to, int channels) {
        for (int c = 0; c < channels; c += LANES) {
            long at = (long) c * Float.BYTES;
            Lanes.store(
                    Lanes.loadF32(to + at).add(Lanes.loadF32(from + at)),
                    to + at,
                    Math.min(LANES, channels - c));
        }
    }
}
