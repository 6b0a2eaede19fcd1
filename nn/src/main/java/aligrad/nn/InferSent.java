package aligrad.nn;

import aligrad.tensor.Movements;
import aligrad.tensor.Random;
import aligrad.tensor.ShapeException;
import aligrad.tensor.Tensor;

import java.util.Arrays;

/// The sentence encoder InferSent and its classifier of pairs: two sentences of word vectors `(B,
/// T, embedding)` to scores `(B, classes)` of how the second follows from the first.
///
/// A bidirectional LSTM reads a sentence, and each of its 2·hidden outputs is pooled over the
/// words: that is the sentence's encoding. Of the encodings `u` and `v` of premise and hypothesis
/// the features `(u, v, |u - v|, u⊙v)` go through three linear layers without a nonlinearity
/// between them. Word vectors are given and not learned.
///
/// ```java
/// InferSent model = InferSent.of(2048).initialize(Random.stream(1234));
/// Tensor scores = model.forward(premises, lengths, hypotheses, otherLengths);  // (B, 3)
/// System.out.println(model.parameterCount());                                  // 47155715
/// ```
///
/// Source: Conneau, Kiela, Schwenk, Barrault, Bordes, *Supervised Learning of Universal Sentence
/// Representations from Natural Language Inference Data*, EMNLP 2017, as released (version 1).
public final class InferSent extends Module {

    private final Config config;
    private final Lstm encoder;
    private final Sequential classifier;

    /// How the outputs of the LSTM become the encoding of a sentence.
    public enum Pooling {
        /// The largest of each feature over all places up to the end of the longest sentence of
        /// that side of the batch, where places behind the end of a sentence are 0. So a shorter
        /// sentence has no feature below 0, and its encoding depends on the others: a property of
        /// the release that its results rest on.
        MAX_WITH_PADDING,
        /// The largest of each feature over the words of the sentence.
        MAX,
        /// The mean of each feature over the words of the sentence.
        MEAN
    }

    /// The sizes of the model; [#of] gives those of the paper.
    ///
    /// @param embedding numbers in a word vector
    /// @param hidden units of each direction of the LSTM
    /// @param width numbers between the linear layers
    /// @param classes numbers in a row of scores
    public record Config(int embedding, int hidden, int width, int classes, Pooling pooling) {

        /// @throws IllegalArgumentException if a size is below 1
        public Config {
            if (Math.min(Math.min(embedding, hidden), Math.min(width, classes)) < 1) {
                throw new IllegalArgumentException(
                        "InferSent of %d numbers a word, %d hidden units, width %d, %d classes: all must be at least 1"
                                .formatted(embedding, hidden, width, classes));
            }
        }

        public Config embedding(int numbers) {
            return new Config(numbers, hidden, width, classes, pooling);
        }

        public Config width(int numbers) {
            return new Config(embedding, hidden, numbers, classes, pooling);
        }

        public Config classes(int number) {
            return new Config(embedding, hidden, width, number, pooling);
        }

        public Config pooling(Pooling way) {
            return new Config(embedding, hidden, width, classes, way);
        }

        /// The model with initial weights drawn from this stream.
        public InferSent initialize(Random random) {
            return new InferSent(this, random);
        }
    }

    /// For word vectors of 300 numbers, linear layers of 512, and three classes.
    ///
    /// @param hidden units of each direction of the LSTM, 2,048 in the paper
    /// @throws IllegalArgumentException if it is below 1
    public static Config of(int hidden) {
        return new Config(300, hidden, 512, 3, Pooling.MAX_WITH_PADDING);
    }

    private InferSent(Config config, Random random) {
        this.config = config;
        Recurrent.Options both = Recurrent.Options.DEFAULT.withBothDirections();
        encoder = child("encoder", new Lstm(config.embedding, config.hidden, both, random));
        classifier =
                child(
                        "classifier",
                        Sequential.of(
                                new Linear(
                                        Math.multiplyExact(8, config.hidden), config.width, random),
                                new Linear(config.width, config.width, random),
                                new Linear(config.width, config.classes, random)));
    }

    /// The sizes it was made with.
    public Config config() {
        return config;
    }

    /// The scores of pairs of sentences, `(B, classes)`.
    ///
    /// @param premises word vectors `(B, T, embedding)`
    /// @param premiseLengths the number of words of each premise, 1 to T
    /// @param hypotheses word vectors `(B, T', embedding)`
    /// @param hypothesisLengths the number of words of each hypothesis, 1 to T'
    /// @throws ShapeException if a shape does not fit
    /// @throws IllegalArgumentException if there is not one length in that range a sentence
    public Tensor forward(
            Tensor premises, int[] premiseLengths, Tensor hypotheses, int[] hypothesisLengths) {
        return inLayer(
                () -> {
                    Sentences first = sentences(premises, premiseLengths);
                    Sentences second = sentences(hypotheses, hypothesisLengths);
                    if (first.count() != second.count()) {
                        throw new ShapeException(
                                "%s of %d premises and %d hypotheses: each premise needs one hypothesis"
                                        .formatted(this, first.count(), second.count()));
                    }
                    return scores(first, second);
                });
    }

    /// The encodings of sentences, `(B, 2·hidden)`.
    ///
    /// @param words word vectors `(B, T, embedding)`
    /// @param lengths the number of words of each sentence, 1 to T
    /// @throws ShapeException if a shape does not fit
    /// @throws IllegalArgumentException if there is not one length in that range a sentence
    public Tensor encode(Tensor words, int[] lengths) {
        return inLayer(
                () -> {
                    Sentences sentences = sentences(words, lengths);
                    return pooled(sentences, encoder.forward(sentences.words, lengths).outputs());
                });
    }

    /// One side of a batch, up to the end of its longest sentence.
    private record Sentences(Tensor words, int[] lengths) {

        int count() {
            return words.extent(0);
        }

        int longest() {
            return words.extent(1);
        }

        /// The word vectors, with zeros up to `time` places.
        Tensor padded(int time) {
            int missing = time - longest();
            return missing == 0 ? words : words.pad(new int[3], new int[] {0, missing, 0}, 0);
        }
    }

    private Sentences sentences(Tensor words, int[] lengths) {
        if (words.shape().rank() != 3 || words.extent(2) != config.embedding) {
            throw new ShapeException(
                    "%s of word vectors %s: they must be (batch, words, %d)"
                            .formatted(this, words.shape(), config.embedding));
        }
        PackedBatch.requireLengths(words.extent(0), words.extent(1), lengths);
        int longest = Arrays.stream(lengths).max().orElse(0);
        return new Sentences(words.slice(1, 0, longest), lengths);
    }

    /// Both sides go through the encoder as one batch: the weights are read half as often, and
    /// products have twice the rows.
    private Tensor scores(Sentences first, Sentences second) {
        int batch = first.count();
        int time = Math.max(first.longest(), second.longest());
        int[] lengths = Arrays.copyOf(first.lengths, 2 * batch);
        System.arraycopy(second.lengths, 0, lengths, batch, batch);
        Tensor words = Movements.concat(0, first.padded(time), second.padded(time));
        Tensor outputs = encoder.forward(words, lengths).outputs();
        Tensor u = pooled(first, outputs.slice(0, 0, batch));
        Tensor v = pooled(second, outputs.slice(0, batch, 2 * batch));
        return classifier.forward(Movements.concat(1, u, v, u.sub(v).abs(), u.mul(v)));
    }

    /// @param outputs `(B, T, 2·hidden)`, 0 behind the end of each sentence, of which the places up
    ///   to the end of the longest count
    private Tensor pooled(Sentences sentences, Tensor outputs) {
        Tensor own = outputs.slice(1, 0, sentences.longest());
        return switch (config.pooling) {
            case MAX_WITH_PADDING -> own.max(1);
            case MAX -> isWord(sentences).where(own, Double.NEGATIVE_INFINITY).max(1);
            case MEAN -> own.sum(1).div(lengths(sentences).to(own.dtype()));
        };
    }

    /// `BOOL (B, T, 1)`.
    private static Tensor isWord(Sentences sentences) {
        Tensor places = Tensor.range(sentences.longest()).reshape(1, sentences.longest(), 1);
        return places.lt(lengths(sentences).unsqueeze(2));
    }

    /// `I64 (B, 1)`.
    private static Tensor lengths(Sentences sentences) {
        long[] lengths = Arrays.stream(sentences.lengths).asLongStream().toArray();
        return Tensor.of(lengths, lengths.length, 1);
    }

    @Override
    protected String pyTorchName(String path) {
        return path.replaceFirst("^encoder\\.", "encoder.enc_lstm.");
    }

    @Override
    public String toString() {
        return "InferSent(%d → %d hidden, both directions, %d classes)"
                .formatted(config.embedding, config.hidden, config.classes);
    }
}
