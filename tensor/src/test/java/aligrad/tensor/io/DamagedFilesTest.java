package aligrad.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import aligrad.tensor.Memory;
import aligrad.tensor.Scope;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/// Whatever bytes a file holds, a reader returns tensors or throws [FileFormatException].
class DamagedFilesTest {

    private static final int TRIALS = Integer.getInteger("aligrad.test.trials", 1000);

    @TempDir Path folder;

    private int files;

    @Test
    void damagedSafetensors() throws IOException {
        damage("all-types.safetensors", DamagedFilesTest::readSafeTensors);
    }

    @Test
    void damagedNpy() throws IOException {
        damage("fortran-big-i8.npy", Npy::read);
        damage("version-2-f4.npy", Npy::read);
    }

    @Test
    void damagedNpz() throws IOException {
        damage("stored.npz", Npz::read);
        damage("deflated.npz", Npz::read);
    }

    private static void readSafeTensors(Path path) {
        SafeTensors file = SafeTensors.open(path);
        for (String name : file.names()) {
            Tensor t;
            try {
                t = file.tensor(name);
            } catch (FileFormatException e) {
                continue; // a type that cannot be read, or a BOOL that is none
            }
            assertThat(t.shape()).isEqualTo(file.shape(name));
        }
    }

    private void damage(String fixture, Consumer<Path> reader) throws IOException {
        byte[] sound = Files.readAllBytes(Fixture.path(fixture));
        SplittableRandom random = new SplittableRandom(20_260_101);
        int rejected = 0;
        for (int trial = 0; trial < TRIALS; trial++) {
            rejected += read(mutated(sound, random), fixture, trial, reader) ? 0 : 1;
        }
        assertThat(rejected).isGreaterThan(TRIALS / 4);
        for (int length = 0; length < sound.length; length += 1 + sound.length / 500) {
            assertThat(read(Arrays.copyOf(sound, length), fixture, length, reader)).isFalse();
        }
    }

    /// Some bytes changed, or a piece cut out, doubled or moved.
    private static byte[] mutated(byte[] sound, SplittableRandom random) {
        byte[] bytes = sound.clone();
        int a = random.nextInt(bytes.length);
        int b = random.nextInt(bytes.length);
        switch (random.nextInt(6)) {
            case 0 -> bytes[a] ^= (byte) (1 << random.nextInt(8));
            case 1 -> {
                for (int i = random.nextInt(1, 8); i > 0; i--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
            }
            case 2 -> { // sizes and counts are at the ends
                int end = random.nextInt(Math.min(bytes.length, 60));
                bytes[random.nextBoolean() ? end : bytes.length - 1 - end] =
                        (byte) (random.nextBoolean() ? 0xff : random.nextInt());
            }
            case 3 -> {
                byte[] shorter = Arrays.copyOf(bytes, bytes.length - Math.abs(a - b));
                int from = Math.min(a, b);
                System.arraycopy(
                        bytes, Math.max(a, b), shorter, from, bytes.length - Math.max(a, b));
                bytes = shorter;
            }
            case 4 -> {
                int n = Math.min(random.nextInt(1, 40), bytes.length - Math.max(a, b));
                System.arraycopy(bytes, a, bytes, b, n);
            }
            default -> { // a digit, which keeps the text well-formed
                for (int i = 0; i < bytes.length; i++) {
                    int at = (a + i) % bytes.length;
                    if (bytes[at] >= '0' && bytes[at] <= '9') {
                        bytes[at] = (byte) ('0' + random.nextInt(10));
                        break;
                    }
                }
            }
        }
        return bytes;
    }

    @Test
    void randomJson() throws IOException {
        String[] tokens = {
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"w\"",
            "\"dtype\"",
            "\"shape\"",
            "\"data_offsets\"",
            "\"F32\"",
            "\"BOOL\"",
            "\"__metadata__\"",
            "0",
            "4",
            "8",
            "1e3",
            "-1",
            "null",
            "true",
            " ",
            "\"\\u00",
            "\"",
            "99999999999999999999",
            "{\"w\":{\"dtype\":\"F32\",\"shape\":[",
            "],\"data_offsets\":[0,4]}}",
        };
        SplittableRandom random = new SplittableRandom(20_260_102);
        for (int trial = 0; trial < TRIALS; trial++) {
            StringBuilder json = new StringBuilder(random.nextBoolean() ? "{" : "");
            for (int i = random.nextInt(30); i >= 0; i--) {
                json.append(tokens[random.nextInt(tokens.length)]);
            }
            byte[] bytes = SafeTensorsTest.file(json.toString(), new byte[4]);
            read(bytes, "json", trial, DamagedFilesTest::readSafeTensors);
        }
    }

    @Test
    void randomDictionaries() throws IOException {
        String[] tokens = {
            "{",
            "}",
            "(",
            ")",
            ",",
            ": ",
            "'descr'",
            "'fortran_order'",
            "'shape'",
            "'<f4'",
            "'|b1'",
            "True",
            "False",
            "1",
            "4",
            "-1",
            "L",
            " ",
            "\n",
            "'",
            "\\",
            "[",
            "99999999999999999999",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (",
        };
        SplittableRandom random = new SplittableRandom(20_260_103);
        for (int trial = 0; trial < TRIALS; trial++) {
            StringBuilder dictionary = new StringBuilder(random.nextBoolean() ? "{" : "");
            for (int i = random.nextInt(30); i >= 0; i--) {
                dictionary.append(tokens[random.nextInt(tokens.length)]);
            }
            byte[] bytes = NpyTest.file(dictionary.toString(), new byte[4]);
            read(bytes, "dictionary", trial, Npy::read);
        }
    }

    @Test
    void randomBytes() throws IOException {
        SplittableRandom random = new SplittableRandom(20_260_104);
        byte[] magic = NpyTest.file("", new byte[0]);
        for (int trial = 0; trial < TRIALS; trial++) {
            byte[] bytes = new byte[random.nextInt(100)];
            random.nextBytes(bytes);
            switch (random.nextInt(3)) {
                case 0 -> System.arraycopy(magic, 0, bytes, 0, Math.min(8, bytes.length));
                case 1 ->
                        Arrays.fill(
                                bytes,
                                Math.min(1, bytes.length),
                                Math.min(8, bytes.length),
                                (byte) 0);
                default -> {
                    byte[] end = "PK\5\6".getBytes(StandardCharsets.ISO_8859_1);
                    System.arraycopy(
                            end,
                            0,
                            bytes,
                            Math.max(0, bytes.length - 22),
                            Math.min(4, bytes.length));
                }
            }
            read(bytes, "bytes", trial, DamagedFilesTest::readSafeTensors);
            read(bytes, "bytes", trial, Npy::read);
            read(bytes, "bytes", trial, Npz::read);
        }
    }

    /// Whether the reader found it sound. Anything but the documented exception fails, and so does
    /// taking more memory than the file could hold.
    private boolean read(byte[] bytes, String what, int trial, Consumer<Path> reader)
            throws IOException {
        // always a new file: some file systems wait for the disk when one is truncated and written
        // again
        Path path = Files.write(folder.resolve("damaged" + files++), bytes);
        Memory.resetPeak();
        long before = Memory.now().live();
        boolean sound = true;
        try {
            Scope.run("read", () -> reader.accept(path));
        } catch (FileFormatException e) {
            assertThat(e).hasMessageContaining("damaged");
            sound = false;
        } catch (RuntimeException e) {
            Path kept = Files.write(Path.of("target", "damaged-" + what + "-" + trial), bytes);
            fail("trial %d of %s (kept in %s): %s".formatted(trial, what, kept, e), e);
        }
        Files.delete(path);
        // widened at most twice, rounded up by the pool, inflated if it is an archive
        long most = 4 * (what.endsWith(".npz") ? 1032L : 2) * bytes.length + 200 * 64 * 20;
        assertThat(Memory.now().peak() - before).as("bytes allocated").isLessThan(most);
        return sound;
    }
}
