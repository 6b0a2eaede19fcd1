package aligrad.experiments;

import aligrad.tensor.DType;
import aligrad.tensor.Random;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32;

/// Small colour images in memory, in one tensor, and their classes.
///
/// Readers of the formats fill it image by image, so that no file is held as a whole.
final class ImageData implements ImageSet {

    private final Form form;
    private final Tensor pixels;
    private final byte[] classes;
    private final long checksum;

    private ImageData(Form form, Tensor pixels, byte[] classes, long checksum) {
        this.form = form;
        this.pixels = pixels;
        this.classes = classes;
        this.checksum = checksum;
    }

    /// What the images of a set have in common.
    ///
    /// @param side rows, and columns
    /// @param augmented whether training crops and mirrors them
    record Form(int side, Normalization normalization, boolean augmented) {
        /// Bytes of an image.
        int bytes() {
            return side * side * CHANNELS;
        }
    }

    /// Images one after the other, as a reader of files finds them.
    @FunctionalInterface
    interface Source {
        /// Writes the next image as `(side, side, 3)` and returns its class, 0 to 255.
        int next(byte[] image) throws IOException;
    }

    /// @param images how many there are; the files were found long enough for them
    static ImageData read(int images, Form form, Source source) throws IOException {
        byte[] classes = new byte[images];
        CRC32 checksum = new CRC32();
        Tensor pixels =
                Tensor.read(
                        new Pixels(form.bytes(), classes, checksum, source),
                        DType.U8,
                        Shape.of(images, form.side, form.side, CHANNELS));
        return new ImageData(form, pixels, classes, checksum.getValue());
    }

    /// The pixels of one image after the other, read as they are asked for.
    private static final class Pixels extends InputStream {
        private final byte[] classes;
        private final CRC32 checksum;
        private final Source source;
        private final byte[] image;
        private int used;
        private int next;

        Pixels(int bytes, byte[] classes, CRC32 checksum, Source source) {
            this.classes = classes;
            this.checksum = checksum;
            this.source = source;
            image = new byte[bytes];
            used = bytes;
        }

        private boolean isPastTheEnd() throws IOException {
            if (used < image.length) {
                return false;
            }
            if (next == classes.length) {
                return true;
            }
            int label = source.next(image);
            classes[next++] = (byte) label;
            checksum.update(label);
            checksum.update(image);
            used = 0;
            return false;
        }

        @Override
        public int read() throws IOException {
            return isPastTheEnd() ? -1 : image[used++] & 0xff;
        }

        @Override
        public int read(byte[] to, int at, int most) throws IOException {
            if (most == 0) {
                return 0;
            }
            if (isPastTheEnd()) {
                return -1;
            }
            int count = Math.min(most, image.length - used);
            System.arraycopy(image, used, to, at, count);
            used += count;
            return count;
        }
    }

    @Override
    public int size() {
        return classes.length;
    }

    @Override
    public int height() {
        return form.side;
    }

    @Override
    public int width() {
        return form.side;
    }

    @Override
    public Normalization normalization() {
        return form.normalization;
    }

    @Override
    public int label(int image) {
        return classes[image] & 0xff;
    }

    @Override
    public void write(int image, @Nullable Random augmentation, byte[] to, int at) {
        if (augmentation == null || !form.augmented) {
            copy(image, to, at);
        } else {
            byte[] plain = new byte[form.bytes()];
            copy(image, plain, 0);
            Augmentation.draw(augmentation, image).write(plain, form.side, to, at);
        }
    }

    private void copy(int image, byte[] to, int at) {
        pixels.slice(0, image, image + 1).raw(MemorySegment.ofArray(to).asSlice(at, form.bytes()));
    }

    /// The CRC-32 of each image's class and pixels, one image after the other.
    @Override
    public long checksum() {
        return checksum;
    }
}
