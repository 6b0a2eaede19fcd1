package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import java.awt.image.Raster;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// How a JPEG of four channels, made for print, stores its colours: a few of ImageNet are such.
///
/// Programs store what is left of the light rather than the ink, so a stored 255 is no ink; red is
/// then what cyan and black leave, `c·k / 255`. The three inks may be stored as brightness and two
/// colour differences, which a marker of Adobe's says.
enum PrintColours {
    /// Cyan, magenta, yellow, black.
    CMYK,

    /// Brightness, blueness, redness of the inks, and black.
    YCCK;

    private static final int ADOBE = 0xee;
    private static final int START_OF_SCAN = 0xda;
    private static final int TRANSFORM = 11;
    private static final int TO_YCCK = 2;

    /// Where a frame says how many it has.
    private static final int CHANNELS = 5;

    /// As the markers at the beginning of a JPEG say; `null` if it has not four channels.
    static @Nullable PrintColours of(DataFile file) throws IOException {
        PrintColours found = CMYK;
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(file.open()))) {
            in.readUnsignedShort(); // it was found to be a JPEG
            while (true) {
                int marker = in.readUnsignedShort() & 0xff;
                byte[] segment = in.readNBytes(Math.max(0, in.readUnsignedShort() - 2));
                if (marker == ADOBE
                        && segment.length > TRANSFORM
                        && new String(segment, 0, 5, StandardCharsets.US_ASCII).equals("Adobe")) {
                    found = segment[TRANSFORM] == TO_YCCK ? YCCK : CMYK;
                }
                if (isFrame(marker)) {
                    return segment.length > CHANNELS && segment[CHANNELS] == 4 ? found : null;
                }
                if (marker == START_OF_SCAN) {
                    return null;
                }
            }
        } catch (EOFException e) {
            return null; // the decoder will say so
        }
    }

    /// The markers of frames, between which there are three others.
    private static boolean isFrame(int marker) {
        return marker >= 0xc0
                && marker <= 0xcf
                && marker != 0xc4
                && marker != 0xc8
                && marker != 0xcc;
    }

    /// @param raster of four channels as they are stored
    /// @return `(height, width, 3)`
    byte[] toRgb(Raster raster) {
        int width = raster.getWidth();
        byte[] rgb = new byte[raster.getHeight() * width * 3];
        int[] line = new int[width * 4];
        int to = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, line);
            for (int x = 0; x < width; x++) {
                int[] light = light(line[4 * x], line[4 * x + 1], line[4 * x + 2]);
                for (int c = 0; c < 3; c++) {
                    rgb[to++] = (byte) ((light[c] * line[4 * x + 3] + 127) / 255);
                }
            }
        }
        return rgb;
    }

    /// What cyan, magenta and yellow leave of red, green and blue.
    private int[] light(int a, int b, int c) {
        return switch (this) {
            case CMYK -> new int[] {a, b, c};
            case YCCK ->
                    new int[] {
                        clamped(a + 1.402 * (c - 128)),
                        clamped(a - 0.344136 * (b - 128) - 0.714136 * (c - 128)),
                        clamped(a + 1.772 * (b - 128))
                    };
        };
    }

    private static int clamped(double value) {
        return (int) Math.max(0, Math.min(255, Math.round(value)));
    }
}
