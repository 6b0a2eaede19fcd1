package aligrad.benchmarks.cases;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Times a workload, in milliseconds a run.
public final class Stopwatch {

    /// A shorter time says more about the clock and about interrupts.
    private static final double SHORTEST_SAMPLE = 1;

    private static final int FEWEST_SAMPLES = 3;

    /// Of so long a sample one is enough.
    private static final double LONG_SAMPLE = 500;

    private static final int MOST_HALVES = 6;

    /// Of the time before, what has not become faster takes more.
    private static final double STEADY = 0.95;

    private final Workload workload;
    private int runs = 1;

    public Stopwatch(Workload workload) {
        this.workload = workload;
    }

    /// Runs it for some time without a result, and on as long as it gets faster, up to three times
    /// as long: a busy machine compiles slowly.
    public void warmUp(double milliseconds) {
        double fastest = Collections.min(samples(milliseconds / 2));
        double before = Double.POSITIVE_INFINITY;
        for (int more = 0; more < MOST_HALVES - 1 && fastest < STEADY * before; more++) {
            before = fastest;
            fastest = Math.min(before, Collections.min(samples(milliseconds / 2)));
        }
        runs = (int) Math.max(1, Math.ceil(SHORTEST_SAMPLE / fastest));
    }

    /// Samples for about this long, each the mean of runs in a row that took a millisecond or more
    /// together; three at least, or one that took half a second.
    public List<Double> samples(double milliseconds) {
        List<Double> samples = new ArrayList<>();
        int fewest = FEWEST_SAMPLES;
        double spent = 0;
        while (spent < milliseconds || samples.size() < fewest) {
            long start = System.nanoTime();
            for (int i = 0; i < runs; i++) {
                workload.run();
            }
            workload.finish();
            double sample = (System.nanoTime() - start) / 1e6;
            spent += sample;
            fewest = sample > LONG_SAMPLE ? 1 : fewest;
            samples.add(sample / runs);
        }
        return samples;
    }
}
