package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.tensor.Random;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;

class SvhnDataTest {

    private static final byte[] LABELS = MatFiles.labels(1, 10, 3, 9);

    @TempDir private Path folder = Path.of("");

    @BeforeEach
    void files() throws IOException {
        file("train_32x32.mat", MatFiles.svhn(MatFiles.counted(4), LABELS));
        file("extra_32x32.mat", MatFiles.svhn(MatFiles.counted(3), MatFiles.labels(5, 6, 7)));
        file("test_32x32.mat", MatFiles.svhn(MatFiles.counted(2), MatFiles.labels(2, 10)));
    }

    private Path file(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }

    private static int pixel(ImageSet data, int image, int row, int column, int channel) {
        byte[] pixels = new byte[3072];
        data.write(image, null, pixels, 0);
        return pixels[(row * 32 + column) * 3 + channel] & 0xff;
    }

    @Test
    void readsImagesRowByRowWithTheChannelsLast() {
        ImageTask task = SvhnData.task(folder, true);
        ImageSet train = task.train();
        assertThat(train.size()).isEqualTo(7);
        // plane c, column x, row y is byte 1024·c + 32·x + y; image 1 is 7 higher
        assertThat(pixel(train, 0, 0, 0, 0)).isZero();
        assertThat(pixel(train, 0, 5, 1, 0)).isEqualTo(37);
        assertThat(pixel(train, 0, 1, 5, 0)).isEqualTo(161);
        assertThat(pixel(train, 0, 5, 1, 2)).isEqualTo((2048 + 37) % 256);
        assertThat(pixel(train, 1, 31, 31, 2)).isEqualTo((3071 + 7) % 256);
        assertThat(pixel(train, 4, 5, 1, 0)).as("the first of extra").isEqualTo(37);
        assertThat(pixel(train, 6, 5, 1, 0)).isEqualTo(37 + 14);
        assertThat(task.test().size()).isEqualTo(2);
    }

    @Test
    void tenStandsForTheDigitZero() {
        ImageSet train = SvhnData.task(folder, true).train();
        int[] labels = new int[7];
        Arrays.setAll(labels, train::label);
        assertThat(labels).containsExactly(1, 0, 3, 9, 5, 6, 7);
    }

    @Test
    void pixelsAreFromZeroToOneAndNothingIsAugmented() {
        ImageSet train = SvhnData.task(folder, false).train();
        float[] pixels =
                ImageBatch.of(train, new int[] {0}, Random.stream(1)).images().toFloatArray();
        assertThat(pixels[(5 * 32 + 1) * 3]).isEqualTo(37 / 255f);
    }

    /// Of 4 images one is held back; all of extra are for training.
    @Test
    void holdsBackImagesOfTrainAlone() {
        ImageTask task = SvhnData.task(folder, true);
        assertThat(task.validationPlaces()).hasSize(1);
        assertThat(task.trainingPlaces()).hasSize(6).contains(4, 5, 6);
        assertThat(task.trainingPlaces()).doesNotContain(task.validationPlaces());
        assertThat(task.validationPlaces()[0]).isLessThan(4);
        assertThat(task.images()).startsWith("6 for training, 1 for validation, 2 for the test");
        assertThat(SvhnData.task(folder, false).trainingPlaces()).hasSize(3);
        assertThat(SvhnData.task(folder, false).images()).isNotEqualTo(task.images());
    }

    /// Both marks; plain and compressed; labels of another type; elements in another order and
    /// others between them.
    @Test
    void readsEveryFormOfTheSameArrays() throws IOException {
        byte[] pixels = MatFiles.counted(4);
        int[] extents = {32, 32, 3, 4};
        long expected = SvhnData.task(folder, false).train().checksum();
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            for (int type : new int[] {1, 2, 3, 4, 5, 6, 7, 9, 12, 13}) {
                MatFiles mat = new MatFiles(order);
                byte[] y = mat.matrix("y", 6, type, new int[] {1, 4}, numbers(type, order));
                byte[] text = mat.matrix("text", 4, 4, new int[] {1, 2}, new byte[4]);
                byte[] x = mat.matrix("X", 9, 2, extents, pixels);
                file("train_32x32.mat", mat.add(y).add(text).add(x).bytes());
                assertThat(SvhnData.task(folder, false).train().checksum()).isEqualTo(expected);
                MatFiles packed = new MatFiles(order).addCompressed(text).addCompressed(y);
                file("train_32x32.mat", packed.addCompressed(x).bytes());
                assertThat(SvhnData.task(folder, false).train().checksum()).isEqualTo(expected);
            }
        }
    }

    private static byte[] numbers(int type, ByteOrder order) {
        int width = type <= 2 ? 1 : type <= 4 ? 2 : type <= 7 ? 4 : 8;
        ByteBuffer bytes = ByteBuffer.allocate(LABELS.length * width).order(order);
        for (byte label : LABELS) {
            switch (type) {
                case 1, 2 -> bytes.put(label);
                case 3, 4 -> bytes.putShort(label);
                case 5, 6 -> bytes.putInt(label);
                case 7 -> bytes.putFloat(label);
                case 9 -> bytes.putDouble(label);
                default -> bytes.putLong(label);
            }
        }
        return bytes.array();
    }

    /// MATLAB drops a last extent of 1.
    @Test
    void readsASingleImage() throws IOException {
        MatFiles mat = new MatFiles(ByteOrder.LITTLE_ENDIAN);
        byte[] x = mat.matrix("X", 9, 2, new int[] {32, 32, 3}, MatFiles.counted(1));
        byte[] y = mat.matrix("y", 6, 9, new int[] {1, 1}, new byte[] {0, 0, 0, 0, 0, 0, 0, 64});
        file("test_32x32.mat", mat.add(x).add(y).bytes());
        ImageSet test = SvhnData.task(folder, true).test();
        assertThat(test.size()).isEqualTo(1);
        assertThat(test.label(0)).isEqualTo(2); // 0x4000… is 2.0
    }

    @Test
    void namesWhatIsMissing() throws IOException {
        Files.delete(folder.resolve("extra_32x32.mat"));
        refuses(
                "--data "
                        + folder
                        + ": it has no file extra_32x32.mat; the files of SVHN, format 2, belong"
                        + " there; or do without extra_32x32.mat with --extra no.");
        assertThat(SvhnData.task(folder, false).train().size()).isEqualTo(4);
        file("train_32x32.mat", MatFiles.svhn(MatFiles.counted(1), MatFiles.labels(1)));
        assertThatThrownBy(() -> SvhnData.task(folder, false))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("there is only one image for training in train_32x32.mat");
    }

    @Test
    void namesAHeaderThatIsNone() throws IOException {
        byte[] sound = MatFiles.svhn(MatFiles.counted(4), LABELS);
        damaged(new byte[0], ", byte 0: it ends within the header of 128 bytes");
        damaged(Arrays.copyOf(sound, 127), ", byte 127: it ends within the header");
        damaged(with(sound, 126, 'X'), ", byte 126: the mark of the byte order is 0x58 0x4d");
        damaged(with(sound, 125, 2), ", byte 124: the version is 0x0200, not 0x0100");
        damaged("<!DOCTYPE html>".repeat(20).getBytes(), ", byte 126: the mark");
        damaged(Arrays.copyOf(sound, 128), ", byte 128: it ends without an array of numbers");
        damaged(Arrays.copyOf(sound, 131), ", byte 128: it ends within the tag of an element");
        damaged(
                Arrays.copyOf(sound, 200),
                ", byte 128: an element claims ",
                " bytes, but only 64 follow");
    }

    @Test
    void namesArraysThatAreNone() throws IOException {
        MatFiles mat = new MatFiles(ByteOrder.LITTLE_ENDIAN);
        byte[] x = mat.matrix("X", 9, 2, new int[] {32, 32, 3, 4}, MatFiles.counted(4));
        byte[] y = mat.matrix("y", 9, 2, new int[] {4, 1}, LABELS);
        damaged(little(x), "it ends without an array of numbers called y");
        damaged(little(x, y, y), "it has a second array called y");
        byte[] three = mat.matrix("y", 9, 2, new int[] {3, 1}, MatFiles.labels(1, 2, 3));
        damaged(little(x, three), "y has 3 labels, but X has 4 images");
        byte[] eleven = mat.matrix("y", 9, 2, new int[] {4, 1}, MatFiles.labels(1, 2, 11, 4));
        damaged(little(x, eleven), "label 2 of y is 11, but labels are 1 to 10");
        byte[] zero = mat.matrix("y", 9, 2, new int[] {4, 1}, MatFiles.labels(1, 0, 2, 4));
        damaged(little(x, zero), "label 1 of y is 0, but labels are 1 to 10");
        byte[] half =
                mat.matrix(
                        "y",
                        6,
                        9,
                        new int[] {4, 1},
                        ByteBuffer.allocate(32)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putDouble(2.5)
                                .array());
        damaged(little(x, half), "label 0 of y is 2.5");
        byte[] flat = mat.matrix("X", 9, 2, new int[] {3072, 4}, MatFiles.counted(4));
        damaged(little(flat, y), "X is [3072, 4] of class 9", "not bytes of 32 by 32 by 3 by N");
        byte[] signed = mat.matrix("X", 8, 1, new int[] {32, 32, 3, 4}, MatFiles.counted(4));
        damaged(little(signed, y), "X is [32, 32, 3, 4] of class 8");
        byte[] text = mat.matrix("y", 9, 14, new int[] {4, 1}, LABELS);
        damaged(little(x, text), "array y is stored as type 14, which is none of numbers");
        byte[] complex = mat.matrix("y", 0x0809, 2, new int[] {4, 1}, LABELS);
        damaged(little(x, complex), "an array is of complex numbers");
    }

    /// Sizes are compared with the file before anything of that size is made.
    @Test
    void namesSizesThatCannotBe() throws IOException {
        MatFiles mat = new MatFiles(ByteOrder.LITTLE_ENDIAN);
        byte[] y = mat.matrix("y", 9, 2, new int[] {4, 1}, LABELS);
        int[] huge = {32, 32, 3, 700_000};
        byte[] pixels = MatFiles.counted(4);
        byte[] x = mat.matrix("X", 9, 2, huge, pixels);
        damaged(
                little(x, y),
                "array X claims [32, 32, 3, 700000] numbers of 1 byte, but has 12288");
        byte[] overflow = {-1, -1, -1, 127};
        byte[] extents = mat.element(5, concat(overflow, overflow, overflow, overflow), false);
        byte[] flags = mat.element(6, new byte[] {9, 0, 0, 0, 0, 0, 0, 0}, false);
        damaged(
                little(mat.element(14, concat(flags, extents), false)),
                "extent 1 of an array is 2147483647, negative or too large");
        byte[] negative = mat.element(5, new byte[] {32, 0, 0, 0, 0, 0, 0, -128}, false);
        damaged(
                little(mat.element(14, concat(flags, negative), false)),
                "extent 1 of an array is -2147483648");
        damaged(
                little(mat.element(14, flags, false)),
                "the header of an array ends before its numbers");
        // claims 4 GB, inflated from a few bytes
        byte[] claim = {14, 0, 0, 0, -8, -1, -1, -1};
        byte[] packed = new MatFiles(ByteOrder.LITTLE_ENDIAN).addCompressed(claim).bytes();
        damaged(packed, "a compressed element claims 4294967288 bytes, more than its ");
        // the numbers claim more than their element has
        byte[] sound = mat.matrix("X", 9, 2, new int[] {32, 32, 3, 4}, pixels);
        ByteBuffer.wrap(sound).order(ByteOrder.LITTLE_ENDIAN).putInt(4, sound.length - 8 - 800);
        damaged(
                new MatFiles(ByteOrder.LITTLE_ENDIAN).addCompressed(sound).bytes(),
                "the numbers of array X claim 12288 bytes, but its element has only 11488 more");
    }

    @Test
    void namesTheByteWhereACompressedElementIsDamaged() throws IOException {
        MatFiles mat = new MatFiles(ByteOrder.LITTLE_ENDIAN);
        byte[] x = mat.matrix("X", 9, 2, new int[] {32, 32, 3, 4}, MatFiles.counted(4));
        byte[] y = mat.matrix("y", 9, 2, new int[] {4, 1}, LABELS);
        byte[] packed = MatFiles.deflated(x);
        byte[] cut = mat.element(15, Arrays.copyOf(packed, packed.length / 8 * 8 - 8), false);
        damaged(little(y, cut), "array X ends after ");
        byte[] adler = packed.clone();
        adler[packed.length - 1]++;
        damaged(
                new MatFiles(ByteOrder.LITTLE_ENDIAN).add(y).add(tagged(adler)).bytes(),
                "the compressed element that begins at byte ",
                "incorrect data check");
        byte[] longer = MatFiles.deflated(concat(x, new byte[16]));
        damaged(
                new MatFiles(ByteOrder.LITTLE_ENDIAN).add(y).add(tagged(longer)).bytes(),
                "the compressed element of array X has more bytes than it claims");
        damaged(
                new MatFiles(ByteOrder.LITTLE_ENDIAN)
                        .add(y)
                        .add(tagged(new byte[] {1, 2, 3, 4}))
                        .bytes(),
                "is cut short or damaged");
    }

    /// Of a compressed element, which is not padded.
    private static byte[] tagged(byte[] packed) {
        return ByteBuffer.allocate(8 + packed.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(15)
                .putInt(packed.length)
                .put(packed)
                .array();
    }

    @Test
    void anyDamageIsAUsageExceptionOrImages() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        MatFiles mat = new MatFiles(ByteOrder.LITTLE_ENDIAN);
        byte[] x = mat.matrix("X", 9, 2, new int[] {32, 32, 3, 4}, MatFiles.counted(4));
        byte[] y = mat.matrix("y", 6, 2, new int[] {4, 1}, LABELS);
        byte[][] sound = {
            MatFiles.svhn(MatFiles.counted(4), LABELS), mat.add(y).add(x).bytes(),
        };
        int refused = 0;
        for (int i = 0; i < 600; i++) {
            byte[] bytes = sound[i % 2].clone();
            for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
                bytes[random.nextInt(i % 3 == 0 ? bytes.length : 260)] = (byte) random.nextInt();
            }
            if (random.nextInt(4) == 0) {
                bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 9));
            }
            Path file = file("train_32x32.mat", bytes);
            try {
                assertThat(SvhnData.task(folder, false).train().size()).isEqualTo(4);
            } catch (UsageException e) {
                assertThat(e).hasMessageStartingWith(file + ", byte ");
                refused++;
            }
        }
        assertThat(refused).isBetween(100, 599);
    }

    private static byte[] with(byte[] bytes, int at, int value) {
        byte[] changed = bytes.clone();
        changed[at] = (byte) value;
        return changed;
    }

    private static byte[] concat(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(p -> p.length).sum());
        Arrays.stream(parts).forEach(all::put);
        return all.array();
    }

    private static byte[] little(byte[]... elements) {
        MatFiles mat = new MatFiles(ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(elements).forEach(mat::add);
        return mat.bytes();
    }

    private void damaged(byte[] bytes, String... parts) throws IOException {
        Path file = file("train_32x32.mat", bytes);
        assertThatThrownBy(() -> SvhnData.task(folder, false))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(file + ", byte ")
                .hasMessageContainingAll(parts)
                .hasMessageEndingWith("; it is no such MATLAB file of level 5.");
    }

    private void refuses(String message) {
        assertThatThrownBy(() -> SvhnData.task(folder, true))
                .isInstanceOf(UsageException.class)
                .hasMessage(message);
    }
}
