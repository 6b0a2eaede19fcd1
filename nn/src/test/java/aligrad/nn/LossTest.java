package aligrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import aligrad.autograd.GradientCheck;
import aligrad.autograd.Gradients;
import aligrad.tensor.DType;
import aligrad.tensor.IndexException;
import aligrad.tensor.Random;
import aligrad.tensor.ShapeException;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

/// The worked examples of the specification, the numbers at the edge, and the rules.
class LossTest {

    private static final Tensor SCORES =
            Tensor.of(new double[] {2, .5, -1, 1.8, .1, .2, .3, .4}, 2, 4);
    private static final Tensor LABELS = Tensor.of(new long[] {0, 2});

    private static void assertClose(Tensor actual, double... expected) {
        assertThat(actual.toDoubleArray()).containsExactly(expected, within(1e-9));
    }

    @Test
    void labelsOutsideTheClassesAreNamed() {
        Tensor scores = Tensor.zeros(2, 3);
        Tensor labels = Tensor.of(new long[] {0, 3});
        assertThatThrownBy(() -> CrossEntropy.mean(scores, labels))
                .isInstanceOf(IndexException.class)
                .hasMessageStartingWith("cross-entropy of scores [2, 3]: labels must be 0 to 2: ")
                .hasMessageContaining("index 3 at position 1");
    }

    @Test
    void crossEntropyOfTheSpecification() {
        assertClose(CrossEntropy.mean(SCORES, LABELS), 1.0402438963);
        assertClose(
                CrossEntropy.sum(SCORES, LABELS),
                CrossEntropy.perSample(SCORES, LABELS).sum().item());
        assertClose(CrossEntropy.mean(SCORES, LABELS.to(DType.I32)), 1.0402438963);
        assertClose(CrossEntropy.mean(SCORES, LABELS.to(DType.U8)), 1.0402438963);
    }

    @Test
    void hingesOfTheSpecification() {
        assertClose(MulticlassHinge.perSample(SCORES, LABELS), .8, 1.1);
        assertClose(MulticlassHinge.mean(SCORES, LABELS), .95);
        assertClose(MulticlassHinge.sum(SCORES, LABELS), 1.9);
        Tensor scores = SCORES.track();
        Tensor smoothed = MulticlassHinge.smoothed().mean(scores, LABELS);
        assertClose(smoothed, .4567405094);
        assertClose(
                Gradients.of(smoothed).wrt(scores),
                -.2609540399,
                .0533383634,
                .0119013976,
                .1957142790,
                .1069191102,
                .1181638912,
                -.3694087039,
                .1443257026);
    }

    @Test
    void truncatedTopKOfTheSpecification() {
        Tensor scores =
                Tensor.of(new double[] {3, 1, 2, .5, -1, .7, 0, .1, 2, 1.5, 1.2, 1.1, 1, .9}, 2, 7);
        Tensor labels = Tensor.of(new long[] {0, 0});
        assertClose(new TruncatedTopK(5).perSample(scores, labels), .0658839038, 1.1711006659);
        assertClose(new TruncatedTopK(2).perSample(scores, labels), .3262644806, 2.4342790892);
    }

    @Test
    void untrainedBinaryCrossEntropyIsLogTwo() {
        Tensor targets = Tensor.of(new double[] {0, 1, .5}, 3);
        assertClose(
                BinaryCrossEntropy.perElement(Tensor.full(0, DType.F64, 3), targets),
                Math.log(2),
                Math.log(2),
                Math.log(2));
    }

    @Test
    void binaryCrossEntropyHasTheRightSlopeAtZero() {
        Tensor x = Tensor.full(0, DType.F64, 3).track();
        Tensor targets = Tensor.of(new double[] {0, 1, .25}, 3);
        Tensor g = Gradients.of(BinaryCrossEntropy.sum(x, targets)).wrt(x);
        assertThat(g.toDoubleArray()).containsExactly(.5, -.5, .25); // σ(0) - z
    }

    @Test
    void smallLossesKeepTheirDigitsInSinglePrecision() {
        Tensor x = Tensor.of(new float[] {20}, 1).track();
        Tensor one = Tensor.ones(1);
        Tensor loss = BinaryCrossEntropy.sum(x, one);
        double exact = Math.log1p(Math.exp(-20));
        assertThat(loss.item() / exact).isCloseTo(1, within(1e-6));
        double slope = Gradients.of(loss).wrt(x).item();
        assertThat(slope / (-1 / (1 + Math.exp(20)))).isCloseTo(1, within(1e-6));
        Tensor scores = Tensor.of(new float[] {30, 0, 10}, 1, 3);
        double truncated = new TruncatedTopK(2).mean(scores, Tensor.of(new long[] {0}, 1)).item();
        assertThat(truncated / Math.log1p(Math.exp(-30))).isCloseTo(1, within(1e-5));
    }

    @Test
    void optionsActTogether() {
        CrossEntropy.Options options = CrossEntropy.options().withLabelSmoothing(0.1);
        // Soft targets of 0.925 and 0.025 are the same loss
        Tensor soft =
                Tensor.of(new double[] {.925, .025, .025, .025, .025, .025, .925, .025}, 2, 4);
        assertClose(options.mean(SCORES, LABELS), CrossEntropy.mean(SCORES, soft).item());
        Tensor hard = Tensor.of(new double[] {1, 0, 0, 0, 0, 0, 1, 0}, 2, 4);
        assertClose(options.mean(SCORES, LABELS), options.mean(SCORES, hard).item());
        Tensor withIgnored = Tensor.of(new long[] {0, -1});
        assertClose(
                CrossEntropy.options().withIgnored(-1).mean(SCORES, withIgnored),
                CrossEntropy.perSample(SCORES, LABELS).select(0, 0).item());
    }

    @Test
    void secondDerivativesAgreeWithDifferences() {
        Tensor x = Random.stream(4).normal(0, 1, 3, 4).to(DType.F64);
        Tensor z = Random.stream(5).uniform(3, 4).to(DType.F64);
        Tensor labels = Tensor.of(new long[] {1, 0, 3});
        GradientCheck.second(s -> CrossEntropy.mean(s[0], labels), x);
        GradientCheck.second(s -> BinaryCrossEntropy.mean(s[0], s[1]), x, z);
        GradientCheck.second(s -> MeanSquared.mean(s[0], s[1]), x, z);
        GradientCheck.second(s -> new TruncatedTopK(2).mean(s[0], labels), x);
    }

    @Test
    void rejectsWhatDoesNotFit() {
        assertThatThrownBy(() -> CrossEntropy.mean(SCORES, Tensor.of(new long[] {0, 1, 2})))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[2, 4]")
                .hasMessageContaining("[3]");
        assertThatThrownBy(() -> CrossEntropy.mean(SCORES, Tensor.of(new long[] {0, 4})).item())
                .hasMessageContaining("4");
        assertThatThrownBy(() -> CrossEntropy.mean(SCORES.select(0, 0), LABELS))
                .hasMessageContaining("(batch, classes)");
        assertThatThrownBy(() -> CrossEntropy.options().withLabelSmoothing(2))
                .hasMessageContaining("0 to 1");
        Tensor weights = Tensor.ones(3).to(DType.F64);
        assertThatThrownBy(
                        () -> CrossEntropy.options().withClassWeights(weights).mean(SCORES, LABELS))
                .hasMessageContaining("one for each class");
        assertThatThrownBy(() -> MeanSquared.mean(SCORES, Tensor.full(0, DType.F64, 4)))
                .hasMessageContaining("shape and type");
        assertThatThrownBy(() -> new TruncatedTopK(4).mean(SCORES, LABELS))
                .hasMessageContaining("1 to 3");
        assertThatThrownBy(() -> new TruncatedTopK(0)).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> new Huber(0)).hasMessageContaining("above 0");
    }
}
