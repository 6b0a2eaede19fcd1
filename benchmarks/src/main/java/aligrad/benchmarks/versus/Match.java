package aligrad.benchmarks.versus;

import aligrad.benchmarks.cases.Case;
import aligrad.benchmarks.cases.Peer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One case, measured: Aligrad, its peers and the roof above them take turns, each in a virtual
/// machine of its own that waits while another one works.
final class Match {

    private final Contestant.Side ours;
    private final Map<Peer, Contestant.Side> peers;
    private final int threads;
    private final Pace pace;
    private final Path logs;

    /// @param peers how each is started
    /// @param logs where messages of the virtual machines go
    Match(
            Contestant.Side ours,
            Map<Peer, Contestant.Side> peers,
            int threads,
            Pace pace,
            Path logs) {
        this.ours = ours;
        this.peers = peers;
        this.threads = threads;
        this.pace = pace;
        this.logs = logs;
    }

    /// A result for each peer of the case.
    List<Result> play(Case c) {
        Optional<Roof> roof = Roof.over(c);
        List<Contestant> all = new ArrayList<>();
        try {
            enter(all, ours, c.name(), c.warmUp());
            for (Peer peer : c.peers()) {
                enter(all, side(peer), c.name(), c.warmUp());
            }
            roof.ifPresent(r -> enter(all, ours, r.label(), 1));
            all.forEach(Contestant::ready);
            List<Samples> samples = all.stream().map(_ -> new Samples()).toList();
            long start = System.nanoTime();
            for (int round = 0; round < pace.rounds(); round++) {
                if ((System.nanoTime() - start) / 1e6 > pace.most()) {
                    break;
                }
                for (int i = 0; i < all.size(); i++) {
                    samples.get(i).add(all.get(i).turn());
                }
            }
            double ms = samples.getFirst().leastMedian();
            double roofMs = samples.getLast().least();
            double share = roof.map(r -> r.share(c, threads, ms, roofMs)).orElse(0.0);
            List<Result> results = new ArrayList<>();
            for (int i = 0; i < c.peers().size(); i++) {
                results.add(
                        new Result(
                                c.name(),
                                threads,
                                c.peers().get(i).label(),
                                ms,
                                samples.get(i + 1).leastMedian(),
                                samples.getFirst().least(),
                                samples.get(i + 1).least(),
                                roof.map(Roof::label).orElse(null),
                                share,
                                agree(c, all.getFirst(), all.get(i + 1)),
                                all.get(i + 1).ready().note()));
            }
            return results;
        } finally {
            all.forEach(Contestant::close);
        }
    }

    private void enter(List<Contestant> all, Contestant.Side side, String name, int warmUp) {
        Contestant contestant = new Contestant(side, name, warmUp, threads, pace, logs);
        all.add(contestant);
        if (!pace.together()) {
            contestant.ready();
        }
    }

    private Contestant.Side side(Peer peer) {
        Contestant.Side side = peers.get(peer);
        if (side == null) {
            throw new IllegalArgumentException("nobody said how to start " + peer.label());
        }
        return side;
    }

    private static boolean agree(Case c, Contestant a, Contestant b) {
        return agree(numbers(a.ready().check()), numbers(b.ready().check()), c.tolerance());
    }

    private static double[] numbers(String[] texts) {
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
