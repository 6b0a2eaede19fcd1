package aligrad.benchmarks.versus;

import aligrad.benchmarks.FmaPeak;
import aligrad.benchmarks.Triad;
import aligrad.benchmarks.cases.Case;
import aligrad.benchmarks.cases.Workload;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What the machine could do at best, measured by the code of the JMH benchmark of the same
/// question.
public enum Roof {
    /// Fused multiply-adds on registers, by [FmaPeak].
    FMA(FmaPeak.FLOPS * Roof.CALLS) {
        @Override
        Runnable onOneThread(int threads) {
            FmaPeak peak = new FmaPeak();
            return () -> {
                for (int i = 0; i < CALLS; i++) {
                    sink = peak.chains();
                }
            };
        }
    },
    /// Streaming through memory, by [Triad].
    TRIAD((double) Triad.BYTES * Roof.STREAMED) {
        @Override
        Runnable onOneThread(int threads) {
            Triad triad = new Triad();
            triad.n = STREAMED / threads;
            triad.setup();
            return triad::triad;
        }
    };

    /// So many that starting threads takes no time beside them.
    private static final int CALLS = 20;

    /// Numbers in an array of all threads together.
    private static final int STREAMED = 1 << 24;

    private static volatile float sink;

    private final double work;

    Roof(double work) {
        this.work = work;
    }

    /// The roof above a case, if it has one.
    static Optional<Roof> over(Case c) {
        return c.flops() > 0
                ? Optional.of(FMA)
                : c.bytes() > 0 ? Optional.of(TRIAD) : Optional.empty();
    }

    static Optional<Roof> named(String name) {
        return Arrays.stream(values()).filter(roof -> roof.label().equals(name)).findFirst();
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The share of the roof that a case reaches.
    ///
    /// @param ms of a run of the case
    /// @param roofMs of a run of [#workload()]
    double share(Case c, int threads, double ms, double roofMs) {
        double roof = this == FMA ? threads * work / roofMs : work / roofMs;
        return (this == FMA ? c.flops() : c.bytes()) / ms / roof;
    }

    /// A part of [#workload()] for one of so many threads.
    abstract Runnable onOneThread(int threads);

    /// Runs on all threads at once, as many as `aligrad.threads` says.
    Workload workload() {
        int threads = Integer.getInteger("aligrad.threads", 1);
        Runnable[] parts = new Runnable[threads];
        Arrays.setAll(parts, t -> onOneThread(threads));
        return new Workload() {
            @Override
            public void run() {
                Thread[] others = new Thread[threads - 1];
                for (int t = 0; t < others.length; t++) {
                    others[t] = Thread.ofPlatform().start(parts[t + 1]);
                }
                parts[0].run();
                for (Thread other : others) {
                    join(other);
                }
            }

            @Override
            public double[] check() {
                return new double[0];
            }
        };
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while measuring a roof", e);
        }
    }
}
