package aligrad.experiments;

import aligrad.tensor.Tensor;

import java.util.Arrays;
import java.util.function.IntFunction;

/// Pairs of sentences and their classes, made by any thread; the tensors are made where they are
/// asked for.
///
/// Premises and hypotheses are padded to the longest of their side of the batch, each for itself.
/// Padding is the word vector of zeros, behind the end.
final class SentencePairBatch {

    private final SentencePairs pairs;
    private final Side premises;
    private final Side hypotheses;
    private final long[] labels;

    private SentencePairBatch(SentencePairs pairs, Side premises, Side hypotheses, long[] labels) {
        this.pairs = pairs;
        this.premises = premises;
        this.hypotheses = hypotheses;
        this.labels = labels;
    }

    /// The pairs at these places.
    static SentencePairBatch of(SentencePairs pairs, int[] places) {
        return new SentencePairBatch(
                pairs,
                Side.of(places, pairs::premise),
                Side.of(places, pairs::hypothesis),
                Arrays.stream(places).mapToLong(pairs::label).toArray());
    }

    /// One sentence of each pair.
    private static final class Side {
        private final long[] rows;
        private final int[] lengths;
        private final int longest;

        private Side(int[] lengths) {
            this.lengths = lengths;
            longest = Arrays.stream(lengths).max().orElse(0);
            rows = new long[Math.multiplyExact(lengths.length, longest)];
        }

        static Side of(int[] places, IntFunction<int[]> sentences) {
            Side side =
                    new Side(
                            Arrays.stream(places)
                                    .map(place -> sentences.apply(place).length)
                                    .toArray());
            for (int i = 0; i < places.length; i++) {
                int[] sentence = sentences.apply(places[i]);
                for (int t = 0; t < sentence.length; t++) {
                    side.rows[i * side.longest + t] = sentence[t];
                }
            }
            return side;
        }

        Tensor vectors(WordVectors of) {
            Tensor all = of.table().gather(0, Tensor.of(rows));
            return all.reshape(lengths.length, longest, WordVectors.DIMENSIONS);
        }
    }

    int size() {
        return labels.length;
    }

    /// `F32 (B, longest, 300)`.
    Tensor premises() {
        return premises.vectors(pairs.vectors());
    }

    /// `F32 (B, longest, 300)`.
    Tensor hypotheses() {
        return hypotheses.vectors(pairs.vectors());
    }

    /// How many steps of each premise are real, with both markers.
    int[] premiseLengths() {
        return premises.lengths.clone();
    }

    /// How many steps of each hypothesis are real, with both markers.
    int[] hypothesisLengths() {
        return hypotheses.lengths.clone();
    }

    /// `I64 (B)`.
    Tensor labels() {
        return Tensor.of(labels, size());
    }
}
