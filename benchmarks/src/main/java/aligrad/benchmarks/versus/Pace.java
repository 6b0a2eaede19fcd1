package aligrad.benchmarks.versus;

/// How long is measured.
///
/// @param rounds turns of each side
/// @param turn milliseconds of a turn
/// @param warmUp milliseconds of warming up for a single kernel
/// @param most milliseconds after which no further round begins
/// @param together whether all sides of a case warm up at the same time, instead of each alone
record Pace(int rounds, int turn, int warmUp, int most, boolean together) {

    /// Some twenty minutes for all cases.
    static final Pace USUAL = new Pace(7, 1000, 3000, 60_000, false);

    /// Less than five minutes for the cases of a quick comparison.
    static final Pace QUICK = new Pace(3, 300, 800, 5000, true);
}
