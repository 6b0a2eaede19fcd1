package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;

class CifarDataTest {

    private static final int RECORD = CifarFiles.RECORD;

    @TempDir private Path folder = Path.of("");

    private ImageData training() {
        return CifarData.readTraining(folder, CifarFormat.CIFAR10);
    }

    private static int pixel(ImageData data, int image, int row, int column, int channel) {
        byte[] pixels = new byte[32 * 32 * 3];
        data.write(image, null, pixels, 0);
        return pixels[(row * 32 + column) * 3 + channel] & 0xff;
    }

    private Path file(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }

    @Test
    void putsTheChannelsLast() throws IOException {
        file("data_batch_1.bin", CifarFiles.counted(3, 9));
        ImageData data = training();
        assertThat(data.size()).isEqualTo(2);
        assertThat(data.label(0)).isEqualTo(3);
        assertThat(data.label(1)).isEqualTo(9);
        // plane c, row y, column x is byte 1024·c + 32·y + x; image 1 is 7 higher
        assertThat(pixel(data, 0, 0, 0, 0)).isZero();
        assertThat(pixel(data, 0, 1, 5, 0)).isEqualTo(37);
        assertThat(pixel(data, 0, 1, 5, 2)).isEqualTo((2048 + 37) % 256);
        assertThat(pixel(data, 0, 7, 31, 1)).isEqualTo((1024 + 255) % 256);
        assertThat(pixel(data, 1, 31, 31, 2)).isEqualTo((3071 + 7) % 256);
    }

    @Test
    void readsTrainingFilesOneAfterTheOther() throws IOException {
        file("data_batch_1.bin", CifarFiles.counted(1));
        long one = training().checksum();
        file("data_batch_2.bin", CifarFiles.counted(2, 3));
        file("data_batch_3.bin", CifarFiles.counted(4));
        ImageData data = training();
        assertThat(data.size()).isEqualTo(4);
        assertThat(new int[] {data.label(0), data.label(1), data.label(2), data.label(3)})
                .containsExactly(1, 2, 3, 4);
        assertThat(data.checksum()).isNotEqualTo(one);
    }

    @Test
    void findsTheFolderThatTheArchiveUnpacksTo() throws IOException {
        Path unpacked = Files.createDirectory(folder.resolve("cifar-10-batches-bin"));
        Files.write(unpacked.resolve("data_batch_1.bin"), CifarFiles.counted(1, 2));
        Files.write(unpacked.resolve("test_batch.bin"), CifarFiles.counted(5));
        assertThat(training().size()).isEqualTo(2);
        assertThat(CifarData.readTest(folder, CifarFormat.CIFAR10).label(0)).isEqualTo(5);
    }

    /// A coarse label, of 20, then the fine label, of 100, which is the class.
    @Test
    void takesTheFineLabelOfCifar100() throws IOException {
        byte[] bytes = new byte[2 * 3074];
        bytes[0] = 19;
        bytes[1] = 99;
        bytes[2] = (byte) 200;
        bytes[3074 + 1] = 42;
        file("train.bin", bytes);
        ImageData data = CifarData.readTraining(folder, CifarFormat.CIFAR100);
        assertThat(data.size()).isEqualTo(2);
        assertThat(data.label(0)).isEqualTo(99);
        assertThat(data.label(1)).isEqualTo(42);
        assertThat(pixel(data, 0, 0, 0, 0)).isEqualTo(200);

        bytes[3074] = 20;
        Path damaged = file("train.bin", bytes);
        assertThatThrownBy(() -> CifarData.readTraining(folder, CifarFormat.CIFAR100))
                .isInstanceOf(UsageException.class)
                .hasMessage(
                        damaged
                                + ", byte 3074: the label of image 1 is 20, but it must be 0 to 19;"
                                + " it is no such file of CIFAR-100 in binary form.");
    }

    @Test
    void namesWhatIsMissing() throws IOException {
        refuses("--data " + folder + ": it has no file data_batch_1.bin; the files of CIFAR-10");
        assertThatThrownBy(
                        () -> CifarData.readTraining(folder.resolve("none"), CifarFormat.CIFAR10))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("there is no such directory");
        assertThatThrownBy(() -> CifarData.readTest(folder, CifarFormat.CIFAR100))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("it has no file test.bin");
        file("data_batch_1.bin", CifarFiles.counted(1));
        file("data_batch_3.bin", CifarFiles.counted(1));
        refuses("data_batch_3.bin is there, but data_batch_2.bin is not");
    }

    @Test
    void namesThePlaceOfADamage() throws IOException {
        byte[] sound = CifarFiles.counted(1, 2, 3);
        Path file = file("data_batch_1.bin", Arrays.copyOf(sound, 2 * RECORD + 5));
        refuses(file + ", byte 6151: it ends after 5 of the 3073 bytes of image 2");
        file("data_batch_1.bin", Arrays.copyOf(sound, 3 * RECORD + 1));
        refuses(file + ", byte 9220: it ends after 1 of the 3073 bytes of image 3");
        file("data_batch_1.bin", new byte[0]);
        refuses(file + ", byte 0: it is empty");
        sound[2 * RECORD] = 10;
        file("data_batch_1.bin", sound);
        refuses(file + ", byte 6146: the label of image 2 is 10, but it must be 0 to 9");
        sound[2 * RECORD] = (byte) 200;
        file("data_batch_1.bin", sound);
        refuses("the label of image 2 is 200");
    }

    /// The pixels may be anything, so only lengths and labels can be wrong.
    @Test
    void anyDamageIsAUsageExceptionOrWholeImages() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        byte[] sound = CifarFiles.counted(1, 2, 3);
        int refused = 0;
        for (int i = 0; i < 200; i++) {
            byte[] bytes = Arrays.copyOf(sound, random.nextInt(1, 4) * RECORD);
            if (random.nextBoolean()) {
                bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 5));
            }
            if (bytes.length > 0 && random.nextBoolean()) {
                int record = random.nextInt((bytes.length + RECORD - 1) / RECORD);
                bytes[record * RECORD] = (byte) random.nextInt(256);
            }
            Path file = file("data_batch_1.bin", bytes);
            try {
                ImageData data = training();
                assertThat(data.size()).isEqualTo(bytes.length / RECORD);
                assertThat(data.label(data.size() - 1)).isBetween(0, 9);
            } catch (UsageException e) {
                assertThat(e).hasMessageStartingWith(file + ", byte ");
                refused++;
            }
        }
        assertThat(refused).isBetween(100, 199);
    }

    private void refuses(String part) {
        assertThatThrownBy(this::training)
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(part);
    }
}
