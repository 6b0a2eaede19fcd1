package aligrad.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

class NpzTest {

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"stored.npz", "deflated.npz"})
    void readsWhatNumPyReads(String name) {
        Map<String, Tensor> tensors = Npz.read(Fixture.path(name));
        assertThat(tensors).containsOnlyKeys("weights/w", "labels", "zeros");
        assertThat(tensors.keySet()).containsExactly("weights/w", "labels", "zeros");
        Tensor w = get(tensors, "weights/w");
        assertThat(w.shape()).isEqualTo(Shape.of(2, 3, 4));
        assertThat(w.toDoubleArray()).containsExactly(Fixture.RAMP);
        Tensor labels = get(tensors, "labels");
        assertThat(labels.dtype()).isEqualTo(DType.I64);
        assertThat(labels.toLongArray()).containsExactly(3, 1, 2);
        assertThat(get(tensors, "zeros").toDoubleArray()).hasSize(600).containsOnly(0);
    }

    private static Tensor get(Map<String, Tensor> tensors, String name) {
        return Objects.requireNonNull(tensors.get(name), name);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readsBackWhatItWrote(boolean deflate) throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("ramp", Tensor.range(100_003)); // larger than the buffers
        tensors.put("view", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3).transpose());
        tensors.put("none", Tensor.zeros(0, 2));
        tensors.put("scalar", Tensor.scalar(2.5));
        tensors.put("a/mask", Tensor.of(new boolean[] {true, false, true}, 3));
        Path path = folder.resolve("x.npz");

        Npz.write(path, tensors, deflate);

        Map<String, Tensor> read = Npz.read(path);
        assertThat(read.keySet()).containsExactlyElementsOf(tensors.keySet());
        tensors.forEach(
                (name, t) -> {
                    assertThat(get(read, name).dtype()).isEqualTo(t.dtype());
                    assertThat(get(read, name).shape()).isEqualTo(t.shape());
                    assertThat(get(read, name).raw().mismatch(t.raw())).isEqualTo(-1);
                });
        byte[] first = Files.readAllBytes(path);
        Npz.write(path, tensors, deflate);
        assertThat(Files.readAllBytes(path)).isEqualTo(first);
    }

    @Test
    void deflatesIfAsked() throws IOException {
        Path path = folder.resolve("x.npz");
        Map<String, Tensor> tensors = Map.of("x", Tensor.zeros(1000));
        Npz.write(path, tensors, true);
        assertThat(Files.size(path)).isLessThan(500);
        Npz.write(path, tensors, false);
        assertThat(Files.size(path)).isGreaterThan(4000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x.npy", "/x.npy", "a/../../x.npy", "..\\x.npy", "readme.txt", "a/"})
    void rejectsNamesThatLeadElsewhereOrAreNotArrays(String name) throws IOException {
        Path path = folder.resolve("x.npz");
        Files.write(path, zip(name, new byte[0]));
        assertThatThrownBy(() -> Npz.read(path))
                .isInstanceOf(FileFormatException.class)
                .hasMessage(
                        "%s, byte 0: entry '%s': names must end in .npy, and may not lead elsewhere"
                                + " ('..', '/…')",
                        path, name);
    }

    @Test
    void rejectsAnArrayThatDoesNotFillItsEntry() throws IOException {
        Path path = folder.resolve("x.npz");
        String dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }";
        Files.write(path, zip("a.npy", NpyTest.file(dictionary, new byte[8])));
        assertThatThrownBy(() -> Npz.read(path))
                .isInstanceOf(FileFormatException.class)
                .hasMessage(
                        "%s, entry 'a.npy', byte %d: F32 [3] takes 12 bytes, but 8 follow the"
                                + " header",
                        path, 10 + dictionary.length());
    }

    @Test
    void doesNotAllocateWhatAnArrayOnlyClaims() throws IOException {
        Path path = folder.resolve("x.npz");
        String claims = "{'descr': '<f8', 'fortran_order': False, 'shape': (2000000000,), }";
        Files.write(path, zip("a.npy", NpyTest.file(claims, new byte[8])));
        assertThatThrownBy(() -> Npz.read(path))
                .isInstanceOf(FileFormatException.class)
                .hasMessageContaining("takes 16000000000 bytes, but 8 follow the header");
        // the archive's directory, too, says that there are 16 GB
        byte[] bytes = zip("a.npy", NpyTest.file(claims, new byte[8]));
        int directory = find(bytes, 'P', 'K', 1, 2);
        bytes[directory + 27] = 0x7f; // the highest byte of the inflated size
        Files.write(path, bytes);
        assertThatThrownBy(() -> Npz.read(path))
                .isInstanceOf(FileFormatException.class)
                .hasMessageMatching(
                        ".*entry 'a.npy', byte 0: 2130706\\d+ bytes deflated to \\d+ in a file of"
                                + " \\d+ bytes: that is impossible");
    }

    @Test
    void rejectsAnEntryThatInflatesToMoreOrLessThanItSays() throws IOException {
        Path path = folder.resolve("x.npz");
        for (int declared : new int[] {499, 501}) {
            String dictionary =
                    "{'descr': '|u1', 'fortran_order': False, 'shape': (%d,), }"
                            .formatted(declared);
            byte[] bytes = zip("a.npy", NpyTest.file(dictionary, new byte[500]));
            int directory = find(bytes, 'P', 'K', 1, 2);
            int size = (bytes[directory + 24] & 0xff) + 256 * (bytes[directory + 25] & 0xff);
            int changed = size + declared - 500;
            bytes[directory + 24] = (byte) changed;
            bytes[directory + 25] = (byte) (changed >> 8);
            Files.write(path, bytes);
            assertThatThrownBy(() -> Npz.read(path))
                    .isInstanceOf(FileFormatException.class)
                    .hasMessageContaining(path.toString());
        }
    }

    @Test
    void noticesDamagedData() throws IOException {
        byte[] bytes = Files.readAllBytes(Fixture.path("stored.npz"));
        int data = find(bytes, 0x93, 'N', 'U', 'M') + 128 + 17; // within the first array
        bytes[data] ^= 1;
        Path path = folder.resolve("x.npz");
        Files.write(path, bytes);
        assertThatThrownBy(() -> Npz.read(path))
                .isInstanceOf(FileFormatException.class)
                .hasMessage(
                        "%s, entry 'weights/w.npy', byte 224: the checksum differs, so the data is"
                                + " damaged",
                        path);
    }

    @Test
    void rejectsTwoEntriesOfOneName() throws IOException {
        byte[] array =
                NpyTest.file(
                        "{'descr': '|u1', 'fortran_order': False, 'shape': (), }", new byte[1]);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (String name : new String[] {"a.npy", "b.npy"}) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(array);
            }
        }
        byte[] bytes = out.toByteArray();
        for (int i = 0; i + 5 < bytes.length; i++) {
            if (bytes[i] == 'b' && bytes[i + 1] == '.' && bytes[i + 2] == 'n') {
                bytes[i] = 'a';
            }
        }
        Path path = folder.resolve("x.npz");
        Files.write(path, bytes);
        assertThatThrownBy(() -> Npz.read(path))
                .isInstanceOf(FileFormatException.class)
                .hasMessage(path + ", entry 'a.npy', byte 0: there are two entries of this name");
    }

    @Test
    void rejectsWhatIsNotAnArchive() throws IOException {
        Path path = folder.resolve("x.npz");
        Files.write(path, new byte[100]);
        assertThatThrownBy(() -> Npz.read(path))
                .isInstanceOf(FileFormatException.class)
                .hasMessageStartingWith(path + ", byte 0: not a sound zip archive: ");
    }

    @Test
    void saysWhichFileIsMissing() {
        Path path = folder.resolve("missing.npz");
        assertThatThrownBy(() -> Npz.read(path))
                .isExactlyInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("read " + path + ": java.nio.file.NoSuchFileException");
    }

    private static byte[] zip(String name, byte[] contents) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(contents);
        }
        return out.toByteArray();
    }

    private static int find(byte[] bytes, int... those) {
        for (int i = 0; i + those.length <= bytes.length; i++) {
            int n = 0;
            while (n < those.length && bytes[i + n] == (byte) those[n]) {
                n++;
            }
            if (n == those.length) {
                return i;
            }
        }
        throw new AssertionError("not found");
    }
}
