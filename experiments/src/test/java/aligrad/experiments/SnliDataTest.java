package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.tensor.Random;
import aligrad.tensor.Shape;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

class SnliDataTest {

    @TempDir private Path folder = Path.of("");

    @BeforeEach
    void files() throws IOException {
        SnliFiles.write(folder);
    }

    private static SnliData read(Path directory, Path vectors) {
        return SnliData.read(
                directory, (words, markers) -> WordVectors.read(vectors, words, markers));
    }

    private SnliData read() {
        return read(folder, folder.resolve("vectors.txt"));
    }

    private static int[] rows(SnliData data, String... tokens) {
        return Arrays.stream(tokens).mapToInt(data.vectors()::row).toArray();
    }

    /// `Zanzibar` has no vector, `-` no label; `Dog` and `dog` are two words.
    @Test
    void encodesTokensBetweenTheMarkers() {
        SnliData data = read();
        assertThat(data.train().size()).isEqualTo(3);
        assertThat(data.train().label(0)).isEqualTo(1);
        assertThat(data.train().label(1)).isZero();
        assertThat(data.train().label(2)).isEqualTo(2);
        assertThat(data.train().premise(0))
                .containsExactly(rows(data, "<s>", "A", "dog", "runs", ".", "</s>"));
        assertThat(data.train().hypothesis(0))
                .containsExactly(rows(data, "<s>", "It", "is", "n't", "a", "cat", "</s>"));
        assertThat(data.train().hypothesis(1))
                .containsExactly(rows(data, "<s>", "An", "animal", "in", "the", "sun", "</s>"));
        assertThat(data.test().hypothesis(0)).containsExactly(rows(data, "<s>", "</s>"));
        assertThat(data.vectors().withoutVector()).containsExactly("Zanzibar");
        assertThat(data.markersWithoutVector()).isEmpty();
        assertThat(data.pairs()).startsWith("3 for training, 1 for validation, 1 for the test");
    }

    @Test
    void eachSideOfABatchIsPaddedForItself() {
        SnliData data = read();
        SentencePairBatch batch = SentencePairBatch.of(data.train(), new int[] {2, 0});
        assertThat(batch.premises().shape()).isEqualTo(Shape.of(2, 6, 300));
        assertThat(batch.hypotheses().shape()).isEqualTo(Shape.of(2, 7, 300));
        assertThat(batch.premiseLengths()).containsExactly(4, 6);
        assertThat(batch.hypothesisLengths()).containsExactly(5, 7);
        assertThat(batch.labels().toLongArray()).containsExactly(2, 1);
        float[] premises = batch.premises().toFloatArray();
        float[] table = data.vectors().table().toFloatArray();
        int[] first = data.train().premise(2);
        for (int t = 0; t < 6; t++) {
            for (int i = 0; i < 300; i++) {
                float expected = t < 4 ? table[first[t] * 300 + i] : 0;
                assertThat(premises[t * 300 + i]).isEqualTo(expected);
            }
        }
    }

    @Test
    void aLoaderShufflesAndEvaluationKeepsTheOrder() {
        SentencePairs train = read().train();
        int[] places = {0, 1, 2};
        try (BatchLoader<SentencePairBatch> loader =
                        BatchLoader.shuffled(
                                places,
                                2,
                                Random.stream(3),
                                Shard.WHOLE,
                                1,
                                (batch, epoch) -> SentencePairBatch.of(train, batch));
                BatchLoader<SentencePairBatch> evaluation =
                        BatchLoader.inOrder(
                                places,
                                2,
                                1,
                                (batch, none) -> SentencePairBatch.of(train, batch))) {
            assertThat(loader.batch(0).size()).isEqualTo(2);
            assertThat(loader.batch(1).size()).isEqualTo(1);
            assertThat(evaluation.batch(0).labels().toLongArray()).containsExactly(1, 0);
            assertThat(evaluation.batch(1).labels().toLongArray()).containsExactly(2);
        }
    }

    @Test
    void findsTheFolderThatTheArchiveUnpacksTo() throws IOException {
        Path inner = folder.resolve("there/snli_1.0");
        SnliFiles.write(inner);
        SnliData data = read(folder.resolve("there"), inner.resolve("vectors.txt"));
        assertThat(data.pairs()).isEqualTo(read().pairs());
        SnliFiles.write(
                inner.resolve("snli_1.0_dev.jsonl"), SnliFiles.object("neutral", "A sun", "runs"));
        SnliData other = read(folder.resolve("there"), inner.resolve("vectors.txt"));
        assertThat(other.pairs()).isNotEqualTo(data.pairs());
    }

    @Test
    void markersWithoutAVectorAreZerosAndToldOf() throws IOException {
        Path vectors = folder.resolve("vectors.txt");
        Files.writeString(vectors, Files.readString(vectors).replace("</s>", "</x>"));
        SnliData data = read();
        assertThat(data.markersWithoutVector()).containsExactly("</s>");
        float[] table = data.vectors().table().toFloatArray();
        assertThat(table[data.vectors().row("</s>") * 300 + 5]).isZero();
    }

    @Test
    void namesWhatIsMissing() throws IOException {
        Files.delete(folder.resolve("snli_1.0_dev.jsonl"));
        assertThatThrownBy(this::read)
                .isInstanceOf(UsageException.class)
                .hasMessage(
                        "--data "
                                + folder
                                + ": it has no file snli_1.0_dev.jsonl or snli_1.0_dev.txt; the"
                                + " files of SNLI 1.0 belong there, or the folder snli_1.0 with"
                                + " them.");
    }
}
