package aligrad.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.tensor.DType;
import aligrad.tensor.Scope;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

class SafeTensorsTest {

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"all-types.safetensors", "all-types-ascii.safetensors"})
    void readsWhatOthersWrote(String name) {
        SafeTensors file = SafeTensors.open(Fixture.path(name));
        assertThat(file.names())
                .containsExactly(
                        "f64",
                        "f32",
                        "f16",
                        "bf16",
                        "i64",
                        "i32",
                        "u8",
                        "bool",
                        "none",
                        "f8",
                        "naïve \"q\" \\ \n 😀");
        assertThat(file.metadata())
                .containsExactly(Map.entry("format", "pt"), Map.entry("naïve", "😀\n"));
        requireTensor(file, "f64", DType.F64, Shape.of(1, 2), 0.1, -1e300);
        requireTensor(file, "f32", DType.F32, Shape.of(2, 3, 4), Fixture.RAMP);
        requireTensor(file, "f16", DType.F32, Shape.of(4), 1, -0.5, 65504, 0x1p-24);
        double infinity = Double.POSITIVE_INFINITY;
        requireTensor(file, "bf16", DType.F32, Shape.of(4), 1, -2.5, 0.15625, infinity);
        requireTensor(file, "i64", DType.I64, Shape.SCALAR, -0x1p62);
        requireTensor(file, "i32", DType.I32, Shape.of(2), 0x1p31 - 1, -0x1p31);
        requireTensor(file, "u8", DType.U8, Shape.of(3), 0, 128, 255);
        requireTensor(file, "bool", DType.BOOL, Shape.of(3), 1, 0, 1);
        requireTensor(file, "none", DType.F32, Shape.of(2, 0, 3));
        requireTensor(file, "naïve \"q\" \\ \n 😀", DType.U8, Shape.of(1), 7);
    }

    private static void requireTensor(
            SafeTensors file, String name, DType dtype, Shape shape, double... values) {
        assertThat(file.dtype(name)).isEqualTo(dtype);
        assertThat(file.shape(name)).isEqualTo(shape);
        Tensor t = file.tensor(name);
        assertThat(t.dtype()).isEqualTo(dtype);
        assertThat(t.shape()).isEqualTo(shape);
        assertThat(t.toDoubleArray()).containsExactly(values);
    }

    @Test
    void namesATypeThatItCannotRead() {
        SafeTensors file = SafeTensors.open(Fixture.path("all-types.safetensors"));
        assertThat(file.shape("f8")).isEqualTo(Shape.of(1));
        assertThatThrownBy(() -> file.tensor("f8"))
                .isInstanceOf(FileFormatException.class)
                .hasMessageEndingWith(
                        "tensor 'f8' is of type F8_E4M3; readable are [F32, F64, I32, I64, U8,"
                                + " BOOL, F16, BF16]");
    }

    @Test
    void saysWhatThereIsIfANameIsWrong() {
        Path path = folder.resolve("w.safetensors");
        SafeTensors.write(path, Map.of("weight", Tensor.zeros(2)), Map.of());
        assertThatThrownBy(() -> SafeTensors.open(path).tensor("wieght"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no tensor 'wieght' in " + path + "; there are: [weight]");
    }

    @Test
    void readsBackWhatItWrote() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("f32", Tensor.of(new float[] {1, -0f, Float.NaN, Float.MIN_VALUE}, 2, 2));
        tensors.put("f64", Tensor.of(new double[] {Math.PI}, 1));
        tensors.put("i32", Tensor.of(new int[] {Integer.MIN_VALUE, 1, 2}, 3));
        tensors.put("i64", Tensor.of(new long[] {Long.MAX_VALUE}));
        tensors.put("u8", Tensor.of(new byte[] {0, -1, 127}, 3));
        tensors.put("bool", Tensor.of(new boolean[] {true, false}, 1, 2));
        tensors.put("none", Tensor.zeros(3, 0));
        tensors.put("", Tensor.scalar(2f));
        tensors.put("\"\\\u0001/ü😀", Tensor.scalar(3f));
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("z", "1");
        metadata.put("a\n", "");
        Path path = folder.resolve("w.safetensors");

        SafeTensors.write(path, tensors, metadata);

        SafeTensors file = SafeTensors.open(path);
        assertThat(file.names()).containsExactlyElementsOf(tensors.keySet());
        assertThat(file.metadata()).containsExactlyEntriesOf(metadata);
        tensors.forEach(
                (name, t) -> {
                    Tensor read = file.tensor(name);
                    assertThat(read.dtype()).isEqualTo(t.dtype());
                    assertThat(read.shape()).isEqualTo(t.shape());
                    assertThat(read.raw().mismatch(t.raw())).isEqualTo(-1);
                });
        Map<String, Tensor> all = file.tensors();
        assertThat(all.keySet()).containsExactlyElementsOf(tensors.keySet());
        assertThat(all.get("i32").toLongArray()).containsExactly(Integer.MIN_VALUE, 1, 2);
    }

    @Test
    void writesPendingTensorsAndViewsRowMajor() {
        Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        Path path = folder.resolve("w.safetensors");
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("pending", x.mul(2));
        tensors.put("transposed", x.transpose());
        tensors.put("row", x.select(0, 1));
        tensors.put("repeated", x.slice(0, 0, 1).expand(2, 3));
        tensors.put("tracked", x.track().add(1));

        SafeTensors.write(path, tensors, Map.of());

        SafeTensors file = SafeTensors.open(path);
        assertThat(file.tensor("pending").toDoubleArray()).containsExactly(2, 4, 6, 8, 10, 12);
        assertThat(file.tensor("transposed").toDoubleArray()).containsExactly(1, 4, 2, 5, 3, 6);
        assertThat(file.tensor("row").toDoubleArray()).containsExactly(4, 5, 6);
        assertThat(file.tensor("repeated").toDoubleArray()).containsExactly(1, 2, 3, 1, 2, 3);
        assertThat(file.tensor("tracked").toDoubleArray()).containsExactly(2, 3, 4, 5, 6, 7);
    }

    @Test
    void writesTensorsThatAreLargerThanItsBuffer() {
        Tensor x = Tensor.range(100_003).to(DType.F64);
        Path path = folder.resolve("w.safetensors");
        SafeTensors.write(path, Map.of("x", x), Map.of());
        Tensor read = SafeTensors.open(path).tensor("x");
        assertThat(read.raw().mismatch(x.raw())).isEqualTo(-1);
    }

    @Test
    void writesTheBytesOfTheFormat() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("b", Tensor.of(new byte[] {9}, 1));
        tensors.put("w", Tensor.of(new int[] {1, 2}, 1, 2));
        Path path = folder.resolve("w.safetensors");

        SafeTensors.write(path, tensors, Map.of("k", "v"));

        // wide types come first in the data, so that each is aligned; 133 characters, padded to 136
        String json =
                "{\"__metadata__\":{\"k\":\"v\"},"
                        + "\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[8,9]},"
                        + "\"w\":{\"dtype\":\"I32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}";
        byte[] data = {1, 0, 0, 0, 2, 0, 0, 0, 9};
        assertThat(json).hasSize(133);
        assertThat(Files.readAllBytes(path)).isEqualTo(file(json + "   ", data));
    }

    @Test
    void writesTheSameBytesAgainAndReplacesTheFile() throws IOException {
        Path path = folder.resolve("w.safetensors");
        SafeTensors.write(path, Map.of("old", Tensor.ones(1000)), Map.of());
        SafeTensors old = SafeTensors.open(path);
        Map<String, Tensor> tensors = Map.of("w", Tensor.ones(2, 2));
        SafeTensors.write(path, tensors, Map.of("a", "b"));
        byte[] first = Files.readAllBytes(path);
        SafeTensors.write(path, tensors, Map.of("a", "b"));
        assertThat(Files.readAllBytes(path)).isEqualTo(first);
        assertThat(SafeTensors.open(path).names()).containsExactly("w");
        assertThat(old.tensor("old").sum().item()).isEqualTo(1000); // what is open stays readable
        assertThat(contents()).containsExactly("w.safetensors");
    }

    @Test
    void keepsTheOldFileIfWritingFails() {
        Path path = folder.resolve("w.safetensors");
        SafeTensors.write(path, Map.of("w", Tensor.ones(3)), Map.of());
        Tensor[] gone = new Tensor[1];
        Scope.run("training", () -> gone[0] = Tensor.ones(5).copy());

        assertThatThrownBy(() -> SafeTensors.write(path, Map.of("v", gone[0]), Map.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("training");

        assertThat(SafeTensors.open(path).names()).containsExactly("w");
        assertThat(contents()).containsExactly("w.safetensors");
    }

    private List<String> contents() {
        try (var files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void saysWhichFileCannotBeWrittenOrRead() {
        Path path = folder.resolve("missing").resolve("w.safetensors");
        assertThatThrownBy(() -> SafeTensors.write(path, Map.of(), Map.of()))
                .isExactlyInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("write " + path + ": java.nio.file.NoSuchFileException");
        assertThatThrownBy(() -> SafeTensors.open(path))
                .isExactlyInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("read " + path + ": java.nio.file.NoSuchFileException");
    }

    @Test
    void rejectsNamesThatTheFormatCannotHold() {
        Path path = folder.resolve("w.safetensors");
        Tensor x = Tensor.ones(1);
        assertThatThrownBy(() -> SafeTensors.write(path, Map.of("__metadata__", x), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a tensor named '__metadata__': the format keeps that name");
        assertThatThrownBy(() -> SafeTensors.write(path, Map.of("\ud800", x), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not valid Unicode");
        assertThat(contents()).isEmpty();
    }

    @Test
    void readsAFileWithoutTensors() {
        Path path = folder.resolve("w.safetensors");
        SafeTensors.write(path, Map.of(), Map.of());
        assertThat(SafeTensors.open(path).names()).isEmpty();
        SafeTensors.write(path, Map.of(), Map.of("a", "b"));
        assertThat(SafeTensors.open(path).metadata()).containsExactly(Map.entry("a", "b"));
    }

    // each row: the header (' for ", ^ before the error), how many bytes of data follow, the
    // message
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'w':^{'dtype':'F32','shape':[3],'data_offsets':[0,8]}} | 8 | tensor 'w' of F32"
                        + " [3] takes 12 bytes, but its data_offsets [0, 8] span 8",
                "{'w':{'dtype':'F32','shape':[2],'data_offsets':^[0,8]}} | 7 | data_offsets of"
                        + " tensor 'w' must be begin and end, in order, within the 7 bytes of data",
                "{'w':{'dtype':'F32','shape':[2],'data_offsets':^[8,0]}} | 8 | data_offsets of"
                        + " tensor 'w' must be begin and end, in order, within the 8 bytes of data",
                "{'w':{'dtype':'F32','shape':[2],'data_offsets':^[0]}} | 8 | data_offsets of tensor"
                        + " 'w' must be begin and end, in order, within the 8 bytes of data",
                "{'w':{'dtype':'F32','shape':[2],'data_offsets':^[0,8,8]}} | 8 | data_offsets of"
                        + " tensor 'w' must be begin and end, in order, within the 8 bytes of data",
                "{'w':{'dtype':'F32','shape':[2],'data_offsets':^[0,9223372036854775807]}} | 8 |"
                    + " data_offsets of tensor 'w' must be begin and end, in order, within the 8"
                    + " bytes of data",
                "^{'w':{'dtype':'U8','shape':[2],'data_offsets':[0,2]},'v':{'dtype':'U8','shape':[2],'data_offsets':[1,3]}}"
                    + " | 3 | the bytes of tensor 'v' begin at 1 of the data, but those before end"
                    + " at 2; there must be neither overlap nor gap",
                "^{'w':{'dtype':'U8','shape':[2],'data_offsets':[1,3]}} | 3 | the bytes of tensor"
                        + " 'w' begin at 1 of the data, but those before end at 0; there must be"
                        + " neither overlap nor gap",
                "^{'w':{'dtype':'U8','shape':[2],'data_offsets':[0,2]}} | 3 | the tensors take 2"
                        + " bytes, but 3 follow the header",
                "{'w':{'dtype':'U8','shape':[^2147483648],'data_offsets':[0,2]}} | 2 | an extent"
                        + " must be 0 to 2147483647, found 2147483648",
                "{'w':{'dtype':'F32','shape':[2147483647,^2147483647,2147483647],'data_offsets':[0,2]}}"
                    + " | 2 | the shape has more than 2^56 elements",
                "{'w':{'dtype':'F32','shape':[0,2147483647,^2147483647,2147483647],'data_offsets':[0,0]}}"
                    + " | 0 | the shape has more than 2^56 elements",
                "{'w':{'dtype':'F32','shape':[^-1],'data_offsets':[0,2]}} | 2 | expected a whole"
                        + " number of at least 0, found '-'",
                "{'w':{'dtype':'F32','shape':[1^.0],'data_offsets':[0,2]}} | 2 | expected ',' or"
                        + " ']', found '.'",
                "{'w':{'dtype':'F32','shape':[1],'data_offsets':[0,4],^'x':0}} | 4 | tensor 'w' has"
                        + " 'x'; it must have dtype, shape and data_offsets only",
                "{'w':^{'dtype':'F32','shape':[1]}} | 4 | tensor 'w' must have dtype, shape and"
                        + " data_offsets",
                "{'w':{'dtype':'F32','shape':[1],^'shape':[1],'data_offsets':[0,4]}} | 4 | name"
                        + " 'shape' appears twice",
                "{'w':{'dtype':'U8','shape':[1],'data_offsets':[0,1]},^'w':{'dtype':'U8','shape':[1],'data_offsets':[1,2]}}"
                    + " | 2 | name 'w' appears twice",
                "{'__metadata__':{'a':^1}} | 0 | expected '\"', found '1'",
                "{'__metadata__':{'a':'1',^'a':'2'}} | 0 | name 'a' appears twice",
                "{'w':^[]} | 0 | expected '{', found '['",
                "^[] | 0 | expected '{', found '['",
                "{}^x | 0 | expected the end of the JSON, found 'x'",
            })
    void rejectsAHeaderThatIsNotSound(String header, int dataBytes, String text)
            throws IOException {
        long offset = 8L + header.indexOf('^');
        Path path = folder.resolve("w.safetensors");
        Files.write(path, file(header.replace("^", "").replace('\'', '"'), new byte[dataBytes]));
        assertThatThrownBy(() -> SafeTensors.open(path))
                .isInstanceOf(FileFormatException.class)
                .hasMessage("%s, byte %d: %s", path, offset, text)
                .satisfies(e -> assertThat(((FileFormatException) e).offset()).isEqualTo(offset));
    }

    @Test
    void rejectsAHeaderWithTooManyAxes() throws IOException {
        String before = "{\"w\":{\"shape\":[" + "1,".repeat(64);
        Path path = folder.resolve("w.safetensors");
        Files.write(path, file(before + "1]}}", new byte[0]));
        assertThatThrownBy(() -> SafeTensors.open(path))
                .hasMessage(
                        "%s, byte %d: the shape has more than 64 axes", path, 8 + before.length());
    }

    @ParameterizedTest
    @CsvSource({"-1", "1", "9", "100000001", "9223372036854775807"})
    void rejectsAHeaderSizeThatCannotBe(long size) throws IOException {
        Path path = folder.resolve("w.safetensors");
        ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(size);
        Files.write(path, bytes.array());
        assertThatThrownBy(() -> SafeTensors.open(path))
                .isInstanceOf(FileFormatException.class)
                .hasMessage(
                        "%s, byte 0: the header's size must be 2 to 100000000 bytes, and there are"
                                + " 8; it says %s",
                        path, Long.toUnsignedString(size));
    }

    @Test
    void rejectsAFileThatIsTooShort() throws IOException {
        Path path = folder.resolve("w.safetensors");
        Files.write(path, new byte[7]);
        assertThatThrownBy(() -> SafeTensors.open(path))
                .isInstanceOf(FileFormatException.class)
                .hasMessage(
                        "%s, byte 7: a safetensors file begins with 8 bytes, this one has 7", path);
    }

    @Test
    void rejectsABoolThatIsNeitherTrueNorFalse() throws IOException {
        Path path = folder.resolve("w.safetensors");
        String header = "{\"m\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[0,3]}}";
        Files.write(path, file(header, new byte[] {1, 0, 2}));
        SafeTensors file = SafeTensors.open(path);
        assertThatThrownBy(() -> file.tensor("m"))
                .isInstanceOf(FileFormatException.class)
                .hasMessage(
                        "%s, byte %d: a BOOL must be 0 or 1, found 2",
                        path, 8 + header.length() + 2);
    }

    /// A file with this header as it stands, and this data.
    static byte[] file(String header, byte[] data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .put(data)
                .array();
    }
}
