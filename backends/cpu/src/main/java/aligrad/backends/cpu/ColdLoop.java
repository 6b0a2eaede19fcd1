package aligrad.backends.cpu;

/// Says when an innermost loop with vectors starts to run, and [ScalarLoops] no longer stands in
/// for it.
///
/// Until the optimizing compiler has seen such a loop, each vector is an object, and it runs a
/// hundred times slower than later; that alone would make a network's first step take seconds. A
/// plain loop is fast after some milliseconds. So it is plain loops that the first calls get, and
/// programs that end soon never pay for more.
final class ColdLoop {

    /// How long the plain loop stands in, in nanoseconds (`-Daligrad.cpu.cold=MILLISECONDS`; 0 for
    /// never).
    private static volatile long limit = 1_000_000L * Integer.getInteger("aligrad.cpu.cold", 30);

    private volatile long spent; // a count lost to another thread's does no harm

    /// One for each of several loops.
    static ColdLoop[] several(int count) {
        ColdLoop[] loops = new ColdLoop[count];
        for (int i = 0; i < count; i++) {
            loops[i] = new ColdLoop();
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
        return spent < limit;
    }

    /// Says that the plain loop ran, since this time of [System#nanoTime()].
    @SuppressWarnings("NonAtomicVolatileUpdate") // see the field
    void ranSince(long start) {
        spent += System.nanoTime() - start;
    }
}
