package aligrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import aligrad.nn.InferSent.Pooling;
import aligrad.tensor.Movements;
import aligrad.tensor.Random;
import aligrad.tensor.Shape;
import aligrad.tensor.ShapeException;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

class InferSentTest {

    private static final Random RANDOM = Random.stream(3);
    private static final Tensor WORDS = RANDOM.normal(0, 1, 3, 5, 4);
    private static final int[] LENGTHS = {2, 4, 3};

    private static InferSent model(Pooling pooling) {
        return InferSent.of(3).embedding(4).width(5).pooling(pooling).initialize(Random.stream(1));
    }

    /// The LSTM's outputs for one sentence of `WORDS`, `(words, 2·hidden)`.
    private static Tensor outputs(InferSent model, int sentence) {
        Lstm encoder = (Lstm) model.children().get("encoder");
        Tensor alone = WORDS.slice(0, sentence, sentence + 1).slice(1, 0, LENGTHS[sentence]);
        return encoder.forward(alone).outputs().select(0, 0);
    }

    private static void same(Tensor actual, Tensor expected) {
        assertThat(actual.toFloatArray()).containsExactly(expected.toFloatArray(), within(1e-6f));
    }

    @Test
    void hasTheParametersOfTheSpecification() {
        InferSent model = InferSent.of(2048).initialize(Random.stream(1));
        assertThat(model.parameterCount()).isEqualTo(47_155_715);
        assertThat(model.children().get("classifier").parameterCount()).isEqualTo(8_653_315);
        assertThat(model).hasToString("InferSent(300 → 2048 hidden, both directions, 3 classes)");
    }

    @Test
    void shorterSentencesAreMaximizedWithZero() {
        InferSent model = model(Pooling.MAX_WITH_PADDING);
        Tensor encoded = model.encode(WORDS, LENGTHS);
        assertThat(encoded.shape()).isEqualTo(Shape.of(3, 6));
        same(encoded.select(0, 0), outputs(model, 0).max(0).maximum(0));
        same(encoded.select(0, 1), outputs(model, 1).max(0)); // the longest, though not of 5 words
        same(encoded.select(0, 2), outputs(model, 2).max(0).maximum(0));
        assertThat(outputs(model, 0).max(0).min().item()).isNegative();
    }

    @Test
    void otherPoolingsSeeTheWordsAlone() {
        InferSent largest = model(Pooling.MAX);
        InferSent mean = model(Pooling.MEAN);
        for (int i = 0; i < LENGTHS.length; i++) {
            same(largest.encode(WORDS, LENGTHS).select(0, i), outputs(largest, i).max(0));
            same(mean.encode(WORDS, LENGTHS).select(0, i), outputs(mean, i).mean(0));
        }
    }

    /// The two sides are computed as one batch, but the longest sentence of each side counts.
    @Test
    void sidesOfDifferentLengthsArePooledEachOnItsOwn() {
        InferSent model = model(Pooling.MAX_WITH_PADDING);
        int[] others = {1, 1, 1};
        Tensor one = WORDS.slice(1, 0, 1);
        Tensor scores = model.forward(one, others, WORDS, LENGTHS);
        Tensor u = model.encode(one, others);
        Tensor v = model.encode(WORDS, LENGTHS);
        assertThat(u.min().item()).isNegative();
        Tensor features = Movements.concat(1, u, v, u.sub(v).abs(), u.mul(v));
        Layer classifier = (Layer) model.children().get("classifier");
        same(scores, classifier.forward(features));
        assertThat(scores.shape()).isEqualTo(Shape.of(3, 3));
    }

    @Test
    void whatStandsBehindTheWordsDoesNotCount() {
        InferSent model = model(Pooling.MAX_WITH_PADDING);
        Tensor noise = RANDOM.normal(0, 1, 3, 1, 4);
        Tensor other = Movements.concat(1, WORDS.slice(1, 0, 4), noise);
        assertThat(model.encode(other, LENGTHS).toFloatArray())
                .containsExactly(model.encode(WORDS, LENGTHS).toFloatArray());
    }

    @Test
    void rejectsWhatDoesNotFit() {
        InferSent model = model(Pooling.MAX);
        assertThatThrownBy(() -> model.encode(Tensor.zeros(3, 5, 300), LENGTHS))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[3, 5, 300]: they must be (batch, words, 4)");
        assertThatThrownBy(() -> model.encode(WORDS, new int[] {2, 6, 3}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("length 6 of sequence 1: it must be 1 to 5");
        assertThatThrownBy(
                        () -> model.forward(WORDS, LENGTHS, WORDS.slice(0, 0, 2), new int[] {1, 1}))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("3 premises and 2 hypotheses");
        assertThatThrownBy(() -> InferSent.of(0)).hasMessageContaining("0 hidden units");
        assertThatThrownBy(() -> InferSent.of(3).width(0)).hasMessageContaining("width 0");
    }
}
