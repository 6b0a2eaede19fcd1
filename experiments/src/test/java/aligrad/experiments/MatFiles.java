package aligrad.experiments;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.DeflaterOutputStream;

/// Small MATLAB files of level 5, for tests.
final class MatFiles {

    static final int UINT8 = 2;
    static final int DOUBLE = 9;
    static final int CLASS_DOUBLE = 6;
    static final int CLASS_UINT8 = 9;

    private final ByteOrder order;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    MatFiles(ByteOrder order) {
        this.order = order;
        ByteBuffer header = ByteBuffer.allocate(128).order(order);
        header.put("MATLAB 5.0 MAT-file, for a test".getBytes(StandardCharsets.US_ASCII));
        header.putShort(124, (short) 0x0100);
        header.putShort(126, (short) ('M' << 8 | 'I'));
        out.writeBytes(header.array());
    }

    /// An element with its tag, padded; of up to 4 bytes in the tag where `small`.
    byte[] element(int type, byte[] content, boolean small) {
        if (small && content.length <= 4) {
            ByteBuffer bytes = ByteBuffer.allocate(8).order(order);
            return bytes.putInt(content.length << 16 | type).put(content).array();
        }
        ByteBuffer bytes = ByteBuffer.allocate(8 + (content.length + 7) / 8 * 8).order(order);
        return bytes.putInt(type).putInt(content.length).put(content).array();
    }

    /// The element of a matrix.
    byte[] matrix(String name, int kind, int type, int[] extents, byte[] numbers) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes(
                element(6, ByteBuffer.allocate(8).order(order).putInt(kind).array(), false));
        ByteBuffer sizes = ByteBuffer.allocate(4 * extents.length).order(order);
        Arrays.stream(extents).forEach(sizes::putInt);
        content.writeBytes(element(5, sizes.array(), true));
        content.writeBytes(element(1, name.getBytes(StandardCharsets.US_ASCII), true));
        content.writeBytes(element(type, numbers, true));
        return element(14, content.toByteArray(), false);
    }

    MatFiles add(byte[] element) {
        out.writeBytes(element);
        return this;
    }

    /// A compressed element is not padded.
    MatFiles addCompressed(byte[] element) {
        byte[] packed = deflated(element);
        out.writeBytes(
                ByteBuffer.allocate(8).order(order).putInt(15).putInt(packed.length).array());
        out.writeBytes(packed);
        return this;
    }

    static byte[] deflated(byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(packed)) {
            deflater.write(bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return packed.toByteArray();
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    /// Of images in MATLAB's order: byte `c·1024 + column·32 + row` of image `i` is that number
    /// plus `7·i`, modulo 256.
    static byte[] counted(int images) {
        byte[] pixels = new byte[images * 3072];
        for (int i = 0; i < images; i++) {
            for (int p = 0; p < 3072; p++) {
                pixels[i * 3072 + p] = (byte) (p + 7 * i);
            }
        }
        return pixels;
    }

    static byte[] labels(int... labels) {
        byte[] bytes = new byte[labels.length];
        for (int i = 0; i < labels.length; i++) {
            bytes[i] = (byte) labels[i];
        }
        return bytes;
    }

    /// A file of SVHN as it is published: little-endian, compressed, labels of `uint8`.
    static byte[] svhn(byte[] pixels, byte[] labels) {
        MatFiles mat = new MatFiles(ByteOrder.LITTLE_ENDIAN);
        int[] extents = {32, 32, 3, pixels.length / 3072};
        return mat.addCompressed(mat.matrix("X", CLASS_UINT8, UINT8, extents, pixels))
                .addCompressed(
                        mat.matrix("y", CLASS_UINT8, UINT8, new int[] {labels.length, 1}, labels))
                .bytes();
    }

    /// Images of two classes that are easy to tell apart: 10 is dark, 1 is bright.
    static void write(Path file, int count) throws IOException {
        SplittableRandom random = new SplittableRandom(count);
        byte[] pixels = new byte[count * 3072];
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++) {
            boolean bright = random.nextBoolean();
            labels[i] = (byte) (bright ? 1 : 10);
            for (int p = 0; p < 3072; p++) {
                pixels[i * 3072 + p] = (byte) ((bright ? 150 : 0) + random.nextInt(100));
            }
        }
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, svhn(pixels, labels));
    }
}
