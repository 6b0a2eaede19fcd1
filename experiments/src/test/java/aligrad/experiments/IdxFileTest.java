package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

class IdxFileTest {

    private static final int MAGIC = 0x0803;

    /// 12 elements after a header of 16 bytes.
    private static final byte[] SOUND =
            idx(MAGIC, new int[] {2, 3, 2}, new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, -1});

    @TempDir private Path folder = Path.of("");

    static byte[] idx(int magic, int[] extents, byte[] elements) {
        ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * extents.length + elements.length);
        bytes.putInt(magic);
        for (int extent : extents) {
            bytes.putInt(extent);
        }
        return bytes.put(elements).array();
    }

    static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    @Test
    void readsAPlainFile() throws IOException {
        check(IdxFile.read(file("plain", SOUND), 3));
    }

    @Test
    void readsAGzippedFile() throws IOException {
        check(IdxFile.read(file("packed.gz", gzip(SOUND)), 3));
    }

    private static void check(Tensor read) {
        assertThat(read.dtype()).isEqualTo(DType.U8);
        assertThat(read.shape()).isEqualTo(Shape.of(2, 3, 2));
        assertThat(read.to(DType.F32).toFloatArray())
                .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255);
    }

    @Test
    void namesAMissingFile() {
        assertThatThrownBy(() -> IdxFile.read(folder.resolve("none"), 3))
                .isInstanceOf(UsageException.class)
                .hasMessage(folder.resolve("none") + ": there is no such file.");
    }

    @Test
    void rejectsATruncatedHeader() throws IOException {
        refuses(Arrays.copyOf(SOUND, 0), 0, "it ends within the magic number");
        refuses(Arrays.copyOf(SOUND, 3), 3, "it ends within the magic number");
        refuses(Arrays.copyOf(SOUND, 10), 10, "it ends within the extent 1");
    }

    @Test
    void rejectsATruncatedBody() throws IOException {
        refuses(Arrays.copyOf(SOUND, 16), 16, "it ends after 0 of 12 elements");
        refuses(Arrays.copyOf(SOUND, 27), 27, "it ends after 11 of 12 elements");
    }

    @Test
    void rejectsTrailingBytes() throws IOException {
        refuses(Arrays.copyOf(SOUND, 29), 28, "there are more bytes than its extents say");
    }

    @Test
    void rejectsAnotherMagicNumber() throws IOException {
        byte[] body = new byte[1];
        int[] extents = {1, 1, 1};
        refuses(idx(0x0D03, extents, body), 0, "the magic number is 0x00000d03");
        refuses(idx(0x01000803, extents, body), 0, "the magic number is 0x01000803");
    }

    @Test
    void rejectsAnotherRank() throws IOException {
        refuses(idx(0x0801, new int[] {1}, new byte[1]), 3, "it has 1 axis, not 3");
    }

    @Test
    void rejectsNegativeExtents() throws IOException {
        refuses(idx(MAGIC, new int[] {1, -1, 1}, new byte[1]), 8, "extent 1 is negative");
    }

    @Test
    void rejectsHugeExtents() throws IOException {
        int most = Integer.MAX_VALUE;
        refuses(
                idx(MAGIC, new int[] {most, most, 1}, new byte[1]),
                8,
                "it claims more than 2147483648 bytes");
        refuses(
                idx(MAGIC, new int[] {most, 1, 1}, new byte[1]),
                17,
                "it ends after 1 of 2147483647 elements");
    }

    private void refuses(byte[] bytes, int at, String reason) throws IOException {
        Path plain = file("damaged", bytes);
        assertThatThrownBy(() -> IdxFile.read(plain, 3))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(plain + ", byte " + at + ": " + reason);
        Path packed = file("damaged.gz", gzip(bytes));
        assertThatThrownBy(() -> IdxFile.read(packed, 3))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(packed + ", byte " + at + ": " + reason);
    }

    @Test
    void rejectsACutGzipStreamAtEveryLength() throws IOException {
        byte[] packed = gzip(SOUND);
        for (int length = 0; length < packed.length; length++) {
            Path cut = file("cut.gz", Arrays.copyOf(packed, length));
            assertThatThrownBy(() -> IdxFile.read(cut, 3))
                    .as("cut after %d bytes", length)
                    .isInstanceOf(UsageException.class)
                    .hasMessageStartingWith(
                            cut + ", byte " + length + ": the gzip stream is cut short or damaged")
                    .hasMessageNotContaining("null");
        }
    }

    /// Stored, not packed, so that the damage is in the length of the block, at bytes 11 to 14.
    @Test
    void namesTheByteOfADamagedGzipStream() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Deflater stored = new Deflater(Deflater.NO_COMPRESSION, true);
        bytes.write(new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 0});
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes, stored)) {
            out.write(SOUND);
        }
        byte[] packed = bytes.toByteArray();
        packed[12] ^= 1;
        Path damaged = file("damaged.gz", packed);
        assertThatThrownBy(() -> IdxFile.read(damaged, 3))
                .isInstanceOf(UsageException.class)
                .hasMessageMatching(".*damaged.gz, byte 1[1-5]: the gzip stream is cut .*");
    }

    @Test
    void namesADirectory() {
        assertThatThrownBy(() -> IdxFile.read(folder, 3))
                .isInstanceOf(UsageException.class)
                .hasMessage(folder + ": it is a directory or a device, not a file.");
    }

    /// A file that anybody may open, and whose first byte nobody can read.
    @Test
    void namesAFileThatCannotBeRead() {
        Path memory = Path.of("/proc/self/mem");
        assumeTrue(Files.isReadable(memory), "there is no /proc/self/mem");
        assertThatThrownBy(() -> IdxFile.read(memory, 3))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("/proc/self/mem cannot be read: ");
    }

    @Test
    void rejectsAPlainFileThatIsCalledGzipped() throws IOException {
        Path plain = file("plain.gz", SOUND);
        assertThatThrownBy(() -> IdxFile.read(plain, 3))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("plain.gz, byte ")
                .hasMessageContaining("the gzip stream is cut short or damaged");
    }

    /// Damages a few bytes, often of the header, and sometimes the length.
    @Test
    void anyDamageIsAUsageExceptionOrReadsElements() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        byte[] packed = gzip(SOUND);
        int refused = 0;
        for (int i = 0; i < 600; i++) {
            boolean gzipped = i % 2 == 0;
            byte[] original = gzipped ? packed : SOUND;
            byte[] bytes = original.clone();
            for (int n = random.nextInt(1, 4); n > 0; n--) {
                int place = random.nextInt(random.nextBoolean() ? 16 : bytes.length);
                int[] telling = {0, 1, 0x7f, 0xff, random.nextInt(256)};
                bytes[place] = (byte) telling[random.nextInt(telling.length)];
            }
            if (random.nextInt(4) == 0) {
                bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 5));
            }
            Path file = file(gzipped ? "fuzz.gz" : "fuzz", bytes);
            try {
                assertThat(IdxFile.read(file, 3).shape().size()).isLessThanOrEqualTo(12);
            } catch (UsageException e) {
                assertThat(e).hasMessageStartingWith(file.toString());
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(300);
    }

    private Path file(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }
}
