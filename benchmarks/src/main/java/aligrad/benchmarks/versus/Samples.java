package aligrad.benchmarks.versus;

import java.util.Arrays;

/// Times of one side at one case, in milliseconds, over all rounds.
final class Samples {

    private double least = Double.POSITIVE_INFINITY;
    private double leastMedian = Double.POSITIVE_INFINITY;

    /// Takes the times of one round.
    void add(double[] round) {
        double[] sorted = round.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        least = Math.min(least, sorted[0]);
        leastMedian = Math.min(leastMedian, (sorted[(n - 1) / 2] + sorted[n / 2]) / 2);
    }

    /// The smallest time of all.
    double least() {
        return least;
    }

    /// The median of the round in which it was smallest. This is what the table shows: a median has
    /// what every run costs now and then, such as a collection, and the quietest round has least of
    /// what the machine did besides.
    double leastMedian() {
        return leastMedian;
    }
}
