package aligrad.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LearningRateTest {

    @Test
    void stepsMultiplyAtEachMilestone() {
        LearningRate rate = LearningRate.steps(1, 0.2, 60, 120);
        assertThat(rate.at(59)).isEqualTo(1);
        assertThat(rate.at(60)).isEqualTo(0.2);
        assertThat(rate.at(120)).isCloseTo(0.04, within(1e-15));
    }

    @Test
    void exponentialMultipliesEachStep() {
        assertThat(LearningRate.exponential(2, 0.5).at(3)).isEqualTo(0.25);
    }

    @Test
    void cosineGoesFromFirstToLastAndStays() {
        LearningRate rate = LearningRate.cosine(1, 0.2, 100);
        assertThat(rate.at(0)).isEqualTo(1);
        assertThat(rate.at(50)).isCloseTo(0.6, within(1e-15));
        assertThat(rate.at(100)).isCloseTo(0.2, within(1e-15));
        assertThat(rate.at(1000)).isCloseTo(0.2, within(1e-15));
    }

    @Test
    void polynomialOfPowerOneIsAStraightLine() {
        LearningRate rate = LearningRate.polynomial(1, 0, 10, 1);
        assertThat(rate.at(5)).isCloseTo(0.5, within(1e-15));
        assertThat(LearningRate.polynomial(1, 0, 10, 2).at(5)).isCloseTo(0.25, within(1e-15));
        assertThat(rate.at(11)).isZero();
    }

    @Test
    void warmupRisesToWhereTheOtherBegins() {
        LearningRate rate = LearningRate.warmup(4, LearningRate.steps(8, 0.5, 1));
        assertThat(rate.at(0)).isEqualTo(2);
        assertThat(rate.at(3)).isEqualTo(8);
        assertThat(rate.at(4)).isEqualTo(8);
        assertThat(rate.at(5)).isEqualTo(4);
    }

    @Test
    void everyMultipliesAfterEachPeriod() {
        LearningRate rate = LearningRate.every(3, 8, 0.5);
        assertThat(rate.at(2)).isEqualTo(8);
        assertThat(rate.at(3)).isEqualTo(4);
        assertThat(rate.at(8)).isEqualTo(2);
    }

    /// Periods of 10, 20, 40 steps.
    @Test
    void cosineRestartsEachTimeForLonger() {
        LearningRate rate = LearningRate.cosineRestarts(1, 0, 10, 2);
        assertThat(rate.at(0)).isEqualTo(1);
        assertThat(rate.at(5)).isCloseTo(0.5, within(1e-15));
        assertThat(rate.at(10)).isEqualTo(1);
        assertThat(rate.at(20)).isCloseTo(0.5, within(1e-15));
        assertThat(rate.at(30)).isEqualTo(1);
        assertThat(rate.at(50)).isCloseTo(0.5, within(1e-15));
        LearningRate same = LearningRate.cosineRestarts(1, 0, 10, 1);
        assertThat(same.at(10_000_005)).isCloseTo(0.5, within(1e-15));
    }

    /// torch.optim.lr_scheduler.OneCycleLR(SGD, max_lr=2, total_steps=11), the rates of all steps.
    @Test
    void oneCycleIsThatOfPyTorch() {
        LearningRate rate = LearningRate.oneCycle(2, 11);
        double[] expected = {
            0.08000000000000007,
            0.8446822274694716,
            1.9205228494452349,
            1.959493135642603,
            1.7689514495372607,
            1.4521740985950566,
            1.0611654161751995,
            0.6601160579745898,
            0.31486502559901575,
            0.08209108641258171,
            8e-06,
        };
        for (int t = 0; t < expected.length; t++) {
            assertThat(rate.at(t)).isCloseTo(expected[t], within(1e-12));
        }
        assertThat(rate.at(1000)).isCloseTo(expected[10], within(1e-12));
    }

    @Test
    void inverseSquareRootRisesAndFalls() {
        LearningRate rate = LearningRate.inverseSquareRoot(3, 4);
        assertThat(rate.at(0)).isEqualTo(0.75);
        assertThat(rate.at(3)).isEqualTo(3);
        assertThat(rate.at(15)).isEqualTo(1.5);
    }

    @Test
    void epochsAreThatManySteps() {
        LearningRate rate = LearningRate.inEpochs(100, LearningRate.steps(1, 0.5, 2));
        assertThat(rate.at(199)).isEqualTo(1);
        assertThat(rate.at(200)).isEqualTo(0.5);
    }

    @Test
    void rejectsSchedulesThatMakeNoSense() {
        assertThatThrownBy(() -> LearningRate.steps(1, 0.1, 5, 5))
                .hasMessageContaining("larger than the one before");
        assertThatThrownBy(() -> LearningRate.exponential(1, 0))
                .hasMessageContaining("factor 0.0: it must be a number above 0");
        assertThatThrownBy(() -> LearningRate.cosineRestarts(1, 0, 10, 0))
                .hasMessageContaining("at least 1");
        assertThatThrownBy(() -> LearningRate.polynomial(1, 0, 10, 0))
                .hasMessageContaining("above 0");
        assertThatThrownBy(() -> LearningRate.inEpochs(0, LearningRate.constant(1)))
                .hasMessageContaining("at least 1");
    }

    @Test
    void rejectsRatesBelowZeroAndEmptySchedules() {
        assertThatThrownBy(() -> LearningRate.constant(-1)).hasMessageContaining("at least 0");
        assertThatThrownBy(() -> LearningRate.constant(Double.NaN))
                .hasMessageContaining("at least 0");
        assertThatThrownBy(() -> LearningRate.cosine(1, 0, 0)).hasMessageContaining("at least 1");
    }
}
