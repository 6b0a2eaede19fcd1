package aligrad.backends.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.DType;
import aligrad.tensor.Device;
import aligrad.tensor.Movements;
import aligrad.tensor.Random;
import aligrad.tensor.Shape;

import org.junit.jupiter.api.Test;

/// Random numbers: the same bits on every device.
abstract class RandomConformance {

    private final Oracle oracle;
    private final Samples samples = new Samples(16);

    RandomConformance(Oracle oracle) {
        this.oracle = oracle;
    }

    @Test
    void uniformNumbersAreTheSameBits() {
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            for (Shape shape : Samples.shapes()) {
                for (long seed : new long[] {0, 1, -1, 0x9E3779B97F4A7C15L}) {
                    oracle.check(
                            "uniform " + dtype + " " + shape,
                            Bound.exact(),
                            _ -> Random.stream(seed).uniform(dtype, shape));
                }
            }
        }
    }

    @Test
    void laterCallsGiveOtherNumbersOnBothSides() {
        oracle.check(
                "three calls",
                Bound.exact(),
                _ -> {
                    Random random = Random.stream(5);
                    return Movements.concat(
                            0, random.uniform(33), random.uniform(33), random.uniform(33));
                });
    }

    @Test
    void uniformNumbersAreFused() {
        for (Arrangement arrangement : Arrangement.values()) {
            Operand x = oracle.operand(samples.draw(DType.BOOL, Shape.of(7, 33)), arrangement);
            oracle.check(
                    "dropout mask",
                    Bound.exact(),
                    y -> y[0].where(Random.stream(3).uniform(7, 33).mul(2), 1),
                    x);
        }
    }

    @Test
    void uniformNumbersBelongToTheirPlacesAlsoWhenTheyStretch() {
        Operand x = oracle.operand(Samples.of(new double[35], DType.F32, Shape.of(5, 7)));
        oracle.check("stretched row", Bound.exact(), y -> y[0].add(Random.stream(3).uniform(7)), x);
        oracle.check(
                "stretched column",
                Bound.exact(),
                y -> y[0].add(Random.stream(3).uniform(5, 1)),
                x);
    }

    @Test
    void uniformNumbersAreReduced() {
        oracle.check(
                "largest of each column",
                Bound.exact(),
                _ -> Random.stream(9).uniform(100, 33).max(0));
        oracle.check(
                "largest of each row",
                Bound.exact(),
                _ -> Random.stream(9).uniform(33, 100).max(1));
    }

    @Test
    void maskedShareIsTheProbability() {
        oracle.check(
                "bernoulli", Bound.exact(), _ -> Random.stream(7).bernoulli(0.25, Shape.of(1000)));
        Shape many = Shape.of(100_000);
        double share =
                Device.use(
                        oracle.device(),
                        () -> Random.stream(7).bernoulli(0.25, many).mean().item());
        // the standard deviation of the share is √(0.25·0.75/100 000) = 0.0014
        assertThat(share).isBetween(0.244, 0.256);
    }
}
