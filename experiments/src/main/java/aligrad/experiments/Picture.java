package aligrad.experiments;

import aligrad.tensor.Random;

import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;

import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;

/// A picture of any size as bytes of red, green and blue, and what is done to it before a network
/// sees it: scaling, and cutting out.
///
/// Files are JPEGs, or whatever else the JDK reads. Grey ones become colour pictures of three equal
/// channels, without the change of brightness that the JDK's own conversion makes; pictures for
/// print (CMYK) are converted by [PrintColours]; transparency is dropped.
final class Picture {

    /// Four times what the largest picture of ImageNet has; a file that claims more is refused
    /// before memory is taken.
    private static final long MOST_PIXELS = 1L << 27;

    private final int height;
    private final int width;
    private final byte[] pixels;

    /// @param pixels `(height, width, 3)`
    Picture(int height, int width, byte[] pixels) {
        if (pixels.length != height * width * ImageSet.CHANNELS) {
            throw new IllegalArgumentException(
                    "picture of %d by %d pixels from %d bytes: it takes 3 for each"
                            .formatted(height, width, pixels.length));
        }
        this.height = height;
        this.width = width;
        this.pixels = pixels;
    }

    /// @throws UsageException if it is missing, damaged, or of a kind that cannot be read
    static Picture read(Path path) {
        DataFile file = new DataFile(path, "picture that the JDK reads");
        try (ImageInputStream in = new FileImageInputStream(path.toFile())) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw file.damaged(0, "it does not begin as a picture does");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                return read(file, reader);
            } catch (IIOException | IndexOutOfBoundsException | IllegalArgumentException e) {
                // the decoder throws the last two for some damaged files
                throw file.damaged(in.getStreamPosition(), "it is damaged (%s)".formatted(e), e);
            } finally {
                reader.dispose();
            }
        } catch (IOException e) {
            throw TextFile.unreadable(path, e);
        }
    }

    private static Picture read(DataFile file, ImageReader reader) throws IOException {
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        if (height < 1 || width < 1 || (long) height * width > MOST_PIXELS) {
            throw file.damaged(
                    0,
                    "it claims %d by %d pixels, where %,d are the most"
                            .formatted(height, width, MOST_PIXELS));
        }
        PrintColours colours =
                reader.getFormatName().equalsIgnoreCase("jpeg") ? PrintColours.of(file) : null;
        if (colours != null) {
            return new Picture(height, width, colours.toRgb(reader.readRaster(0, null)));
        }
        return of(reader.read(0));
    }

    private static Picture of(BufferedImage image) {
        int height = image.getHeight();
        int width = image.getWidth();
        byte[] pixels = new byte[height * width * ImageSet.CHANNELS];
        Raster raster = image.getRaster();
        boolean asStored =
                image.getColorModel() instanceof ComponentColorModel
                        && raster.getDataBuffer().getDataType() == DataBuffer.TYPE_BYTE;
        int[] line = new int[width * (asStored ? raster.getNumBands() : 1)];
        int bands = asStored ? raster.getNumBands() : 0;
        int to = 0;
        for (int y = 0; y < height; y++) {
            if (asStored) {
                raster.getPixels(0, y, width, 1, line);
            } else { // a palette, or other depths
                image.getRGB(0, y, width, 1, line, 0, width);
            }
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < ImageSet.CHANNELS; c++) {
                    pixels[to++] =
                            (byte)
                                    (asStored
                                            ? line[x * bands + (bands < 3 ? 0 : c)]
                                            : line[x] >>> 16 - 8 * c);
                }
            }
        }
        return new Picture(height, width, pixels);
    }

    int height() {
        return height;
    }

    int width() {
        return width;
    }

    /// `(height, width, 3)`.
    byte[] pixels() {
        return pixels.clone();
    }

    /// Scaled so that its shorter side has so many pixels, the longer one rounded down.
    Picture scaledTo(int shorter) {
        if (Math.min(height, width) == shorter) {
            return this;
        }
        return height < width
                ? scaled(shorter, (int) ((long) shorter * width / height))
                : scaled((int) ((long) shorter * height / width), shorter);
    }

    /// Scaled bilinearly, where it shrinks with weights over all pixels that a new one covers, so
    /// that nothing is skipped: first along rows, then along columns, each rounded to bytes: the
    /// numbers are those of the Python library PIL.
    Picture scaled(int newHeight, int newWidth) {
        byte[] wide = new byte[height * newWidth * ImageSet.CHANNELS];
        Weights across = Weights.of(width, newWidth);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < newWidth; x++) {
                int from = (y * width + across.first[x]) * ImageSet.CHANNELS;
                across.write(x, pixels, from, ImageSet.CHANNELS, wide, y * newWidth + x);
            }
        }
        byte[] scaled = new byte[newHeight * newWidth * ImageSet.CHANNELS];
        Weights down = Weights.of(height, newHeight);
        for (int y = 0; y < newHeight; y++) {
            for (int x = 0; x < newWidth; x++) {
                int from = (down.first[y] * newWidth + x) * ImageSet.CHANNELS;
                down.write(y, wide, from, newWidth * ImageSet.CHANNELS, scaled, y * newWidth + x);
            }
        }
        return new Picture(newHeight, newWidth, scaled);
    }

    /// How much the old places along an axis count for each new one.
    private static final class Weights {
        /// Bits behind the point of a weight; so many that sums of bytes fit.
        private static final int BITS = 22;

        private final int[] first;
        private final int[][] of;

        private Weights(int[] first, int[][] of) {
            this.first = first;
            this.of = of;
        }

        static Weights of(int old, int places) {
            double scale = (double) old / places;
            double reach = Math.max(scale, 1);
            int[] first = new int[places];
            int[][] weights = new int[places][];
            for (int i = 0; i < places; i++) {
                double centre = (i + 0.5) * scale;
                int from = (int) Math.max(0, centre - reach + 0.5);
                int to = (int) Math.min(old, centre + reach + 0.5);
                double[] exact = new double[to - from];
                Arrays.setAll(
                        exact, j -> Math.max(0, 1 - Math.abs((from + j - centre + 0.5) / reach)));
                double sum = Arrays.stream(exact).sum();
                first[i] = from;
                weights[i] = new int[exact.length];
                for (int j = 0; j < exact.length; j++) {
                    weights[i][j] = (int) (0.5 + exact[j] / sum * (1 << BITS));
                }
            }
            return new Weights(first, weights);
        }

        /// Three channels of one new pixel.
        void write(int place, byte[] old, int at, int step, byte[] to, int pixel) {
            int[] weights = of[place];
            for (int c = 0; c < ImageSet.CHANNELS; c++) {
                int sum = 1 << BITS - 1;
                for (int j = 0; j < weights.length; j++) {
                    sum += weights[j] * (old[at + c + j * step] & 0xff);
                }
                to[pixel * ImageSet.CHANNELS + c] = (byte) Math.min(255, sum >> BITS);
            }
        }
    }

    /// Writes the square in its middle as `(side, side, 3)` from `to[at]` on.
    void writeCentre(int side, byte[] to, int at) {
        int top = (int) Math.rint((height - side) / 2.0);
        int left = (int) Math.rint((width - side) / 2.0);
        write(top, left, side, false, to, at);
    }

    /// Writes a square at a random place, mirrored with probability 1/2, as `(side, side, 3)` from
    /// `to[at]` on.
    void writeAnywhere(int side, Random random, byte[] to, int at) {
        int top = random.integer(0, height - side + 1);
        int left = random.integer(0, width - side + 1);
        write(top, left, side, random.integer(0, 2) == 1, to, at);
    }

    private void write(int top, int left, int side, boolean mirrored, byte[] to, int at) {
        if (top < 0 || left < 0 || top + side > height || left + side > width) {
            throw new IllegalArgumentException(
                    "square of %d pixels from a picture of %d by %d: it is smaller; scale it first"
                            .formatted(side, height, width));
        }
        int next = at;
        for (int y = top; y < top + side; y++) {
            for (int x = 0; x < side; x++) {
                int from = (y * width + left + (mirrored ? side - 1 - x : x)) * ImageSet.CHANNELS;
                for (int c = 0; c < ImageSet.CHANNELS; c++) {
                    to[next++] = pixels[from + c];
                }
            }
        }
    }
}
