package aligrad.experiments;

import com.fasterxml.jackson.jr.ob.JSON;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Small files in the forms of SNLI and of word vectors, for tests.
final class SnliFiles {

    private SnliFiles() {}

    /// A line of a `.jsonl` file.
    static String object(String label, String premise, String hypothesis) throws IOException {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("annotator_labels", List.of(label));
        values.put("captionID", "3416050480.jpg#4");
        values.put("gold_label", label);
        values.put("pairID", "3416050480.jpg#4r1n");
        values.put("sentence1", premise);
        values.put("sentence1_binary_parse", "( " + premise + " )");
        values.put("sentence2", hypothesis);
        return JSON.std.asString(values);
    }

    static final String TITLES =
            "gold_label\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse"
                    + "\tsentence2_parse\tsentence1\tsentence2\tcaptionID\tpairID\tlabel1\tlabel2"
                    + "\tlabel3\tlabel4\tlabel5";

    /// A line of a `.txt` file.
    static String row(String label, String premise, String hypothesis) {
        return String.join(
                "\t",
                label,
                "( p )",
                "( h )",
                "(ROOT p)",
                "(ROOT h)",
                premise,
                hypothesis,
                "1.jpg#4",
                "1.jpg#4r1n",
                label,
                "",
                "",
                "",
                "");
    }

    /// A line of word vectors: number `i` is `first + i/1000`.
    static String vector(String word, double first) {
        StringBuilder line = new StringBuilder(word);
        for (int i = 0; i < WordVectors.DIMENSIONS; i++) {
            line.append(' ').append((float) (first + i / 1000.0));
        }
        return line.toString();
    }

    static Path write(Path file, String... lines) throws IOException {
        return Files.writeString(file, String.join("\n", lines) + "\n");
    }

    /// The three files of a small SNLI, and `vectors.txt` for its words.
    static void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        write(
                folder.resolve("snli_1.0_train.jsonl"),
                object("neutral", "A dog runs.", "It is n't a cat"),
                object("-", "A cat", "Nobody agrees"),
                object("entailment", "A dog", "An animal in the Zanzibar sun"),
                object("contradiction", "The sun", "A Dog ."));
        write(folder.resolve("snli_1.0_dev.jsonl"), object("neutral", "A sun", "Dog runs"));
        write(folder.resolve("snli_1.0_test.jsonl"), object("entailment", "A", "Zanzibar"));
        List<String> lines = new ArrayList<>();
        String[] words = {
            "the", "A", "dog", "runs", ".", "It", "is", "n't", "a", "cat", "An", "animal", "in",
            "The", "sun", "Dog", "<s>", "</s>"
        };
        for (int i = 0; i < words.length; i++) {
            lines.add(vector(words[i], i));
        }
        write(folder.resolve("vectors.txt"), lines.toArray(new String[0]));
    }
}
