package aligrad.experiments;

import aligrad.tensor.Random;
import aligrad.tensor.Tensor;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32;

/// Vectors of words that stay as they are: learned from a corpus, such as GloVe's, or random.
///
/// A file has a line for each word: the word, then 300 numbers, with single spaces between them. A
/// few words have spaces in them, so the last 300 fields are the numbers. Upper and lower case are
/// different words.
///
/// Source: Pennington, Socher, Manning, *GloVe: Global Vectors for Word Representation*, EMNLP
/// 2014.
final class WordVectors {

    static final int DIMENSIONS = 300;

    /// The row of padding, which is zero.
    static final int PADDING = 0;

    /// Where vectors come from.
    @FunctionalInterface
    interface Source {
        /// The vectors of these words.
        ///
        /// @param words those of the sentences; words without a vector are left out
        /// @param markers words that must have a row
        WordVectors of(Set<String> words, List<String> markers);
    }

    private final Map<String, Integer> rows;
    private final Tensor table;
    private final Set<String> withoutVector;
    private final long lines;

    private WordVectors(
            Map<String, Integer> rows, Tensor table, Set<String> withoutVector, long lines) {
        this.rows = rows;
        this.table = table;
        this.withoutVector = withoutVector;
        this.lines = lines;
    }

    /// Reads the vectors of the words that are needed, and skips all others.
    ///
    /// @param words those of the sentences; words without a vector are left out
    /// @param markers words that must have a row: those without a vector have one of zeros
    /// @throws UsageException with file, line and reason if it is missing or damaged
    static WordVectors read(Path path, Set<String> words, List<String> markers) {
        DataFile file = new DataFile(path, "file of vectors of %d numbers".formatted(DIMENSIONS));
        Map<String, float[]> found = new HashMap<>();
        long count;
        try (DataLines lines = new DataLines(file)) {
            while (lines.next()) {
                int end = endOfWord(lines);
                String word = lines.text(0, end);
                if (words.contains(word) || markers.contains(word)) {
                    found.put(word, numbers(lines, end + 1)); // a later line counts
                } else if (lines.number() == 1) {
                    numbers(lines, end + 1); // to tell a file of another kind from the start
                }
            }
            count = lines.number() - 1;
            if (count == 0) {
                throw lines.wrong("it is empty");
            }
        }
        return of(found, words, markers, count);
    }

    /// A vector of normal random numbers, of mean 0 and deviation 1, for each word and marker. It
    /// is a function of the stream and the word alone, so that other sentences do not change it.
    static WordVectors random(Random random, Set<String> words, List<String> markers) {
        Set<String> all = new TreeSet<>(words);
        all.addAll(markers);
        Map<String, float[]> found = new HashMap<>();
        for (String word : all) {
            found.put(word, random.named("word " + word).normal(0, 1, DIMENSIONS).toFloatArray());
        }
        return of(found, words, markers, 0);
    }

    private static WordVectors of(
            Map<String, float[]> found, Set<String> words, List<String> markers, long lines) {
        List<String> order = new ArrayList<>(markers);
        new TreeSet<>(found.keySet())
                .stream().filter(w -> !markers.contains(w)).forEach(order::add);
        Map<String, Integer> rows = new HashMap<>();
        float[] table = new float[Math.multiplyExact(order.size() + 1, DIMENSIONS)];
        for (String word : order) {
            int row = rows.size() + 1; // behind that of padding
            rows.put(word, row);
            float[] vector = found.get(word);
            if (vector != null) {
                System.arraycopy(vector, 0, table, row * DIMENSIONS, DIMENSIONS);
            }
        }
        Set<String> without = new TreeSet<>(words);
        without.addAll(markers);
        without.removeAll(found.keySet());
        return new WordVectors(
                rows, Tensor.of(table, order.size() + 1, DIMENSIONS), without, lines);
    }

    /// Where the space before the numbers is.
    private static int endOfWord(DataLines lines) {
        int at = lines.length();
        for (int field = 0; field < DIMENSIONS; field++) {
            at--;
            while (at >= 0 && lines.at(at) != ' ') {
                at--;
            }
            if (at < 0) {
                throw lines.wrong(
                        "it has %d fields, not a word and %d numbers"
                                .formatted(field + 1, DIMENSIONS));
            }
        }
        return at;
    }

    private static float[] numbers(DataLines lines, int from) {
        float[] numbers = new float[DIMENSIONS];
        int begin = from;
        for (int i = 0; i < DIMENSIONS; i++) {
            int end = begin;
            while (end < lines.length() && lines.at(end) != ' ') {
                end++;
            }
            numbers[i] = number(lines, i, lines.text(begin, end));
            begin = end + 1;
        }
        return numbers;
    }

    private static float number(DataLines lines, int place, String text) {
        float value =
                OptimizerChoice.DECIMAL.matcher(text).matches()
                        ? Float.parseFloat(text)
                        : Float.NaN;
        if (!Float.isFinite(value)) {
            throw lines.wrong("number %d is '%s'".formatted(place + 1, text));
        }
        return value;
    }

    boolean has(String word) {
        return rows.containsKey(word);
    }

    /// The row of a word that there is.
    int row(String word) {
        Integer row = rows.get(word);
        if (row == null) {
            throw new IllegalArgumentException(
                    "row of '%s': it has no vector; ask has first".formatted(word));
        }
        return row;
    }

    /// How many lines the file has; 0 where there is none.
    long lines() {
        return lines;
    }

    /// How many words have a row.
    int size() {
        return rows.size();
    }

    /// The CRC-32 of all vectors, which tells them from others.
    long checksum() {
        float[] numbers = table.toFloatArray();
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(Float.BYTES, numbers.length));
        bytes.asFloatBuffer().put(numbers);
        CRC32 checksum = new CRC32();
        checksum.update(bytes);
        return checksum.getValue();
    }

    /// Which of the words and markers the file has not, in alphabetical order.
    Set<String> withoutVector() {
        return withoutVector;
    }

    /// All vectors: `F32 (size + 1, 300)`; row 0 is zeros.
    Tensor table() {
        return table;
    }
}
