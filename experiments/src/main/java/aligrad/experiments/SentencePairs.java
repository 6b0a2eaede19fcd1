package aligrad.experiments;

import java.util.List;
import java.util.zip.CRC32;

/// Pairs of sentences as rows of word vectors, and their classes.
final class SentencePairs {

    private final int[][] premises;
    private final int[][] hypotheses;
    private final byte[] labels;
    private final WordVectors vectors;

    private SentencePairs(int pairs, WordVectors vectors) {
        premises = new int[pairs][];
        hypotheses = new int[pairs][];
        labels = new byte[pairs];
        this.vectors = vectors;
    }

    /// A pair whose sentences are tokens.
    ///
    /// @param label the class, 0 to 2
    record Tokens(List<String> premise, List<String> hypothesis, int label) {}

    /// Puts the markers of beginning and end around each sentence, and leaves out tokens without a
    /// vector.
    static SentencePairs of(List<Tokens> pairs, WordVectors vectors) {
        SentencePairs encoded = new SentencePairs(pairs.size(), vectors);
        for (int i = 0; i < pairs.size(); i++) {
            Tokens pair = pairs.get(i);
            encoded.premises[i] = rows(pair.premise, vectors);
            encoded.hypotheses[i] = rows(pair.hypothesis, vectors);
            encoded.labels[i] = (byte) pair.label;
        }
        return encoded;
    }

    private static int[] rows(List<String> tokens, WordVectors vectors) {
        int[] inner = tokens.stream().filter(vectors::has).mapToInt(vectors::row).toArray();
        int[] rows = new int[inner.length + 2];
        rows[0] = vectors.row(SnliData.BEGINNING);
        System.arraycopy(inner, 0, rows, 1, inner.length);
        rows[rows.length - 1] = vectors.row(SnliData.END);
        return rows;
    }

    int size() {
        return labels.length;
    }

    int[] premise(int pair) {
        return premises[pair];
    }

    int[] hypothesis(int pair) {
        return hypotheses[pair];
    }

    int label(int pair) {
        return labels[pair];
    }

    WordVectors vectors() {
        return vectors;
    }

    /// The CRC-32 of all rows and classes, which tells these pairs from others.
    long checksum() {
        CRC32 checksum = new CRC32();
        for (int i = 0; i < labels.length; i++) {
            update(checksum, premises[i]);
            update(checksum, hypotheses[i]);
            checksum.update(labels[i]);
        }
        return checksum.getValue();
    }

    private static void update(CRC32 checksum, int[] rows) {
        for (int row : rows) {
            for (int shift = 0; shift < 32; shift += 8) {
                checksum.update(row >>> shift);
            }
        }
        checksum.update(0xff); // between sentences
    }
}
