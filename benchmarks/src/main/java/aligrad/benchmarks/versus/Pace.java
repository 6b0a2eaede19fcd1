package aligrad.benchmarks.versus;

/// How long is measured.
///
/// @param rounds turns of each side
/// @param turn milliseconds of a turn
/// @param warmUp milliseconds of warming up for a single kernel
record Pace(int rounds, int turn, int warmUp) {

    /// Some ten minutes for all cases.
    static final Pace USUAL = new Pace(7, 1000, 3000);

    /// Less than five minutes for all cases.
    static final Pace QUICK = new Pace(3, 300, 1000);
}
