package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import aligrad.tensor.Random;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

class BatchLoaderTest {

    /// Ten images; image `i` has class `i`.
    private static final int[] PLACES = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

    @TempDir private Path folder = Path.of("");
    private ImageSet data;

    @BeforeEach
    void write() throws IOException {
        Files.write(folder.resolve("data_batch_1.bin"), CifarFiles.counted(PLACES));
        data = CifarData.readTraining(folder, CifarFormat.CIFAR10);
    }

    private BatchLoader<ImageBatch> loader(int batchSize, int threads) {
        return loader(PLACES, batchSize, 7, Shard.WHOLE, threads);
    }

    private BatchLoader<ImageBatch> loader(
            int[] places, int batchSize, long seed, Shard shard, int threads) {
        return BatchLoader.shuffled(
                places,
                batchSize,
                Random.stream(seed),
                shard,
                threads,
                (batch, epoch) -> ImageBatch.of(data, batch, epoch));
    }

    /// Classes, then pixels, of batches `from` to `to - 1`.
    private static List<List<Float>> contents(BatchLoader<ImageBatch> loader, int from, int to) {
        List<List<Float>> batches = new ArrayList<>();
        for (int i = from; i < to; i++) {
            ImageBatch batch = loader.batch(i);
            List<Float> numbers = new ArrayList<>();
            for (long label : batch.labels().toLongArray()) {
                numbers.add((float) label);
            }
            for (float pixel : batch.images().toFloatArray()) {
                numbers.add(pixel);
            }
            batches.add(numbers);
        }
        return batches;
    }

    @Test
    void anEpochShowsEachImageOnceAndEndsWithTheRest() {
        try (BatchLoader<ImageBatch> loader = loader(4, 1)) {
            assertThat(loader.perEpoch()).isEqualTo(3);
            List<List<Long>> epochs = new ArrayList<>();
            for (int epoch = 0; epoch < 3; epoch++) {
                List<Long> seen = new ArrayList<>();
                for (int b = 0; b < 3; b++) {
                    ImageBatch batch = loader.batch(3L * epoch + b);
                    assertThat(batch.size()).isEqualTo(b == 2 ? 2 : 4);
                    assertThat(batch.images().shape()).isEqualTo(Shape.of(batch.size(), 32, 32, 3));
                    for (long label : batch.labels().toLongArray()) {
                        seen.add(label);
                    }
                }
                assertThat(seen).hasSize(10).doesNotHaveDuplicates();
                epochs.add(seen);
            }
            assertThat(epochs).doesNotHaveDuplicates();
        }
    }

    @Test
    void theNumberOfThreadsDoesNotChangeTheBatches() {
        try (BatchLoader<ImageBatch> one = loader(3, 1);
                BatchLoader<ImageBatch> four = loader(3, 4)) {
            assertThat(contents(four, 0, 9)).isEqualTo(contents(one, 0, 9));
        }
    }

    @Test
    void whereALoaderStartsDoesNotChangeTheBatches() {
        try (BatchLoader<ImageBatch> whole = loader(3, 2);
                BatchLoader<ImageBatch> resumed = loader(3, 2)) {
            List<List<Float>> all = contents(whole, 0, 10);
            assertThat(contents(resumed, 6, 10)).isEqualTo(all.subList(6, 10));
            assertThat(contents(resumed, 1, 3)).isEqualTo(all.subList(1, 3));
        }
    }

    /// An epoch has another batch size, and each image looks the same in it.
    @Test
    void anImageOfAnEpochDoesNotDependOnItsBatch() {
        try (BatchLoader<ImageBatch> small = loader(1, 1);
                BatchLoader<ImageBatch> large = loader(10, 1)) {
            Set<List<Float>> alone = new HashSet<>(contents(small, 0, 10));
            ImageBatch all = large.batch(0);
            long[] labels = all.labels().toLongArray();
            float[] pixels = all.images().toFloatArray();
            Set<List<Float>> together = new HashSet<>();
            for (int i = 0; i < 10; i++) {
                List<Float> numbers = new ArrayList<>(List.of((float) labels[i]));
                for (int p = 0; p < 3072; p++) {
                    numbers.add(pixels[i * 3072 + p]);
                }
                together.add(numbers);
            }
            assertThat(together).isEqualTo(alone);
        }
    }

    @Test
    void theSeedAndTheEpochChangeTheBatches() {
        try (BatchLoader<ImageBatch> seven = loader(10, 1);
                BatchLoader<ImageBatch> eight = loader(PLACES, 10, 8, Shard.WHOLE, 1)) {
            List<List<Float>> epochs = contents(seven, 0, 2);
            assertThat(epochs.get(1)).isNotEqualTo(epochs.get(0));
            assertThat(contents(eight, 0, 1)).isNotEqualTo(epochs.subList(0, 1));
        }
    }

    @Test
    void leavesOutImagesThatAreNotAmongThePlaces() {
        int[] places = {2, 5};
        try (BatchLoader<ImageBatch> loader = loader(places, 2, 1, Shard.WHOLE, 1)) {
            assertThat(loader.batch(0).labels().toLongArray()).containsExactlyInAnyOrder(2, 5);
        }
    }

    @Test
    void anEvaluationIsInOrderAndEnds() {
        int[] places = {4, 1, 3, 7, 0};
        try (BatchLoader<ImageBatch> loader =
                BatchLoader.inOrder(
                        places, 2, 3, (batch, none) -> ImageBatch.of(data, batch, none))) {
            assertThat(loader.perEpoch()).isEqualTo(3);
            assertThat(loader.batch(0).labels().toLongArray()).containsExactly(4, 1);
            assertThat(loader.batch(1).labels().toLongArray()).containsExactly(3, 7);
            assertThat(loader.batch(2).labels().toLongArray()).containsExactly(0);
            float[] plain = ImageBatch.of(data, new int[] {3, 7}, null).images().toFloatArray();
            assertThat(loader.batch(1).images().toFloatArray()).containsExactly(plain);
            assertThatThrownBy(() -> loader.batch(3)).hasMessageContaining("there is none");
        }
    }

    /// The numbers of a batch's samples are places in what there is to learn from, whatever was
    /// asked for before.
    @Test
    void saysWhichSamplesABatchHas() {
        int[] places = {7, 3, 9, 0, 4};
        for (int rank = 0; rank < 2; rank++) {
            try (BatchLoader<ImageBatch> loader = loader(places, 2, 5, new Shard(rank, 2), 1)) {
                for (int i : new int[] {5, 0, 1, 2, 4, 3}) { // three batches an epoch
                    int[] samples = loader.samples(i);
                    long[] labels = loader.batch(i).labels().toLongArray();
                    assertThat(Arrays.stream(samples).mapToLong(s -> places[s]).toArray())
                            .containsExactly(labels);
                    assertThat(loader.samples(i)).containsExactly(samples);
                }
            }
        }
    }

    /// Three processes with batches of 4, 4 and 2: parts of 2, 1, 1 and 1, 1, 0.
    @Test
    void shardsTogetherAreTheBatch() {
        try (BatchLoader<ImageBatch> whole = loader(4, 1)) {
            for (int i = 0; i < 6; i++) {
                long[] expected = whole.batch(i).labels().toLongArray();
                long[] found = new long[expected.length];
                for (int rank = 0; rank < 3; rank++) {
                    try (BatchLoader<ImageBatch> one =
                            loader(PLACES, 4, 7, new Shard(rank, 3), 1)) {
                        ImageBatch part = one.batch(i);
                        assertThat(part.size()).isEqualTo((expected.length + 2 - rank) / 3);
                        for (int j = 0; j < part.size(); j++) {
                            found[rank + 3 * j] = part.labels().toLongArray()[j];
                        }
                    }
                }
                assertThat(found).containsExactly(expected);
            }
        }
        assertThatThrownBy(() -> new Shard(3, 3)).hasMessageContaining("rank 3 among 3");
        assertThatThrownBy(() -> new Shard(-1, 3)).isInstanceOf(IllegalArgumentException.class);
    }

    /// A damaged file behind an example is the user's matter, not a defect.
    @Test
    void aFileThatCannotBeUsedIsNamed() {
        try (BatchLoader<Integer> loader =
                BatchLoader.inOrder(
                        PLACES,
                        2,
                        1,
                        (batch, none) -> {
                            throw new UsageException("x.jpeg, byte 3: it is no such picture.");
                        })) {
            assertThatThrownBy(() -> loader.batch(0))
                    .isInstanceOf(UsageException.class)
                    .hasMessage("x.jpeg, byte 3: it is no such picture.");
        }
    }

    @Test
    void rejectsNothingToLoad() {
        assertThatThrownBy(() -> loader(0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("batches of 0");
        assertThatThrownBy(() -> loader(new int[0], 1, 1, Shard.WHOLE, 1))
                .hasMessageContaining("out of 0 examples");
    }

    @Test
    void evaluationNormalizesAndNothingElse() {
        float[] pixels = ImageBatch.of(data, new int[] {1}, null).images().toFloatArray();
        // image 1, row 2, column 3: red 67 + 7, green 1024 + 67 + 7 = 74 modulo 256, blue likewise
        int at = (2 * 32 + 3) * 3;
        assertThat(pixels[at]).isCloseTo((74 - 125.3f) / 63.0f, within(1e-6f));
        assertThat(pixels[at + 1]).isCloseTo((74 - 123.0f) / 62.1f, within(1e-6f));
        assertThat(pixels[at + 2]).isCloseTo((74 - 113.9f) / 66.7f, within(1e-6f));
    }

    /// Row 1 of the crop at (6, 1) is row 3 of the image, column 0 is padding: column -3.
    @Test
    void aCropSeesBlackAroundTheImage() {
        float[] pixels = cropped(new Augmentation(6, 1, false));
        float black = -125.3f / 63.0f;
        assertThat(red(pixels, 1, 0)).isCloseTo(black, within(1e-6f));
        assertThat(red(pixels, 1, 3)).isCloseTo((96 - 125.3f) / 63.0f, within(1e-6f));
        assertThat(red(pixels, 1, 31)).isCloseTo((96 + 28 - 125.3f) / 63.0f, within(1e-6f));
        assertThat(red(pixels, 29, 10))
                .isCloseTo((31 * 32 + 7) % 256 / 63.0f - 125.3f / 63.0f, within(1e-6f));
        assertThat(red(pixels, 30, 10)).isCloseTo(black, within(1e-6f));
    }

    @Test
    void aMirroredCropIsTheCropMirrored() {
        float[] plain = cropped(new Augmentation(2, 7, false));
        float[] mirrored = cropped(new Augmentation(2, 7, true));
        for (int y = 0; y < 32; y++) {
            for (int x = 0; x < 32; x++) {
                assertThat(red(mirrored, y, x)).isEqualTo(red(plain, y, 31 - x));
            }
        }
    }

    /// 9 rows, 9 columns, two sides: each about as often in 8,100 draws; of 100, three deviations
    /// are 30.
    @Test
    void drawsEveryCropEquallyOften() {
        int[][] crops = new int[9][9];
        int mirrored = 0;
        Random epoch = Random.stream(3);
        for (int image = 0; image < 8100; image++) {
            Augmentation drawn = Augmentation.draw(epoch, image);
            crops[drawn.row()][drawn.column()]++;
            mirrored += drawn.mirrored() ? 1 : 0;
        }
        for (int[] row : crops) {
            for (int count : row) {
                assertThat(count).isBetween(60, 140);
            }
        }
        assertThat(mirrored).isBetween(3900, 4200);
        assertThat(Augmentation.draw(epoch, 5)).isEqualTo(Augmentation.draw(epoch, 5));
    }

    /// Image 0 with an augmentation, normalized.
    private float[] cropped(Augmentation augmentation) {
        byte[] plain = new byte[3072];
        byte[] cropped = new byte[3072];
        data.write(0, null, plain, 0);
        augmentation.write(plain, 32, cropped, 0);
        return Normalization.CIFAR.apply(Tensor.of(cropped, 32, 32, 3)).toFloatArray();
    }

    private static float red(float[] pixels, int row, int column) {
        return pixels[(row * 32 + column) * 3];
    }
}
