package aligrad.benchmarks.cases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

class CasesTest {

    @Test
    void everyCaseIsFoundByItsNameAlone() {
        List<Case> all =
                Stream.concat(Cases.ALL.stream(), Cases.ON_A_DEVICE.stream()).distinct().toList();
        for (Case c : all) {
            assertThat(Cases.of(c.name())).isSameAs(c);
        }
        assertThat(all).extracting(Case::name).doesNotHaveDuplicates();
    }

    @Test
    void aQuickComparisonLeavesOutTheLargestCaseAlone() {
        assertThat(Cases.QUICK)
                .hasSize(Cases.ALL.size() - 1)
                .doesNotContain(Cases.of("infersent-2048"));
    }

    @Test
    void aDeviceGetsTheLargeSizesAndAllThatItIsQuicklyComparedWith() {
        assertThat(Cases.ON_A_DEVICE)
                .contains(Cases.of("gemm-4096"), Cases.of("wrn-16-4-b128"))
                .doesNotContain(Cases.of("wrn-16-4"))
                .containsAll(Cases.QUICK_ON_A_DEVICE);
        assertThat(Cases.ALL).doesNotContain(Cases.of("gemm-4096"));
    }

    @Test
    void theClockStopsWhenTheDeviceHasFinished() {
        Workload told =
                new Workload() {
                    @Override
                    public void run() {}

                    @Override
                    public void finish() {
                        LockSupport.parkNanos(20_000_000);
                    }

                    @Override
                    public double[] check() {
                        return new double[0];
                    }
                };
        assertThat(new Stopwatch(told).samples(0)).allMatch(ms -> ms >= 20);
    }

    @Test
    void anUnknownNameListsAllNames() {
        assertThatThrownBy(() -> Cases.of("gemm-513"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("gemm-513: there is no case of that name; choose from")
                .hasMessageContaining("gemm-512")
                .hasMessageContaining("pointwise-chain");
    }

    @Test
    void onlyMatrixProductsHaveASecondPeer() {
        assertThat(Cases.of("gemm-512").peers()).containsExactly(Peer.LIBTORCH, Peer.OPENBLAS);
        assertThat(Cases.of("conv-64").peers()).containsExactly(Peer.LIBTORCH);
    }

    @Test
    void arithmeticIsCountedAsMultiplicationsAndAdditions() {
        assertThat(Cases.of("gemm-512").flops()).isEqualTo(2 * Math.pow(512, 3));
        // 3 passes, 32 images of 32x32, 64 filters of 3x3x64
        assertThat(Cases.of("conv-64").flops()).isEqualTo(3 * 2.0 * 32 * 1024 * 64 * 9 * 64);
        // stride 2 leaves 16x16
        assertThat(Cases.of("conv-64-128-s2").flops()).isEqualTo(3 * 2.0 * 32 * 256 * 128 * 9 * 64);
        assertThat(Cases.of("conv-1x1-s2").flops()).isEqualTo(3 * 2.0 * 32 * 256 * 128 * 64);
        // three passes, but no gradient of the inputs
        double forward = 2.0 * (784 * 256 + 256 * 256 + 256 * 10);
        assertThat(Cases.of("mlp-256").flops()).isEqualTo(32 * (3 * forward - 2.0 * 784 * 256));
    }

    /// Shapes alone, without the arithmetic of normalization, pooling and gates.
    @Test
    void arithmeticOfLargeNetworksIsThatOfTheirProducts() {
        // two directions of 40 words, 4·512 gates
        double inputs = 2 * 40 * 2.0 * 2048 * 300;
        double states = 2 * 40 * 2.0 * 2048 * 512;
        double classifier = 2.0 * (4096 * 512 + 512 * 512 + 512 * 3);
        assertThat(Cases.of("infersent-512").flops())
                .isEqualTo(64 * (3 * (inputs + states + classifier) - inputs));
        // 32x32 pixels, then 16x16, then 8x8
        double first = 2.0 * 1024 * 9 * 3 * 16;
        double stage1 = 2.0 * 1024 * (9 * (16 * 64 + 3 * 64 * 64) + 16 * 64);
        double stage2 = 2.0 * 256 * (9 * (64 * 128 + 3 * 128 * 128) + 64 * 128);
        double stage3 = 2.0 * 64 * (9 * (128 * 256 + 3 * 256 * 256) + 128 * 256);
        assertThat(Cases.of("wrn-16-4").flops())
                .isEqualTo(64 * (3 * (first + stage1 + stage2 + stage3 + 2 * 2560) - first));
    }

    @Test
    void largeNetworksHaveTheParametersOfTheModels() {
        assertThat(size(Architecture.WRN_16_4)).isEqualTo(2_748_890);
        assertThat(size(Architecture.DENSENET_40_40)).isEqualTo(1_901_920);
        assertThat(size(Architecture.INFERSENT_2048)).isEqualTo(47_155_715);
    }

    private static long size(Architecture architecture) {
        return architecture.parameters().stream()
                .mapToLong(
                        w -> Arrays.stream(w.extents()).asLongStream().reduce(1, (a, b) -> a * b))
                .sum();
    }

    @Test
    void theCheckOfANetworkIsWithoutDropoutAndOfFewExamplesIfItIsLarge() {
        Case.Network large = (Case.Network) Cases.of("wrn-16-4");
        assertThat(large.batch()).isEqualTo(64);
        assertThat(large.dropout()).isEqualTo(0.4);
        assertThat(large.forCheck().batch()).isEqualTo(8);
        assertThat(large.forCheck().dropout()).isZero();
        Case.Network small = (Case.Network) Cases.of("lenet");
        assertThat(small.batch()).isEqualTo(32);
        assertThat(small.forCheck()).isEqualTo(small);
    }

    @Test
    void theBeginningOfANameNamesAllThatBeginSo() {
        assertThat(Cases.named("infersent"))
                .containsExactly(Cases.of("infersent-512"), Cases.of("infersent-2048"));
        assertThat(Cases.named("lenet")).containsExactly(Cases.of("lenet"));
        assertThat(Cases.named("conv-64")).containsExactly(Cases.of("conv-64"));
        assertThatThrownBy(() -> Cases.named("infer"))
                .hasMessageStartingWith("infer: there is no case of that name");
    }

    @Test
    void theDocumentedTableHasAllCases() throws IOException {
        String table = Files.readString(Path.of("..", "docs", "performance.md"));
        for (List<Case> cases : List.of(Cases.ALL, Cases.ON_A_DEVICE)) {
            for (Case c : cases) {
                assertThat(table).contains("`" + c.name() + "`");
            }
        }
    }

    @Test
    void onlyWhatLeavesTheCachesHasBytes() {
        assertThat(Cases.of("alig-update-64k").bytes()).isZero();
        assertThat(Cases.of("alig-update-16m").bytes()).isEqualTo(6.0 * 4 * (1 << 24));
    }

    @Test
    void inputsAreTheSameEachTimeAndFillTheirRange() {
        float[] x = Inputs.uniform("x", 10_000, 2);
        assertThat(Inputs.uniform("x", 10_000, 2)).isEqualTo(x);
        assertThat(Inputs.uniform("y", 10_000, 2)).isNotEqualTo(x);
        double sum = 0;
        double squares = 0;
        for (float value : x) {
            assertThat(value).isBetween(-2f, 2f);
            sum += value;
            squares += value * value;
        }
        // mean 0 and variance 4/3, four standard errors
        assertThat(sum / x.length).isCloseTo(0, within(0.05));
        assertThat(squares / x.length).isCloseTo(4.0 / 3, within(0.05));
    }

    @Test
    void checksSeeAValueInAnotherPlace() {
        double[] check = Inputs.check(new float[] {1, 2, 3});
        double[] swapped = Inputs.check(new float[] {2, 1, 3});
        assertThat(check[0]).isEqualTo(Math.sqrt(14));
        assertThat(swapped[0]).isEqualTo(check[0]);
        assertThat(Math.abs(swapped[1] - check[1])).isGreaterThan(1e-3 * check[1]);
    }

    @Test
    void parametersHaveTheSizesOfTheirShapes() {
        Architecture.Weights filters = Architecture.LENET.parameters().getFirst();
        assertThat(filters.name()).isEqualTo("conv1.weight");
        assertThat(filters.values()).hasSize(16 * 3 * 3);
        for (float value : filters.values()) {
            assertThat(value).isBetween(-1 / 3f, 1 / 3f); // 1/√9
        }
    }

    @Test
    void oneSampleIsEnoughOfWhatTakesHalfASecond() {
        Workload slow =
                new Workload() {
                    @Override
                    public void run() {
                        LockSupport.parkNanos(600_000_000);
                    }

                    @Override
                    public double[] check() {
                        return new double[0];
                    }
                };
        assertThat(new Stopwatch(slow).samples(300)).hasSize(1);
    }

    /// Three runs a stretch: 12, 11, 10 ms, then 9 …, until it takes 1 ms for good.
    @Test
    void warmingUpGoesOnWhileRunsGetFaster() {
        int[] runs = new int[1];
        Workload warming =
                new Workload() {
                    @Override
                    public void run() {
                        LockSupport.parkNanos(1_000_000L * Math.max(1, 12 - runs[0]++));
                    }

                    @Override
                    public double[] check() {
                        return new double[0];
                    }
                };
        new Stopwatch(warming).warmUp(1);
        assertThat(runs[0]).isBetween(12, 18);
    }

    @Test
    void aStopwatchAveragesShortRunsOverAMillisecond() {
        int[] runs = new int[1];
        Stopwatch stopwatch =
                new Stopwatch(
                        new Workload() {
                            @Override
                            public void run() {
                                runs[0]++;
                            }

                            @Override
                            public double[] check() {
                                return new double[0];
                            }
                        });
        stopwatch.warmUp(1);
        runs[0] = 0;
        List<Double> samples = stopwatch.samples(0);
        assertThat(samples).hasSize(3).allMatch(ms -> ms > 0 && ms < 1);
        assertThat(runs[0]).isGreaterThan(100);
    }
}
