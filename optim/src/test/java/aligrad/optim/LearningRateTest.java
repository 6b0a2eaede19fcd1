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
    void rejectsRatesBelowZeroAndEmptySchedules() {
        assertThatThrownBy(() -> LearningRate.constant(-1)).hasMessageContaining("at least 0");
        assertThatThrownBy(() -> LearningRate.constant(Double.NaN))
                .hasMessageContaining("at least 0");
        assertThatThrownBy(() -> LearningRate.cosine(1, 0, 0)).hasMessageContaining("at least 1");
    }
}
