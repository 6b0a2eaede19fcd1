package aligrad.backends.cpu;

import java.util.function.IntFunction;

/// Says when an innermost loop with vectors starts to run, and [ScalarLoops] no longer stands in
/// for it: as soon as [Warmup] has made it fast in the background.
///
/// A cold loop with vectors runs a hundred times slower than later; those of a network's first step
/// would take seconds. A plain loop is fast after some milliseconds.
final class ColdLoop implements Warmup.Candidate {

    /// How long the plain loop runs before the loop with vectors is warmed, in nanoseconds
    /// (`-Daligrad.cpu.cold=MILLISECONDS`). At 0 no plain loop ever stands in, which is for tests.
    private static volatile long limit = 1_000_000L * Integer.getInteger("aligrad.cpu.cold", 1);

    private final Warmup.Rehearsal vectors;
    private volatile boolean isWarm;
    private volatile long spent; // a count lost to another thread's does no harm

    /// @param vectors runs the loop that is cold
    ColdLoop(Warmup.Rehearsal vectors) {
        this.vectors = vectors;
    }

    /// One for each of several loops.
    static ColdLoop[] several(int count, IntFunction<Warmup.Rehearsal> vectors) {
        ColdLoop[] loops = new ColdLoop[count];
        for (int i = 0; i < count; i++) {
            loops[i] = new ColdLoop(vectors.apply(i));
        }
        return loops;
    }

    static long limit() {
        return limit;
    }

    static void setLimit(long nanoseconds) {
        limit = nanoseconds;
    }

    /// Whether the plain loop stands in.
    boolean isCold() {
        return !isWarm && limit != 0;
    }

    /// Says that the plain loop ran, since this time of [System#nanoTime()].
    @SuppressWarnings("NonAtomicVolatileUpdate") // see the field
    void ranSince(long start) {
        long before = spent;
        long after = before + System.nanoTime() - start;
        spent = after;
        if (before < limit && after >= limit) {
            Warmup.request(this);
        }
    }

    @Override
    public long spent() {
        return spent;
    }

    @Override
    public Warmup.Rehearsal rehearsal() {
        return vectors;
    }

    @Override
    public void publish() {
        isWarm = true;
    }
}
