package aligrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import aligrad.tensor.Random;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

import org.junit.jupiter.api.Test;

/// The deviations and bounds of 10,000 draws; a deviation is then known to 1 %.
class InitializerTest {

    private static final Shape SHAPE = Shape.of(100, 100);
    private static final Initializer.Fan FAN = new Initializer.Fan(25, 50);

    private static Tensor draw(Initializer initializer) {
        return initializer.draw(SHAPE, FAN, Random.stream(1));
    }

    private static void assertDeviation(Initializer initializer, double deviation) {
        Tensor drawn = draw(initializer);
        assertThat(drawn.mean().item()).isCloseTo(0, within(0.05 * deviation));
        assertThat(drawn.std(0).item()).isCloseTo(deviation, within(0.05 * deviation));
    }

    private static void assertUniform(Initializer initializer, double bound) {
        assertDeviation(initializer, bound / Math.sqrt(3));
        assertThat(draw(initializer).abs().max().item()).isBetween(0.99 * bound, bound);
    }

    @Test
    void drawsAsTheFormulasSay() {
        assertUniform(new Initializer.Uniform(0.5), 0.5);
        assertUniform(new Initializer.FanInUniform(), 1 / 5.0);
        assertUniform(new Initializer.GlorotUniform(), Math.sqrt(6 / 75.0));
        assertDeviation(new Initializer.Normal(2), 2);
        assertDeviation(new Initializer.HeFanIn(), Math.sqrt(2 / 25.0));
        assertDeviation(new Initializer.HeFanOut(), Math.sqrt(2 / 50.0));
        assertDeviation(new Initializer.FanInTruncatedNormal(), 0.8796 / 5);
        assertThat(draw(new Initializer.FanInTruncatedNormal()).abs().max().item())
                .isLessThanOrEqualTo(2.00001 / 5);
        assertThat(draw(new Initializer.Constant(3)).toFloatArray()).containsOnly(3);
    }

    @Test
    void aConvolutionCountsThePlacesOfItsKernel() {
        Initializer heavy = new Initializer.HeFanOut();
        Conv2d conv =
                new Conv2d(
                        64,
                        128,
                        Window2d.of(3),
                        Conv2d.Options.DEFAULT.withoutBias().withWeights(heavy),
                        Random.stream(1));
        // √(2/(3·3·128))
        assertThat(conv.weight().value().std(0).item()).isCloseTo(0.041667, within(0.0005));
        assertThat(conv.parameterCount()).isEqualTo(128 * 9 * 64);
    }

    @Test
    void linearLayersStartWithinOneOverRootIn() {
        Linear linear = new Linear(100, 50, Random.stream(1));
        assertThat(linear.weight().value().abs().max().item()).isBetween(0.099, 0.1);
        assertThat(linear.namedParameters().get("bias").value().abs().max().item())
                .isBetween(0.05, 0.1);
    }

    @Test
    void theSameSeedStartsFromTheSameNumbers() {
        Linear a = new Linear(5, 3, Random.stream(9));
        Linear b = new Linear(5, 3, Random.stream(9));
        assertThat(a.weight().value().toFloatArray())
                .containsExactly(b.weight().value().toFloatArray());
    }
}
