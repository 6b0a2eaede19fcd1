package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import aligrad.tensor.Random;
import aligrad.tensor.Shape;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;

class ImageNetDataTest {

    @TempDir private Path folder = Path.of("");

    private static BufferedImage plain(Color colour) {
        return Pictures.plain(230, 300, BufferedImage.TYPE_INT_RGB, colour);
    }

    /// Two classes of red and blue pictures, written in another order than that of their names.
    private void write() throws IOException {
        for (int i = 3; i >= 1; i--) {
            Pictures.write(
                    folder.resolve("train/n02/n02_%d.JPEG".formatted(i)),
                    "jpeg",
                    plain(Color.BLUE));
            Pictures.write(
                    folder.resolve("train/n01/n01_%d.JPEG".formatted(i)), "jpeg", plain(Color.RED));
        }
        Pictures.write(folder.resolve("val/n01/a.JPEG"), "jpeg", plain(Color.RED));
        Pictures.write(folder.resolve("val/n02/b.JPEG"), "jpeg", plain(Color.BLUE));
        Files.createFile(folder.resolve("train/n01/.hidden"));
    }

    @Test
    void classesAreNumberedBySortedFolders() throws IOException {
        write();
        ImageFolder train = ImageFolder.open(folder.resolve("train"), false);
        assertThat(train.size()).isEqualTo(6);
        assertThat(train.classes()).containsExactly("n01", "n02");
        assertThat(IntStream.range(0, 6).map(train::label).toArray())
                .containsExactly(0, 0, 0, 1, 1, 1);
        ImageBatch batch = ImageBatch.of(train, new int[] {5, 0}, null);
        assertThat(batch.images().shape()).isEqualTo(Shape.of(2, 224, 224, 3));
        assertThat(batch.labels().toLongArray()).containsExactly(1, 0);
        float[] numbers = batch.images().toFloatArray();
        // blue, then red, normalized: (0 - 0.485) / 0.229 and (1 - 0.485) / 0.229
        assertThat(numbers[0]).isCloseTo(-2.1179f, within(0.05f));
        assertThat(numbers[2]).isCloseTo((1 - 0.406f) / 0.225f, within(0.05f));
        assertThat(numbers[224 * 224 * 3]).isCloseTo(2.2489f, within(0.05f));
    }

    @Test
    void oneOfThreeIsHeldBackOfEachClass() throws IOException {
        write();
        ImageTask task = ImageNetData.task(folder, false, false);
        assertThat(task.classes()).isEqualTo(2);
        assertThat(task.trainingPlaces()).hasSize(4);
        assertThat(task.validationPlaces()).hasSize(2);
        assertThat(task.validationPlaces()[0]).isBetween(0, 2);
        assertThat(task.validationPlaces()[1]).isBetween(3, 5);
        int[] all =
                IntStream.concat(
                                Arrays.stream(task.trainingPlaces()),
                                Arrays.stream(task.validationPlaces()))
                        .sorted()
                        .toArray();
        assertThat(all).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(task.images()).startsWith("4 for training, 2 for validation, 2 for the test");
    }

    /// Class 0 of 1300 files: the splitter's own example; class 1 has the seed 1235.
    @Test
    void aClassOfTheFullSizeGivesFifty() throws IOException {
        for (int c = 0; c < 2; c++) {
            Path images = Files.createDirectories(folder.resolve("train/n0" + c));
            Files.createDirectories(folder.resolve("val/n0" + c));
            Files.createFile(folder.resolve("val/n0" + c + "/x.JPEG"));
            for (int i = 0; i < 1300; i++) {
                Files.createFile(images.resolve("%04d.JPEG".formatted(i)));
            }
        }
        int[] held = ImageNetData.task(folder, false, false).validationPlaces();
        assertThat(held).hasSize(100).startsWith(951, 1297, 868, 1116, 237, 523, 646, 351);
        int[] second = IndexSplit.seeded(1235, 1300, 50).getFirst();
        assertThat(held[50]).isEqualTo(1300 + second[0]);
        assertThat(ImageNetData.heldOf(732)).isEqualTo(50);
        assertThat(ImageNetData.heldOf(260)).isEqualTo(10);
        assertThat(ImageNetData.heldOf(2)).isEqualTo(1);
    }

    @Test
    void anAugmentedPictureDependsOnItsPlaceAndEpochAlone() throws IOException {
        BufferedImage image = new BufferedImage(260, 240, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 260 * 240; i++) {
            image.setRGB(i % 260, i / 260, i % 260 << 16 | i / 260 << 8);
        }
        Pictures.write(folder.resolve("c/a.png"), "png", image);
        Pictures.write(
                folder.resolve("c/b.png"),
                "png",
                Pictures.plain(50, 60, BufferedImage.TYPE_INT_RGB, Color.RED));
        ImageFolder set = ImageFolder.open(folder, true);
        byte[] first = new byte[224 * 224 * 3];
        byte[] again = new byte[224 * 224 * 3];
        byte[] other = new byte[224 * 224 * 3];
        set.write(0, Random.stream(1), first, 0);
        Random used = Random.stream(1);
        used.integer(0, 9);
        set.write(0, used, again, 0);
        set.write(0, Random.stream(2), other, 0);
        assertThat(again).isEqualTo(first);
        assertThat(other).isNotEqualTo(first);
        // a row is one line of the picture as it is stored, forwards or backwards
        int step = (first[3] & 0xff) - (first[0] & 0xff);
        assertThat(Math.abs(step)).isEqualTo(1);
        set.write(1, Random.stream(1), other, 0); // a small one is scaled
        assertThat(other[0] & 0xff).isEqualTo(255);
    }

    @Test
    void namesWhatIsMissing() throws IOException {
        refuses("train: there is no such directory");
        Files.createDirectories(folder.resolve("train"));
        refuses("train: it has no folders; there must be one for each class");
        write();
        Files.createDirectories(folder.resolve("train/n03"));
        refuses("n03: it has no files; pictures of its class belong there");
        Files.createFile(folder.resolve("train/n03/x.JPEG"));
        refuses("the folders in val are not those in train");
        Files.createDirectories(folder.resolve("val/n03"));
        Files.createFile(folder.resolve("val/n03/x.JPEG"));
        refuses("class n03 has only one image for training");
    }

    private void refuses(String part) {
        assertThatThrownBy(() -> ImageNetData.task(folder, false, false))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(part);
    }
}
