package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.tensor.Shape;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

class WordVectorsTest {

    private static final List<String> MARKERS = List.of("<s>", "</s>");

    @TempDir private Path folder = Path.of("");

    private WordVectors read(Set<String> words, String... lines) throws IOException {
        return WordVectors.read(
                SnliFiles.write(folder.resolve("glove.txt"), lines), words, MARKERS);
    }

    private static float first(WordVectors vectors, String word) {
        return vectors.table().toFloatArray()[vectors.row(word) * 300];
    }

    @Test
    void keepsTheWordsThatAreNeededAndZerosForPadding() throws IOException {
        WordVectors vectors =
                read(
                        Set.of("dog", "Dog", "zebra"),
                        SnliFiles.vector("the", 1),
                        SnliFiles.vector("dog", 2),
                        SnliFiles.vector("</s>", 3),
                        SnliFiles.vector("Dog", 4),
                        SnliFiles.vector("<s>", 5));
        assertThat(vectors.table().shape()).isEqualTo(Shape.of(5, 300));
        assertThat(vectors.size()).isEqualTo(4);
        assertThat(vectors.has("the")).isFalse();
        assertThat(vectors.has("zebra")).isFalse();
        assertThat(vectors.withoutVector()).containsExactly("zebra");
        assertThat(first(vectors, "dog")).isEqualTo(2);
        assertThat(first(vectors, "Dog")).isEqualTo(4);
        assertThat(first(vectors, "<s>")).isEqualTo(5);
        float[] table = vectors.table().toFloatArray();
        assertThat(table[vectors.row("dog") * 300 + 299]).isEqualTo(2.299f);
        for (int i = 0; i < 300; i++) {
            assertThat(table[WordVectors.PADDING + i]).isZero();
        }
        assertThatThrownBy(() -> vectors.row("the")).hasMessageContaining("row of 'the'");
    }

    /// Two words with spaces in them, one of those not breaking; a later line counts.
    @Test
    void wordsMayHaveSpacesAndComeTwice() throws IOException {
        WordVectors vectors =
                read(
                        Set.of(". . .", "a\u00a0b", "é"),
                        SnliFiles.vector(". . .", 1),
                        SnliFiles.vector("a\u00a0b", 2),
                        SnliFiles.vector("é", 3),
                        SnliFiles.vector("é", 4));
        assertThat(first(vectors, ". . .")).isEqualTo(1);
        assertThat(first(vectors, "a\u00a0b")).isEqualTo(2);
        assertThat(first(vectors, "é")).isEqualTo(4);
        assertThat(vectors.withoutVector()).containsExactly("</s>", "<s>");
        assertThat(first(vectors, "<s>")).isZero();
        assertThat(vectors.row("<s>")).isNotEqualTo(WordVectors.PADDING);
    }

    @Test
    void namesTheLineThatIsNone() throws IOException {
        String sound = SnliFiles.vector("dog", 1);
        refuses(1, "it is empty", new byte[0]);
        refuses(1, "it has 1 fields, not a word and 300 numbers", "dog\n".getBytes());
        refuses(2, "it has 300 fields", (sound + "\n" + sound.substring(4) + "\n").getBytes());
        refuses(2, "it has 1 fields", (sound + "\n\n" + sound).getBytes());
        for (String wrong : List.of("x", "NaN", "1d", "0x1p3", "Infinity", "1e99", "", "1,5")) {
            refuses(
                    2,
                    "number 3 is '" + wrong + "'",
                    (sound + "\n" + sound.replace(" 1.002 ", " " + wrong + " ")).getBytes());
        }
        refuses(1, "number 300 is 'x'", sound.replace("1.299", "x").getBytes());
        refuses(1, "it is no UTF-8", new byte[] {-1, ' '}, sound.substring(4).getBytes());
        refuses(1, "it does not end within", new byte[2_000_000]);
    }

    /// The first line is looked at as a whole even where its word is not needed.
    @Test
    void aFileOfAnotherKindIsNamedAtItsStart() {
        assertThatThrownBy(
                        () ->
                                read(
                                        Set.of("dog"),
                                        SnliFiles.vector("cat", 1).replace("1.299", "html")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("line 1: number 300 is 'html'");
    }

    private void refuses(int line, String part, byte[]... bytes) throws IOException {
        Path file = folder.resolve("glove.txt");
        byte[] all = new byte[0];
        for (byte[] more : bytes) {
            byte[] longer = Arrays.copyOf(all, all.length + more.length);
            System.arraycopy(more, 0, longer, all.length, more.length);
            all = longer;
        }
        Files.write(file, all);
        assertThatThrownBy(() -> WordVectors.read(file, Set.of("dog"), MARKERS))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(file + ", line " + line + ": ")
                .hasMessageContaining(part);
    }
}
