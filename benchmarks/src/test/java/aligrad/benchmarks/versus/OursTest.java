package aligrad.benchmarks.versus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import aligrad.benchmarks.cases.Case;

import org.junit.jupiter.api.Test;

class OursTest {

    @Test
    void aStepOfTheUpdateMovesTheParameter() {
        OurUpdate once = new OurUpdate(new Case.Update("update", 1000));
        double[] moved = once.check();
        assertThat(new OurUpdate(new Case.Update("update", 1000)).check()).isEqualTo(moved);
        assertThat(once.check()).isNotEqualTo(moved);
    }

    @Test
    void aConvolutionHasAllThreePasses() {
        double[] check =
                new OurKernels.Passes(new Case.Convolution("conv", 2, 3, 4, 5, 3, 2, 1)).check();
        assertThat(check).hasSize(6);
        for (double value : check) {
            assertThat(value).isPositive();
        }
    }

    /// The share of the roof is arithmetic a millisecond over that of the roof: a product of 1024
    /// takes 2³¹ operations.
    @Test
    void theShareOfTheRoofGrowsWithTheThreadsOfTheRoof() {
        Case product = new Case.Gemm("gemm", 1024);
        double one = Roof.FMA.share(product, 1, 10, 1);
        assertThat(Roof.FMA.share(product, 2, 10, 1)).isCloseTo(one / 2, within(1e-12));
        assertThat(Roof.FMA.share(product, 1, 20, 1)).isCloseTo(one / 2, within(1e-12));
        assertThat(Roof.over(product)).contains(Roof.FMA);
        assertThat(Roof.over(new Case.Update("update", 1 << 24))).contains(Roof.TRIAD);
        assertThat(Roof.over(new Case.Chain("chain", 1 << 16))).isEmpty();
    }
}
