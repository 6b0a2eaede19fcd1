package aligrad.benchmarks.versus;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.benchmarks.cases.Architecture;
import aligrad.benchmarks.cases.Case;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

class PyTorchTest {

    @TempDir private Path folder = Path.of("");

    /// One of each kind; large networks are checked with few examples anyway.
    static final List<Case> CASES =
            List.of(
                    new Case.Gemm("gemm", 33),
                    new Case.Convolution("conv", 2, 3, 4, 5, 3, 2, 1),
                    new Case.Chain("chain", 100),
                    new Case.LayerNorm("norm", 4, 5),
                    new Case.SoftmaxCrossEntropy("loss", 6, 5),
                    new Case.Update("update", 1000),
                    new Case.Network("lenet", Architecture.LENET, 4, 0.9, 0),
                    new Case.Network("mlp", Architecture.MLP, 4, 0.9, 0),
                    new Case.Network("dnc", Architecture.DNC, 4, 0, 0),
                    new Case.Network("wrn", Architecture.WRN_16_4, 2, 0.9, 0.4),
                    new Case.Network("densenet", Architecture.DENSENET_40_40, 2, 0.9, 0),
                    new Case.Network("infersent", Architecture.INFERSENT_512, 2, 0, 0));

    @ParameterizedTest
    @FieldSource("CASES")
    void computesWhatAligradComputes(Case c) {
        PyTorch peer = new PyTorch("cpu", false, 1, folder);
        Assumptions.assumeTrue(peer.absence().isEmpty(), peer.found());
        Pace pace = new Pace(1, 1, 1, 1, false);
        double[] theirs;
        try (Contestant contestant =
                new Contestant(peer.of(c).getFirst(), c.name(), 1, 1, pace, folder)) {
            theirs = Match.numbers(contestant.ready().check());
            Samples samples = new Samples();
            contestant.turn(samples);
            assertThat(samples.least()).isPositive().isFinite();
        }
        double[] ours = Ours.workload(c).check();
        assertThat(Match.agree(ours, theirs, c.tolerance())).as("%s and %s", ours, theirs).isTrue();
    }

    @Test
    void whatIsMissingIsSaidInTwoWords() {
        PyTorch peer = new PyTorch("nowhere", false, 1, folder);
        assertThat(peer.absence()).isIn("no python3", "no torch", "no nowhere");
        assertThat(peer.found()).startsWith("pytorch: " + peer.absence());
        assertThat(peer.of(CASES.getFirst())).isEmpty();
    }

    @Test
    void aPeerThatEndsIsAFailureNotAnEndOfAll() throws Exception {
        Path script = Files.writeString(folder.resolve("ends.sh"), "echo gone >&2; exit 1\n");
        Contestant.Side side =
                new Contestant.Side("peer", List.of("sh", script.toString()), Map.of());
        Pace pace = new Pace(1, 1, 1, 1, false);
        try (Contestant contestant = new Contestant(side, "gemm", 1, 1, pace, folder)) {
            contestant.awaitReadiness();
            assertThat(contestant.failure())
                    .isEqualTo(
                            "gemm: the process of peer has ended; what it said is in "
                                    + folder.resolve("gemm-peer.log")
                                    + ".");
            contestant.turn(new Samples());
        }
        assertThat(folder.resolve("gemm-peer.log")).hasContent("gone");
    }
}
