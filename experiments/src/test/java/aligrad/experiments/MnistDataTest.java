package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class MnistDataTest {

    @TempDir private Path folder = Path.of("");

    private void images(int count, int height) throws IOException {
        byte[] pixels = new byte[count * height * 28];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i / (height * 28) * 51); // image 5 is white
        }
        Files.write(
                folder.resolve("train-images-idx3-ubyte"),
                IdxFileTest.idx(0x0803, new int[] {count, height, 28}, pixels));
    }

    private void labels(int... labels) throws IOException {
        byte[] bytes = new byte[labels.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) labels[i];
        }
        Files.write(
                folder.resolve("train-labels-idx1-ubyte.gz"),
                IdxFileTest.gzip(IdxFileTest.idx(0x0801, new int[] {labels.length}, bytes)));
    }

    @Test
    void readsPlainAndGzippedFilesTogether() throws IOException {
        images(6, 28);
        labels(0, 1, 2, 3, 4, 9);
        MnistData data = MnistData.read(folder, "train");
        assertThat(data.size()).isEqualTo(6);
        assertThat(data.classes(Tensor.of(new long[] {5, 0})).toLongArray()).containsExactly(9, 0);
        Tensor pixels = data.pixels(Tensor.of(new long[] {5, 1}));
        assertThat(pixels.shape()).isEqualTo(Shape.of(2, 28, 28, 1));
        assertThat(pixels.dtype()).isEqualTo(DType.F32);
        float[] values = pixels.toFloatArray();
        assertThat(values[0]).isEqualTo(1);
        assertThat(values[28 * 28]).isEqualTo(51 * (1 / 255f));
    }

    @Test
    void namesAMissingDirectory() {
        refuses(folder.resolve("none"), "--data " + folder.resolve("none"), "no such directory");
    }

    @Test
    void namesAMissingFile() throws IOException {
        refuses(folder, "--data", "no file train-images-idx3-ubyte or train-images-idx3-ubyte.gz");
        images(1, 28);
        refuses(folder, "--data", "no file train-labels-idx1-ubyte or train-labels-idx1-ubyte.gz");
    }

    @Test
    void rejectsMismatchingCounts() throws IOException {
        images(3, 28);
        labels(1, 2);
        refuses(folder, "train-images-idx3-ubyte has 3 images", "idx1-ubyte.gz has 2 labels");
    }

    @Test
    void rejectsALabelOfTen() throws IOException {
        images(2, 28);
        labels(1, 10);
        refuses(folder, "train-labels-idx1-ubyte.gz: label 10", "0 to 9");
    }

    @Test
    void rejectsImagesOfAnotherSize() throws IOException {
        images(2, 27);
        labels(1, 2);
        refuses(folder, "train-images-idx3-ubyte: its images are", "27");
    }

    @Test
    void rejectsASetWithoutImages() throws IOException {
        images(0, 28);
        labels();
        refuses(folder, "train-images-idx3-ubyte", "with N above 0");
    }

    private static void refuses(Path directory, String... parts) {
        assertThatThrownBy(() -> MnistData.read(directory, "train"))
                .isInstanceOf(UsageException.class)
                .hasMessageContainingAll(parts);
    }
}
