package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

class SnliFileTest {

    @TempDir private Path folder = Path.of("");

    private static List<SnliFile.Pair> pairs(Path file) {
        List<SnliFile.Pair> pairs = new ArrayList<>();
        SnliFile.read(file, pairs::add);
        return pairs;
    }

    private Path jsonl(String... lines) throws IOException {
        return SnliFiles.write(folder.resolve("x.jsonl"), lines);
    }

    private Path txt(String... lines) throws IOException {
        return SnliFiles.write(folder.resolve("x.txt"), lines);
    }

    @Test
    void bothFormsHoldTheSamePairs() throws IOException {
        List<SnliFile.Pair> expected =
                List.of(
                        new SnliFile.Pair("A dog \"runs\".", "É", 2),
                        new SnliFile.Pair("Two", "One", 0),
                        new SnliFile.Pair("", "x", 1));
        Path objects =
                jsonl(
                        SnliFiles.object("contradiction", "A dog \"runs\".", "É"),
                        SnliFiles.object("-", "nobody", "agrees"),
                        SnliFiles.object("entailment", "Two", "One"),
                        SnliFiles.object("neutral", "", "x"));
        assertThat(pairs(objects)).isEqualTo(expected);
        Path table =
                txt(
                        SnliFiles.TITLES,
                        SnliFiles.row("contradiction", "A dog \"runs\".", "É"),
                        SnliFiles.row("-", "nobody", "agrees"),
                        SnliFiles.row("entailment", "Two", "One"),
                        SnliFiles.row("neutral", "", "x"));
        assertThat(pairs(table)).isEqualTo(expected);
        SnliFile.Counts counts = new SnliFile.Counts(4, 3);
        assertThat(SnliFile.read(objects, pair -> {})).isEqualTo(counts);
        assertThat(SnliFile.read(table, pair -> {})).isEqualTo(counts);
        Files.writeString(table, Files.readString(table).replace("\n", "\r\n").stripTrailing());
        assertThat(pairs(table)).isEqualTo(expected);
    }

    @Test
    void namesTheLineOfAnObjectThatIsNone() throws IOException {
        String sound = SnliFiles.object("neutral", "a", "b");
        refuses(jsonl(sound, "{\"gold_label\": "), 2, "it is no JSON object");
        refuses(jsonl(sound, sound, ""), 3, "it is no JSON object");
        refuses(jsonl(sound + sound), 1, "it is no JSON object");
        refuses(jsonl("<html>"), 1, "it is no JSON object");
        refuses(jsonl(sound, "{\"gold_label\": \"neutral\"}"), 2, "it has no text 'sentence1'");
        refuses(jsonl(sound.replace("\"neutral\",\"pair", "3,\"pair")), 1, "no text 'gold_label'");
        refuses(jsonl(SnliFiles.object("yes", "a", "b")), 1, "the label is 'yes', not one of");
        refuses(jsonl(SnliFiles.object("-", "a", "b")), 2, "it ends without a pair");
        refuses(jsonl("[".repeat(100_000)), 1, "it is no JSON object");
    }

    @Test
    void namesTheLineOfARowThatIsNone() throws IOException {
        String sound = SnliFiles.row("neutral", "a", "b");
        refuses(txt(sound), 1, "it has no column gold_label");
        refuses(
                txt(SnliFiles.TITLES.replace("\tsentence2\t", "\t"), sound),
                1,
                "it has no column sentence2");
        refuses(txt(SnliFiles.TITLES, sound, "neutral\ta\tb"), 3, "it has no text 'sentence1'");
        refuses(txt(SnliFiles.TITLES, SnliFiles.row("", "a", "b")), 2, "the label is ''");
        refuses(txt(SnliFiles.TITLES), 2, "it ends without a pair that has a label");
        refuses(Files.write(folder.resolve("x.txt"), new byte[0]), 1, "it has no column");
    }

    @Test
    void namesTheLineThatIsNoText() throws IOException {
        byte[] bytes = (SnliFiles.TITLES + "\nneutral\t\u00e9").getBytes(StandardCharsets.UTF_16);
        refuses(Files.write(folder.resolve("x.txt"), bytes), 1, "it is no UTF-8");
        Path zeros = Files.write(folder.resolve("x.jsonl"), new byte[(1 << 20) + 1]);
        refuses(zeros, 1, "it does not end within 1,048,576 bytes");
        assertThatThrownBy(() -> pairs(folder.resolve("none.jsonl")))
                .hasMessage(folder.resolve("none.jsonl") + ": there is no such file.");
        Path csv = SnliFiles.write(folder.resolve("x.csv"), "a");
        assertThatThrownBy(() -> pairs(csv)).hasMessageContaining("must end in .jsonl or .txt");
    }

    @Test
    void anyDamageIsAUsageExceptionOrPairs() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        byte[] sound =
                Files.readAllBytes(
                        jsonl(
                                SnliFiles.object("neutral", "A", "B"),
                                SnliFiles.object("neutral", "C", "D")));
        int refused = 0;
        for (int i = 0; i < 500; i++) {
            byte[] bytes = sound.clone();
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            Path file = Files.write(folder.resolve("x.jsonl"), bytes);
            try {
                assertThat(pairs(file)).hasSizeBetween(1, 2);
            } catch (UsageException e) {
                assertThat(e).hasMessageStartingWith(file + ", line ");
                refused++;
            }
        }
        assertThat(refused).isBetween(50, 499);
    }

    private static void refuses(Path file, int line, String part) {
        assertThatThrownBy(() -> pairs(file))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(file + ", line " + line + ": ")
                .hasMessageContaining(part);
    }
}
