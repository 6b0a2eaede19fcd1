package aligrad.experiments;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// SNLI for training, validation and test, prepared as in the ALI-G paper: tokens of the Penn
/// Treebank, of which those without a word vector are left out, between `<s>` and `</s>`.
///
/// Which pairs of a batch come together is the loader's matter; for evaluation they stay in the
/// order of the files.
///
/// @param train 549,367 pairs in the published files
/// @param validation 9,842 pairs
/// @param test 9,824 pairs
record SnliData(SentencePairs train, SentencePairs validation, SentencePairs test) {

    static final String BEGINNING = "<s>";
    static final String END = "</s>";

    /// What the published archive unpacks to.
    static final String FOLDER = "snli_1.0";

    /// @param directory holds the three files, `.jsonl` or `.txt`, or the folder of the archive
    /// @param source of the vectors: of a file of GloVe's, such as `glove.840B.300d.txt`, or random
    /// @throws UsageException if a file is missing or damaged, with its name, line and the reason
    static SnliData read(Path directory, WordVectors.Source source) {
        DataFolder folder = new DataFolder(directory).unpacked(FOLDER);
        Map<String, String> words = new HashMap<>();
        List<List<SentencePairs.Tokens>> parts = new ArrayList<>();
        for (String part : List.of("train", "dev", "test")) {
            parts.add(tokens(file(folder, part), words));
        }
        WordVectors found = source.of(words.keySet(), List.of(BEGINNING, END));
        return new SnliData(
                SentencePairs.of(parts.get(0), found),
                SentencePairs.of(parts.get(1), found),
                SentencePairs.of(parts.get(2), found));
    }

    /// The file of a part, `train`, `dev` or `test`.
    static Path file(DataFolder folder, String part) {
        return folder.require(
                "the files of SNLI 1.0 belong there, or the folder %s with them".formatted(FOLDER),
                "snli_1.0_%s.jsonl".formatted(part),
                "snli_1.0_%s.txt".formatted(part));
    }

    /// @param words all words so far, each with itself, so that each is in memory once
    private static List<SentencePairs.Tokens> tokens(Path file, Map<String, String> words) {
        List<SentencePairs.Tokens> pairs = new ArrayList<>();
        SnliFile.read(
                file,
                pair ->
                        pairs.add(
                                new SentencePairs.Tokens(
                                        tokens(pair.premise(), words),
                                        tokens(pair.hypothesis(), words),
                                        pair.label())));
        return pairs;
    }

    private static List<String> tokens(String sentence, Map<String, String> words) {
        return PennTreebank.tokens(sentence).stream()
                .map(token -> words.computeIfAbsent(token, same -> same))
                .toList();
    }

    WordVectors vectors() {
        return train.vectors();
    }

    /// Which of the markers have no vector in the file, and so one of zeros: to be told to the
    /// user.
    Set<String> markersWithoutVector() {
        Set<String> missing = new TreeSet<>(Set.of(BEGINNING, END));
        missing.retainAll(vectors().withoutVector());
        return missing;
    }

    /// How many words have a vector and the vectors' checksum.
    String words() {
        return "%d with a vector, %d without (CRC-32 %08x)"
                .formatted(
                        vectors().size() - markersWithoutVector().size(),
                        vectors().withoutVector().size(),
                        vectors().checksum());
    }

    /// How many pairs there are and their checksum, which tells whether a resumed run sees the same
    /// ones.
    String pairs() {
        return "%d for training, %d for validation, %d for the test (CRC-32 %08x, %08x, %08x)"
                .formatted(
                        train.size(),
                        validation.size(),
                        test.size(),
                        train.checksum(),
                        validation.checksum(),
                        test.checksum());
    }
}
