package aligrad.benchmarks.versus;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.benchmarks.cases.Case;
import aligrad.benchmarks.cases.Turns;

import com.fasterxml.jackson.jr.ob.JSON;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class ResultTest {

    @TempDir private Path folder = Path.of("");

    private static final Result CONVOLUTION =
            new Result(
                    "conv-64",
                    2,
                    "libtorch",
                    20,
                    50,
                    19.5,
                    48,
                    "fma",
                    0.614,
                    null,
                    true,
                    "channels last");

    private static final Result CHAIN =
            new Result(
                    "pointwise-chain",
                    1,
                    "libtorch",
                    0.03,
                    0.0456,
                    0.02,
                    0.04,
                    null,
                    0,
                    null,
                    false,
                    "");

    @Test
    void aLineHasTimesRatioAndShareUnderTheHeading() {
        assertThat(Result.HEADING)
                .isEqualTo("case               ours ms  peer        peer ms   ratio  roof");
        assertThat(CONVOLUTION.line())
                .isEqualTo(
                        "conv-64              20.00  libtorch      50.00    2.50  61 % fma  "
                                + " channels last");
    }

    @Test
    void aLineSaysWhereResultsDifferAndLeavesOutARoofThatIsNotThere() {
        assertThat(CHAIN.line())
                .isEqualTo(
                        "pointwise-chain    0.03000  libtorch    0.04560    1.52            "
                                + " NOT THE SAME RESULT");
    }

    /// A product of 4096 takes 2³⁷ operations: 13.7 TFLOP/s in 10 ms.
    @Test
    void aLineWithoutAPeerSaysWhyAndHasNoRatio() throws IOException {
        Result alone =
                new Result(
                        "gemm-4096",
                        1,
                        "no torch",
                        10,
                        Double.NaN,
                        9,
                        Double.NaN,
                        null,
                        0,
                        Result.Rate.of(new Case.Gemm("gemm-4096", 4096), 10),
                        true,
                        "");
        assertThat(alone.line())
                .isEqualTo("gemm-4096            10.00  no torch                     14 TFLOP/s");
        Path file = folder.resolve("alone.json");
        Versus.write(List.of(alone, alone.besideAFailure("it ended")), file);
        assertThat(Files.readString(file))
                .contains("\"peer\" : \"no torch\"", "TFLOP/s", "\"peer\" : \"failed\"", "it ended")
                .doesNotContain("ratio", "peer_ms", "NaN", "same_result");
        assertThat(alone.failed()).isFalse();
        assertThat(alone.besideAFailure("it ended").failed()).isTrue();
    }

    @Test
    void aCaseThatMovesMemoryHasItsRateInBytes() {
        // 6 · 4 · 2²⁴ bytes in 0.2 ms
        assertThat(Result.Rate.of(new Case.Update("update", 1 << 24), 0.2))
                .hasToString("2013 GB/s");
        assertThat(Result.Rate.of(new Case.Chain("chain", 1 << 16), 1)).isNull();
    }

    @Test
    void jsonIsAnArrayOfObjectsWithTheRatioOfTheTimes() throws IOException {
        Path file = folder.resolve("results.json");
        Versus.write(List.of(CONVOLUTION, CHAIN), file);
        List<Object> objects = JSON.std.listFrom(Files.readString(file));
        assertThat(objects).hasSize(2);
        assertThat(objects.getFirst())
                .asString()
                .startsWith(
                        "{name=conv-64, threads=2, ours_ms=20.0, peer=libtorch, peer_ms=50.0,"
                                + " ratio=2.5")
                .contains("share=0.614");
        assertThat(objects.getLast())
                .asString()
                .contains("same_result=false")
                .doesNotContain("roof");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void theMedianOfTheQuietestRoundAndTheLargestPeakCount() {
        Samples samples = new Samples();
        samples.add(new Turns.Times("case", new double[] {5, 1, 9}, 20)); // median 5
        samples.add(new Turns.Times("case", new double[] {4, 2, 8, 3}, 70)); // median 3.5
        samples.add(new Turns.Times("case", new double[] {7, 7, 7}, 60));
        assertThat(samples.leastMedian()).isEqualTo(3.5);
        assertThat(samples.least()).isEqualTo(1);
        assertThat(samples.peak()).isEqualTo(70);
    }

    @Test
    void numbersAgreeWithinATolerance() {
        double[] a = {100, -1};
        assertThat(Match.agree(a, new double[] {100.009, -1}, 1e-4)).isTrue();
        assertThat(Match.agree(a, new double[] {100.011, -1}, 1e-4)).isFalse();
        assertThat(Match.agree(a, new double[] {100, 1}, 1e-4)).isFalse();
        assertThat(Match.agree(a, new double[] {100}, 1e-4)).isFalse();
        assertThat(Match.agree(a, new double[] {Double.NaN, -1}, 1e-4)).isFalse();
    }
}
