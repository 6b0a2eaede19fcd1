package aligrad.benchmarks.versus;

import aligrad.benchmarks.cases.Turns;

import java.util.Arrays;

/// What one side took for one case over all rounds: times in milliseconds, and memory.
final class Samples {

    private double least = Double.POSITIVE_INFINITY;
    private double leastMedian = Double.POSITIVE_INFINITY;

    private double peak;

    /// Takes what is told of one round.
    void add(Turns.Times round) {
        peak = Math.max(peak, round.peak());
        double[] sorted = round.times().clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        least = Math.min(least, sorted[0]);
        leastMedian = Math.min(leastMedian, (sorted[(n - 1) / 2] + sorted[n / 2]) / 2);
    }

    /// The smallest time of all.
    double least() {
        return least;
    }

    /// The most bytes that were resident in any round; 0 where that is not told.
    double peak() {
        return peak;
    }

    /// The median of the round in which it was smallest. This is what the table shows: a median has
    /// what every run costs now and then, such as a collection, and the quietest round has least of
    /// what the machine did besides.
    double leastMedian() {
        return leastMedian;
    }
}
