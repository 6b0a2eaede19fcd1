package aligrad.benchmarks.versus;

import aligrad.benchmarks.cases.Case;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// One case, measured: Aligrad, its peers and the roof above them take turns, each in a process of
/// its own that waits while another one works.
final class Match {

    private final Contestant.Side ours;
    private final Peers peers;
    private final boolean roofs;
    private final double roundings;
    private final int threads;
    private final Pace pace;
    private final Path logs;

    /// @param roofs whether the roofs of the processor take part; otherwise the rate is told
    /// @param roundings how much further numbers may differ than in single precision
    /// @param logs where messages of the processes go
    Match(
            Contestant.Side ours,
            Peers peers,
            boolean roofs,
            double roundings,
            int threads,
            Pace pace,
            Path logs) {
        this.ours = ours;
        this.peers = peers;
        this.roofs = roofs;
        this.roundings = roundings;
        this.threads = threads;
        this.pace = pace;
        this.logs = logs;
    }

    /// A result for each peer of the case, or one without a peer.
    ///
    /// @throws aligrad.benchmarks.BenchException if a process of Aligrad's own fails
    List<Result> play(Case c) {
        Optional<Roof> roof = roofs ? Roof.over(c) : Optional.empty();
        List<Contestant> all = new ArrayList<>();
        try {
            Contestant us = enter(all, ours, c.name(), c.warmUp());
            List<Contestant> others = new ArrayList<>();
            for (Contestant.Side side : peers.of(c)) {
                others.add(enter(all, side, c.name(), c.warmUp()));
            }
            Optional<Contestant> over = roof.map(r -> enter(all, ours, r.label(), 1));
            us.ready(); // without it nobody else is of interest
            all.forEach(Contestant::awaitReadiness);
            List<Samples> samples = all.stream().map(_ -> new Samples()).toList();
            long start = System.nanoTime();
            for (int round = 0; round < pace.rounds(); round++) {
                if ((System.nanoTime() - start) / 1e6 > pace.most()) {
                    break;
                }
                for (int i = 0; i < all.size(); i++) {
                    all.get(i).turn(samples.get(i));
                }
            }
            us.ready(); // or it has failed meanwhile
            over.ifPresent(Contestant::ready);
            double ms = samples.getFirst().leastMedian();
            double roofMs = samples.getLast().least();
            double share = roof.map(r -> r.share(c, threads, ms, roofMs)).orElse(0.0);
            Result alone =
                    new Result(
                            c.name(),
                            threads,
                            peers.absence(),
                            ms,
                            Double.NaN,
                            samples.getFirst().least(),
                            Double.NaN,
                            roof.map(Roof::label).orElse(null),
                            share,
                            roofs ? null : Result.Rate.of(c, ms),
                            true,
                            us.ready().note());
            List<Result> results = new ArrayList<>();
            for (int i = 0; i < others.size(); i++) {
                results.add(beside(alone, c, us, others.get(i), samples.get(i + 1)));
            }
            return results.isEmpty() ? List.of(alone) : results;
        } finally {
            all.forEach(Contestant::close);
        }
    }

    private Result beside(Result alone, Case c, Contestant us, Contestant other, Samples samples) {
        String failure = other.failure();
        return failure != null
                ? alone.besideAFailure(failure)
                : alone.beside(
                        other.side(),
                        samples.leastMedian(),
                        samples.least(),
                        agree(c, us, other),
                        other.ready().note());
    }

    private Contestant enter(List<Contestant> all, Contestant.Side side, String name, int warmUp) {
        Contestant contestant = new Contestant(side, name, warmUp, threads, pace, logs);
        all.add(contestant);
        if (!pace.together()) {
            contestant.awaitReadiness();
        }
        return contestant;
    }

    private boolean agree(Case c, Contestant a, Contestant b) {
        double tolerance = roundings * c.tolerance();
        return agree(numbers(a.ready().check()), numbers(b.ready().check()), tolerance);
    }

    static double[] numbers(String[] texts) {
        return Arrays.stream(texts).mapToDouble(Double::parseDouble).toArray();
    }

    /// Whether numbers are the same within a tolerance relative to the larger one.
    static boolean agree(double[] a, double[] b, double tolerance) {
        boolean agree = a.length == b.length;
        for (int i = 0; agree && i < a.length; i++) {
            double largest = Math.max(Math.abs(a[i]), Math.abs(b[i]));
            agree = Math.abs(a[i] - b[i]) <= tolerance * largest;
        }
        return agree;
    }
}
