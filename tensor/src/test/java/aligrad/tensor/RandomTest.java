package aligrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.DoublePredicate;
import java.util.stream.LongStream;

/// Moments are compared within five standard errors of an exact distribution; seeds are fixed, so a
/// result is always the same.
class RandomTest {

    private static final int N = 100_000;

    @Test
    void uniformNumbersHaveTheMomentsOfTheDistribution() {
        double[] u = Random.stream(1).uniform(N).toDoubleArray();
        requireAll(u, v -> v >= 0 && v < 1);
        requireMoments(u, 0.5, 1 / 12.0, 1 / 80.0); // E(u - 1/2)^4 = 1/80
        double[] wide = Random.stream(1).uniform(-2, 4, Shape.of(N)).toDoubleArray();
        requireMoments(wide, 1, 36 / 12.0, 36 * 36 / 80.0);
        double[] f64 = Random.stream(1).uniform(DType.F64, Shape.of(N)).toDoubleArray();
        requireMoments(f64, 0.5, 1 / 12.0, 1 / 80.0);
    }

    @Test
    void uniformNumbersStayBelowTheirUpperBound() {
        double[] u = Random.stream(2).uniform(1, 1 + 0x1p-22, Shape.of(N)).toDoubleArray();
        assertThat(u).containsOnly(1, 1 + 0x1p-23);
    }

    @Test
    void uniformNumbersAreThoseOfPhilox() {
        Random random = Random.stream(3);
        random.seek(5);
        Tensor u = random.uniform(3, 7);
        long key = Objects.requireNonNull((Pointwise.Uniform) u.op()).key();
        for (int i = 0; i < 21; i++) {
            assertThat(u.toFloatArray()[i]).isEqualTo(Philox.uniformFloat(key, 5, i));
        }
    }

    @Test
    void normalNumbersHaveTheMomentsOfTheDistribution() {
        double[] z = Random.stream(4).normal(0, 1, N).toDoubleArray();
        requireMoments(z, 0, 1, 3);
        requireMoments(Random.stream(5).normal(3, 2, N).toDoubleArray(), 3, 4, 3 * 16);
        // the normal distribution function at 1 is 0.841345; its standard error 0.00116
        long below = Arrays.stream(z).filter(v -> v < 1).count();
        assertThat(below / (double) N).isBetween(0.841345 - 0.0058, 0.841345 + 0.0058);
        double pairs = 0; // both of a pair come from one radius, and yet do not correlate
        for (int i = 0; i < N; i += 2) {
            pairs += z[i] * z[i + 1];
        }
        assertThat(pairs / (N / 2)).isBetween(-5 / Math.sqrt(N / 2), 5 / Math.sqrt(N / 2));
    }

    /// Within two deviations the variance is 1 - 2·2·φ(2)/(2Φ(2) - 1) = 0.773741, with φ(2) =
    /// 0.0539910 and Φ(2) = 0.9772499; the fourth moment 3·0.773741 - 2·2³·φ(2)/(2Φ(2) - 1) =
    /// 1.416187.
    @Test
    void truncatedNormalNumbersStayWithinTwoDeviations() {
        double[] z = Random.stream(6).truncatedNormal(0, 1, N).toDoubleArray();
        requireAll(z, v -> v >= -2 && v <= 2);
        requireMoments(z, 0, 0.773741, 1.416187);
        double[] scaled = Random.stream(6).truncatedNormal(5, 0.1, N).toDoubleArray();
        requireAll(scaled, v -> v > 4.7999 && v < 5.2001);
    }

    @Test
    void bernoulliIsTrueWithItsProbability() {
        Random random = Random.stream(7);
        double share = random.bernoulli(0.3, Shape.of(N)).mean().item();
        double error = Math.sqrt(0.3 * 0.7 / N);
        assertThat(share).isBetween(0.3 - 5 * error, 0.3 + 5 * error);
        assertThat(random.bernoulli(0, Shape.of(N)).sum().item()).isZero();
        assertThat(random.bernoulli(1, Shape.of(N)).sum().item()).isEqualTo(N);
    }

    private static void requireAll(double[] x, DoublePredicate rule) {
        assertThat(Arrays.stream(x).filter(rule.negate()).toArray()).isEmpty();
    }

    private static void requireMoments(double[] x, double mean, double variance, double fourth) {
        double sum = 0;
        double squares = 0;
        for (double v : x) {
            sum += v;
            squares += (v - mean) * (v - mean);
        }
        double meanError = 5 * Math.sqrt(variance / x.length);
        double varianceError = 5 * Math.sqrt((fourth - variance * variance) / x.length);
        assertThat(sum / x.length).isBetween(mean - meanError, mean + meanError);
        assertThat(squares / x.length)
                .isBetween(variance - varianceError, variance + varianceError);
    }

    @Test
    void permutationsHoldEveryNumberOnceAndAreEquallyLikely() {
        Random random = Random.stream(8);
        long[] order = random.permutationArray(1000);
        long[] sorted = LongStream.range(0, 1000).toArray();
        assertThat(Arrays.stream(order).sorted().toArray()).isEqualTo(sorted);
        assertThat(order).isNotEqualTo(sorted);
        assertThat(random.permutation(5).dtype()).isEqualTo(DType.I64);
        assertThat(random.permutationArray(0)).isEmpty();
        int[] counts = new int[6]; // of the 6 orders of 3, each with p = 1/6
        for (int i = 0; i < 6000; i++) {
            long[] p = random.permutationArray(3);
            counts[(int) (2 * p[0] + (p[1] > p[2] ? 1 : 0))]++;
        }
        double error = 5 * Math.sqrt(6000 * (1 / 6.0) * (5 / 6.0));
        for (int n : counts) {
            assertThat((double) n).isBetween(1000 - error, 1000 + error);
        }
    }

    @Test
    void integersCoverTheirRange() {
        Random random = Random.stream(9);
        int[] counts = new int[5];
        for (int i = 0; i < 5000; i++) {
            counts[random.integer(-2, 3) + 2]++;
        }
        double error = 5 * Math.sqrt(5000 * 0.2 * 0.8);
        for (int n : counts) {
            assertThat((double) n).isBetween(1000 - error, 1000 + error);
        }
        int above = 0;
        for (int i = 0; i < 1000; i++) {
            above += random.integer(Integer.MIN_VALUE, Integer.MAX_VALUE) > 0 ? 1 : 0;
        }
        assertThat(above).isBetween(500 - 79, 500 + 79); // 5·√(1000/4)
        assertThatThrownBy(() -> random.integer(3, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("integer from 3 to 3: the range must not be empty");
    }

    @Test
    void sameSeedGivesTheSameNumbersAndAnotherSeedOthers() {
        float[] a = Random.stream(10).normal(0, 1, 100).toFloatArray();
        assertThat(Random.stream(10).normal(0, 1, 100).toFloatArray()).isEqualTo(a);
        assertThat(Random.stream(11).normal(0, 1, 100).toFloatArray()).doesNotContain(a);
    }

    @Test
    void callsAreIndependentOfEachOther() {
        Random random = Random.stream(12);
        Tensor a = random.uniform(N);
        Tensor b = random.uniform(N);
        requireUncorrelated(a, b);
        assertThat(random.position()).isEqualTo(2);
    }

    @Test
    void namedStreamsAreIndependent() {
        Random random = Random.stream(13);
        requireUncorrelated(random.named("a").uniform(N), random.named("b").uniform(N));
        requireUncorrelated(random.uniform(N), random.named("a").uniform(N));
        requireUncorrelated(random.named("").uniform(N), random.uniform(N));
        requireUncorrelated(random.named("ab").uniform(N), random.named("a").named("b").uniform(N));
        requireUncorrelated(Random.stream(14).uniform(N), Random.stream(15).uniform(N));
    }

    private static void requireUncorrelated(Tensor a, Tensor b) {
        double correlation = a.sub(0.5).mul(b.sub(0.5)).mean().item() * 12;
        assertThat(correlation).isBetween(-5 / Math.sqrt(N), 5 / Math.sqrt(N));
    }

    @Test
    void aNamedStreamDependsOnItsNameAloneAndLeavesItsParentBe() {
        Random random = Random.stream(16);
        Random before = random.named("dropout");
        random.uniform(3);
        Random after = random.named("dropout");
        assertThat(random.position()).isEqualTo(1);
        assertThat(before.uniform(9).toFloatArray()).isEqualTo(after.uniform(9).toFloatArray());
    }

    @Test
    void seekReproducesWhatFollows() {
        Random random = Random.stream(17);
        random.uniform(5);
        random.truncatedNormal(0, 1, 5);
        random.permutation(5);
        long position = random.position();
        float[] first = random.normal(0, 1, 10).toFloatArray();
        int second = random.integer(0, 1000);

        Random resumed = Random.stream(17);
        resumed.seek(position);

        assertThat(resumed.normal(0, 1, 10).toFloatArray()).isEqualTo(first);
        assertThat(resumed.integer(0, 1000)).isEqualTo(second);
    }

    @Test
    void pendingNumbersAreTheSameWhereverTheyAreComputed() {
        Tensor u = Random.stream(18).uniform(4, 6);
        double[] alone = Random.stream(18).uniform(4, 6).toDoubleArray();
        assertThat(u.add(0).toDoubleArray()).isEqualTo(alone);
        assertThat(u.expand(3, 4, 6).select(0, 2).toDoubleArray()).isEqualTo(alone);
        assertThat(Tensor.zeros(3, 4, 6).add(u).select(0, 1).toDoubleArray()).isEqualTo(alone);
        assertThat(u.transpose().contiguous().transpose().toDoubleArray()).isEqualTo(alone);
        assertThat(u.slice(1, 2, 5).toDoubleArray())
                .isEqualTo(Tensor.of(alone, 4, 6).slice(1, 2, 5).toDoubleArray());
        assertThat(u.sum().item()).isEqualTo(Tensor.of(alone, 24).to(DType.F32).sum().item());
    }

    @Test
    void rejectsTypesThatCannotHoldFractions() {
        assertThatThrownBy(() -> Random.stream(19).uniform(DType.I32, Shape.of(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("uniform I32: random numbers are F32 or F64; compare or cast them");
    }
}
