package aligrad.benchmarks.versus;

import aligrad.benchmarks.BenchException;
import aligrad.benchmarks.cases.Case;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/// `aligrad bench memory`: how much memory does a case take at its peak, and its peer?
@Command(
        name = "memory",
        description = {
            "Measures the most memory that Aligrad and libtorch have resident while they run a"
                    + " case again and again, each alone in its own virtual machine.",
            "'before' is what was resident before the network or the inputs were made: the virtual"
                    + " machine and libraries. The ratio is of all, the peer's over ours."
        },
        mixinStandardHelpOptions = true)
public final class Footprint implements Callable<Integer> {

    /// Milliseconds of a turn; of long steps there is one.
    private static final int TURN = 2000;

    private static final Pace PACE = new Pace(3, TURN, TURN, Integer.MAX_VALUE, false);

    @Option(
            names = "--only",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "wrn-16-4-b128",
            description = "these cases of bench versus (default: ${DEFAULT-VALUE})")
    private List<String> only = List.of();

    @Mixin private Sides sides = new Sides();

    /// What one side had resident, in bytes.
    private record Resident(String side, double before, double peak, String note) {}

    @Override
    public Integer call() {
        int threads = sides.threads();
        List<Case> cases = Sides.cases(only);
        PeerProgram peers = PeerProgram.returningMemory(sides.home(), threads);
        peers.build();
        System.out.println(
                row("case", "ours MB", "before", "peer", "peer MB", "before", "ratio", ""));
        for (Case c : cases) {
            Resident ours = measured(c, Ours.side(threads, List.of()));
            for (Contestant.Side side : peers.of(c)) {
                System.out.println(line(c, ours, measured(c, side)));
            }
        }
        return 0;
    }

    private Resident measured(Case c, Contestant.Side side) {
        try (Contestant one =
                new Contestant(side, c.name(), 1, sides.threads(), PACE, sides.logs())) {
            Samples samples = new Samples();
            double before = one.ready().before();
            for (int round = 0; round < PACE.rounds(); round++) {
                one.turn(samples);
            }
            String note = one.ready().note(); // or it has failed meanwhile
            if (samples.peak() == 0) {
                throw BenchException.failure(
                        "This system does not say how much memory a process has at its peak; Linux"
                                + " does, in /proc/self/status.");
            }
            return new Resident(one.side(), before, samples.peak(), note);
        }
    }

    private static String line(Case c, Resident ours, Resident peer) {
        return row(
                c.name(),
                megabytes(ours.peak),
                megabytes(ours.before),
                peer.side,
                megabytes(peer.peak),
                megabytes(peer.before),
                String.format(Locale.ROOT, "%.2f", peer.peak / ours.peak),
                peer.note);
    }

    private static String megabytes(double bytes) {
        return String.format(Locale.ROOT, "%.0f", bytes / 1e6);
    }

    private static String row(
            String name,
            String ours,
            String before,
            String peer,
            String theirs,
            String beforeThem,
            String ratio,
            String note) {
        return "%-16s %8s %7s  %-9s %8s %7s %6s  %s"
                .formatted(name, ours, before, peer, theirs, beforeThem, ratio, note)
                .stripTrailing();
    }
}
