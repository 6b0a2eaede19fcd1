package aligrad.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

class NpyTest {

    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({
        "little-f4, F32",
        "little-f8, F64",
        "little-i4, I32",
        "little-i8, I64",
        "big-f4, F32",
        "big-f8, F64",
        "big-i4, I32",
        "big-i8, I64",
        "little-f2, F32",
        "big-f2, F32",
        "fortran-f4, F32",
        "fortran-big-i8, I64",
        "version-2-f4, F32",
        "version-3-f4, F32",
    })
    void readsWhatNumPyWrote(String name, DType dtype) {
        Tensor t = Npy.read(Fixture.path(name + ".npy"));
        assertThat(t.dtype()).isEqualTo(dtype);
        assertThat(t.shape()).isEqualTo(Shape.of(2, 3, 4));
        assertThat(t.toDoubleArray()).containsExactly(Fixture.RAMP);
    }

    @Test
    void readsBytesAndBools() {
        Tensor bytes = Npy.read(Fixture.path("bytes-u1.npy"));
        assertThat(bytes.dtype()).isEqualTo(DType.U8);
        Tensor bools = Npy.read(Fixture.path("bools.npy"));
        assertThat(bools.dtype()).isEqualTo(DType.BOOL);
        for (int i = 0; i < 24; i++) {
            double ramp = -Fixture.RAMP[i];
            assertThat(bytes.toDoubleArray()[i]).isEqualTo(ramp); // all are below 200
            assertThat(bools.toDoubleArray()[i]).isEqualTo(ramp % 3 == 0 ? 1 : 0);
        }
    }

    @Test
    void readsShapesOfEveryKind() {
        Tensor scalar = Npy.read(Fixture.path("scalar-f8.npy"));
        assertThat(scalar.shape()).isEqualTo(Shape.SCALAR);
        assertThat(scalar.item()).isEqualTo(0.1);
        Tensor vector = Npy.read(Fixture.path("fortran-vector-f8.npy"));
        assertThat(vector.toDoubleArray()).containsExactly(1.5, -2.5);
        assertThat(Npy.read(Fixture.path("empty-i4.npy")).shape()).isEqualTo(Shape.of(0, 3));
        Tensor python2 = Npy.read(Fixture.path("python-2-i4.npy"));
        assertThat(python2.toDoubleArray()).containsExactly(7, -8);
    }

    @Test
    void writesTheBytesThatNumPyWrites() throws IOException {
        requireSameBytes("little-f4", DType.F32);
        requireSameBytes("little-f8", DType.F64);
        requireSameBytes("little-i4", DType.I32);
        requireSameBytes("little-i8", DType.I64);
        requireSameBytes("bytes-u1", DType.U8);
        requireSameBytes("bools", DType.BOOL);
        requireSameBytes("scalar-f8", DType.F64);
        requireSameBytes("empty-i4", DType.I32);
    }

    private void requireSameBytes(String name, DType dtype) throws IOException {
        Tensor t = Npy.read(Fixture.path(name + ".npy"));
        assertThat(t.dtype()).isEqualTo(dtype);
        Path written = folder.resolve(name + ".npy");
        Npy.write(written, t);
        assertThat(Files.readAllBytes(written))
                .isEqualTo(Files.readAllBytes(Fixture.path(name + ".npy")));
    }

    @Test
    void writesViewsRowMajor() {
        Path path = folder.resolve("x.npy");
        Npy.write(path, Tensor.of(new int[] {1, 2, 3, 4, 5, 6}, 2, 3).transpose());
        Tensor read = Npy.read(path);
        assertThat(read.shape()).isEqualTo(Shape.of(3, 2));
        assertThat(read.toDoubleArray()).containsExactly(1, 4, 2, 5, 3, 6);
    }

    @Test
    void saysWhichTypesItReads() {
        assertThatThrownBy(() -> Npy.read(Fixture.path("complex.npy")))
                .isInstanceOf(FileFormatException.class)
                .hasMessageEndingWith(
                        "complex.npy, byte 20: type '<c16' cannot be read; f2, f4, f8, i4, i8, u1"
                                + " and b1 can, '<' and '>'; convert with astype before saving");
        assertThatThrownBy(() -> Npy.read(Fixture.path("unsigned-u4.npy")))
                .isInstanceOf(FileFormatException.class)
                .hasMessageContaining("byte 20: type '<u4' cannot be read");
        assertThatThrownBy(() -> Npy.read(Fixture.path("structured.npy")))
                .isInstanceOf(FileFormatException.class)
                .hasMessageEndingWith(
                        "structured.npy, byte 20: structured types are not supported; save each"
                                + " field by itself");
    }

    // each row: the dictionary (^ before the error), how many bytes follow, the message
    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }^ # 7 # F32 [2] takes 8"
                        + " bytes, but 7 follow the header",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }^ # 9 # F32 [2] takes 8"
                        + " bytes, but 9 follow the header",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, ^2147483647), } # 8"
                        + " # the shape has more than 2^56 elements",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (^2147483648,), } # 8 # an"
                        + " extent must be 0 to 2147483647, found 2147483648",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000000000^0,), } # 8"
                        + " # an extent of more than 18 digits",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (^-2,), } # 8 # expected a whole"
                        + " number of at least 0",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2)^, } # 8 # one axis is"
                        + " written (n,), with a comma",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2 ^3), } # 24 # expected ',' or"
                        + " ')'",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2,^,), } # 8 # expected a whole"
                        + " number of at least 0",
                "{'descr': '<f4', 'fortran_order': False, 'shape': ^2, } # 8 # expected '('",
                "{'descr': '<f4', 'fortran_order': ^0, 'shape': (2,), } # 8 # expected True or"
                        + " False",
                "{'descr': '<f4', 'shape': (2,), }^ # 8 # the header must be a dictionary of descr,"
                        + " fortran_order and shape",
                "{'descr': '<f4', ^'descr': '<f4', 'fortran_order': False, 'shape': (2,), } # 8 #"
                        + " 'descr' appears twice",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), ^'x': 1} # 8 # unknown"
                        + " entry 'x'",
                "{'descr': '<f4' ^'fortran_order': False, 'shape': (2,), } # 8 # expected ',' or"
                        + " '}'",
                "{'descr': ^'|f4', 'fortran_order': False, 'shape': (2,), } # 8 # type '|f4' cannot"
                        + " be read; f2, f4, f8, i4, i8, u1 and b1 can, '<' and '>'; convert with"
                        + " astype before saving",
                "{'descr': ^'O', 'fortran_order': False, 'shape': (2,), } # 8 # type 'O' cannot be"
                    + " read; f2, f4, f8, i4, i8, u1 and b1 can, '<' and '>'; convert with astype"
                    + " before saving",
                "{'descr': '<f4^\\x', 'fortran_order': False, 'shape': (2,), } # 8 # expected the"
                        + " end of a plain string",
                "^__import__('os') # 8 # expected '{'",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } ^+ # 8 # the header must"
                        + " be a dictionary of descr, fortran_order and shape",
            })
    void rejectsAHeaderThatIsNotSound(String dictionary, int dataBytes, String text)
            throws IOException {
        long offset = 10L + dictionary.indexOf('^');
        Path path = folder.resolve("x.npy");
        Files.write(path, file(dictionary.replace("^", ""), new byte[dataBytes]));
        assertThatThrownBy(() -> Npy.read(path))
                .isInstanceOf(FileFormatException.class)
                .hasMessage("%s, byte %d: %s", path, offset, text);
    }

    @Test
    void rejectsOtherFilesAndVersions() throws IOException {
        Path path = folder.resolve("x.npy");
        Files.write(path, "\u0089PNG....".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> Npy.read(path))
                .hasMessage(path + ", byte 0: an npy array begins with \\x93NUMPY and a version");
        Files.write(path, new byte[0]);
        assertThatThrownBy(() -> Npy.read(path))
                .hasMessage(path + ", byte 0: an npy array begins with \\x93NUMPY and a version");
        byte[] bytes = file("{}", new byte[0]);
        bytes[6] = 4;
        Files.write(path, bytes);
        assertThatThrownBy(() -> Npy.read(path))
                .hasMessage(path + ", byte 6: npy version 4.0; readable are 1.0, 2.0 and 3.0");
    }

    @Test
    void rejectsAHeaderSizeThatCannotBe() throws IOException {
        byte[] bytes = file("{}", new byte[8]); // read as version 2, its size is 4 bytes long
        bytes[6] = 2;
        bytes[8] = (byte) 0xff;
        bytes[9] = (byte) 0xff;
        bytes[10] = (byte) 0xff;
        bytes[11] = (byte) 0xff;
        Path path = folder.resolve("x.npy");
        Files.write(path, bytes);
        assertThatThrownBy(() -> Npy.read(path))
                .isInstanceOf(FileFormatException.class)
                .hasMessage(
                        path
                                + ", byte 8: the header's size must be at most 65536 bytes, it is"
                                + " 4294967295");
        bytes[6] = 1;
        Files.write(path, bytes);
        assertThatThrownBy(() -> Npy.read(path))
                .isInstanceOf(FileFormatException.class)
                .hasMessage(path + ", byte 20: the file ends in the header, which has 65535 bytes");
    }

    @Test
    void saysWhichFileIsMissing() {
        Path path = folder.resolve("missing.npy");
        assertThatThrownBy(() -> Npy.read(path))
                .isExactlyInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("read " + path + ": java.nio.file.NoSuchFileException");
    }

    /// A version 1 file with this dictionary as it stands, and this data.
    static byte[] file(String dictionary, byte[] data) {
        byte[] text = dictionary.getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
        out.write(text.length);
        out.write(text.length >> 8);
        out.writeBytes(text);
        out.writeBytes(data);
        return out.toByteArray();
    }
}
