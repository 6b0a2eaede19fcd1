package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import aligrad.tensor.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.zip.CRC32;

/// Numbers of PIL are from `src/test/python/pictures_golden.py`.
class PictureTest {

    private static final Color COLOUR = new Color(200, 100, 30);

    @TempDir private Path folder = Path.of("");

    private static Picture counted(int height, int width) {
        byte[] pixels = new byte[height * width * 3];
        int at = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < 3; c++) {
                    pixels[at++] = (byte) (y * 7 + x * 13 + c * 50 + x * y % 11 * 5);
                }
            }
        }
        return new Picture(height, width, pixels);
    }

    private static int[] pixel(Picture picture, int y, int x) {
        int at = (y * picture.width() + x) * 3;
        byte[] pixels = picture.pixels();
        return new int[] {pixels[at] & 0xff, pixels[at + 1] & 0xff, pixels[at + 2] & 0xff};
    }

    @ParameterizedTest
    @CsvSource({
        "24, 34, ac746286, 126",
        "50, 71, bf3e8674, 129",
        "37, 20, e262fd51, 115",
        "5, 53, e52807c3, 118",
        "1, 1, 2cd2320f, 127"
    })
    void scalesAsPilDoes(int height, int width, String checksum, int red) {
        Picture scaled = counted(37, 53).scaled(height, width);
        CRC32 crc = new CRC32();
        crc.update(scaled.pixels());
        assertThat(pixel(scaled, height / 2, width / 3)[0]).isEqualTo(red);
        assertThat(crc.getValue()).isEqualTo(Long.parseLong(checksum, 16));
    }

    /// 500·224/375 is 298.67; the longer side is rounded down.
    @Test
    void theShorterSideGetsItsLength() {
        assertThat(counted(375, 500).scaledTo(224).width()).isEqualTo(298);
        assertThat(counted(375, 500).scaledTo(224).height()).isEqualTo(224);
        assertThat(counted(100, 30).scaledTo(60).height()).isEqualTo(200);
        Picture right = counted(60, 70);
        assertThat(right.scaledTo(60)).isSameAs(right);
    }

    /// (7 - 4) / 2 is 1.5, and (10 - 4) / 2 is 3; halves go to the even place, here 2.
    @Test
    void cutsOutTheMiddle() {
        byte[] square = new byte[5 + 48];
        counted(7, 10).writeCentre(4, square, 5);
        assertThat(square[5] & 0xff).isEqualTo(pixel(counted(7, 10), 2, 3)[0]);
        assertThat(square[5 + 47] & 0xff).isEqualTo(pixel(counted(7, 10), 5, 6)[2]);
        assertThatThrownBy(() -> counted(7, 3).writeCentre(4, square, 0))
                .hasMessageContaining("square of 4 pixels from a picture of 7 by 3");
    }

    /// 3 rows, 2 columns, two sides: 12 squares.
    @Test
    void randomSquaresAreAllThereAre() {
        Picture picture = counted(6, 5);
        Random random = Random.stream(1);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            byte[] square = new byte[48];
            picture.writeAnywhere(4, random, square, 0);
            seen.add(Arrays.toString(square));
        }
        assertThat(seen).hasSize(12);
        byte[] plain = new byte[48];
        picture.writeCentre(4, plain, 0);
        byte[] mirrored = new byte[48];
        for (int y = 0; y < 4; y++) {
            for (int x = 0; x < 4; x++) {
                System.arraycopy(plain, (y * 4 + x) * 3, mirrored, (y * 4 + 3 - x) * 3, 3);
            }
        }
        assertThat(seen).contains(Arrays.toString(plain), Arrays.toString(mirrored));
    }

    @Test
    void readsColoursOfEveryKind() throws IOException {
        Path jpeg =
                Pictures.write(
                        folder.resolve("x.JPEG"),
                        "jpeg",
                        Pictures.plain(9, 12, BufferedImage.TYPE_INT_RGB, COLOUR));
        Picture picture = Picture.read(jpeg);
        assertThat(picture.height()).isEqualTo(9);
        assertThat(picture.width()).isEqualTo(12);
        close(pixel(picture, 4, 7), 200, 100, 30);
        for (int type :
                new int[] {
                    BufferedImage.TYPE_3BYTE_BGR,
                    BufferedImage.TYPE_4BYTE_ABGR,
                    BufferedImage.TYPE_BYTE_INDEXED
                }) {
            Color colour =
                    type == BufferedImage.TYPE_BYTE_INDEXED ? new Color(204, 102, 51) : COLOUR;
            Path png =
                    Pictures.write(
                            folder.resolve("x.png"), "png", Pictures.plain(3, 4, type, colour));
            assertThat(pixel(Picture.read(png), 2, 3))
                    .containsExactly(colour.getRed(), colour.getGreen(), colour.getBlue());
        }
    }

    /// The JDK's own conversion takes grey for linear brightness and makes 188 of 128.
    @Test
    void greyKeepsItsBrightness() throws IOException {
        BufferedImage grey = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < 64; i++) {
            grey.getRaster().setSample(i % 8, i / 8, 0, 128);
        }
        Path jpeg = Pictures.write(folder.resolve("grey.jpeg"), "jpeg", grey);
        close(pixel(Picture.read(jpeg), 3, 3), 128, 128, 128);
    }

    /// Written by PIL, which reads (44, 125, 181) of it: cyan 200 leaves 55, black 50 leaves 205 of
    /// 255, together 44.
    @Test
    void readsPicturesForPrint() throws IOException {
        String stored =
                "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwACAQEBAQECAQEBAgICAgIEAwICAgIFBAQDBAYFBgYGBQYGBgcJCAYH"
                    + "CQcGBggLCAkKCgoKCgYICwwLCgwJCgoK/8AAFAgACAAIBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEB"
                    + "AQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNR"
                    + "YQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldY"
                    + "WVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TF"
                    + "xsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwD8269sr9hK"
                    + "/TSv/9k=";
        Path file = Files.write(folder.resolve("x.jpeg"), Base64.getDecoder().decode(stored));
        close(pixel(Picture.read(file), 3, 3), 44, 125, 181);
    }

    /// Of stored inks (55, 155, 225), Y is 0.299·55 + 0.587·155 + 0.114·225 = 133.08, blueness 128
    /// + (225 - Y)/1.772 = 179.87, redness 128 + (55 - Y)/1.402 = 72.31.
    @Test
    void readsPicturesForPrintThatAreStoredAsDifferences() throws IOException {
        byte[] inks = Pictures.fourChannels(8, 8, new int[] {55, 155, 225, 205}, 0);
        close(pixel(Picture.read(Files.write(folder.resolve("a.jpeg"), inks)), 3, 3), 44, 125, 181);
        byte[] differences = Pictures.fourChannels(8, 8, new int[] {133, 180, 72, 205}, 2);
        close(
                pixel(Picture.read(Files.write(folder.resolve("b.jpeg"), differences)), 3, 3),
                44,
                125,
                181);
    }

    private static void close(int[] pixel, int... expected) {
        for (int c = 0; c < 3; c++) {
            assertThat(pixel[c]).isCloseTo(expected[c], within(2));
        }
    }

    @Test
    void namesWhatIsNoPicture() throws IOException {
        Path file = folder.resolve("x.JPEG");
        refuses(file, "there is no such file");
        Files.write(file, new byte[0]);
        refuses(file, ", byte 0: it does not begin as a picture does");
        Files.writeString(file, "<!DOCTYPE html>");
        refuses(file, ", byte 0: it does not begin as a picture does");
        Pictures.write(file, "jpeg", Pictures.plain(50, 50, BufferedImage.TYPE_INT_RGB, COLOUR));
        byte[] sound = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(sound, 30));
        refuses(file, ", byte ");
        byte[] huge = sound.clone();
        int frame = new String(sound, StandardCharsets.ISO_8859_1).indexOf("\u00ff\u00c0");
        Arrays.fill(huge, frame + 5, frame + 9, (byte) 0xf0);
        Files.write(file, huge);
        refuses(file, "it claims 61680 by 61680 pixels, where 134,217,728 are the most");
    }

    @Test
    void anyDamageIsAUsageExceptionOrAPicture() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        Path file = folder.resolve("x.jpeg");
        Pictures.write(file, "jpeg", Pictures.plain(20, 30, BufferedImage.TYPE_INT_RGB, COLOUR));
        byte[][] sound = {
            Files.readAllBytes(file), Pictures.fourChannels(8, 8, new int[] {1, 2, 3, 4}, 2)
        };
        int refused = 0;
        for (int i = 0; i < 400; i++) {
            byte[] bytes = sound[i % 2].clone();
            for (int changes = random.nextInt(1, 6); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            Files.write(file, Arrays.copyOf(bytes, random.nextInt(bytes.length / 2, bytes.length)));
            try {
                assertThat(Picture.read(file).height()).isPositive();
            } catch (UsageException e) {
                assertThat(e).hasMessageStartingWith(file.toString());
                refused++;
            }
        }
        assertThat(refused).isBetween(50, 400);
    }

    private static void refuses(Path file, String part) {
        assertThatThrownBy(() -> Picture.read(file))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(part);
    }
}
