package aligrad.benchmarks.versus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import aligrad.benchmarks.cases.Architecture;
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

    /// The gradient of the loss is `(softmax - one-hot)/batch`, whose rows add up to 0.
    @Test
    void lossesAndNormalizationsHaveTheirGradients() {
        double[] loss =
                new OurKernels.SoftmaxCrossEntropy(new Case.SoftmaxCrossEntropy("loss", 6, 5))
                        .check();
        assertThat(loss).hasSize(3);
        assertThat(loss[0]).isBetween(0.0, 11.0); // scores lie within ±5
        assertThat(loss[1]).isBetween(0.0, Math.sqrt(2.0 / 6)); // norm of six rows below √2/6
        double[] norm = new OurKernels.LayerNormPasses(new Case.LayerNorm("norm", 4, 5)).check();
        assertThat(norm).hasSize(8);
        for (double value : norm) {
            assertThat(value).isPositive();
        }
    }

    /// The parameters of both sides are those of the model, or it would not load them.
    @Test
    void aLargeNetworkTakesSteps() {
        double[] steps =
                new OurTraining(
                                new Case.Network(
                                        "densenet", Architecture.DENSENET_40_40, 2, 0.9, 0))
                        .check();
        assertThat(steps).hasSize(6);
        assertThat(steps[4]).isLessThan(steps[0]);
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
