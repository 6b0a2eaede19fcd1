package aligrad.tensor.io;

import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Named tensors in one file, in the safetensors format: the weights of a model, a checkpoint.
///
/// ```java
/// SafeTensors.write(path, Map.of("w", w), Map.of("epoch", "3"));
/// SafeTensors file = SafeTensors.open(path);
/// Tensor w = file.tensor("w");
/// ```
///
/// An open file is mapped into memory, and a tensor's bytes are read when it is asked for. Nothing
/// has to be closed. The file must not be changed in place meanwhile; replacing it, as [#write]
/// does, is fine.
///
/// The format is 8 bytes with the little-endian size of the header, the header (JSON), and the
/// elements without gaps. The types `F16` and `BF16` are widened to `F32`.
public final class SafeTensors {

    /// The limit of the format's own library.
    private static final long LONGEST_HEADER = 100_000_000;

    private static final ValueLayout.OfLong LENGTH =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path path;
    private final SafeTensorsHeader header;
    private final MemorySegment data;
    private final Place dataPlace;

    private SafeTensors(Path path, SafeTensorsHeader header, MemorySegment data, Place dataPlace) {
        this.path = path;
        this.header = header;
        this.data = data;
        this.dataPlace = dataPlace;
    }

    /// Opens a file and checks its header.
    ///
    /// @throws FileFormatException if it is not a sound safetensors file
    /// @throws UncheckedIOException if it cannot be read
    public static SafeTensors open(Path path) {
        Place place = new Place(path.toString(), 0);
        try (FileChannel channel = FileChannel.open(path)) {
            long size = channel.size();
            if (size < 8) {
                throw place.wrong(
                        size, "a safetensors file begins with 8 bytes, this one has " + size);
            }
            MemorySegment file =
                    channel.map(FileChannel.MapMode.READ_ONLY, 0, size, Arena.ofAuto());
            long length = file.get(LENGTH, 0);
            if (length < 2 || length > Math.min(LONGEST_HEADER, size - 8)) {
                throw place.wrong(
                        0,
                        "the header's size must be 2 to %d bytes, and there are %d; it says %s"
                                .formatted(
                                        LONGEST_HEADER, size - 8, Long.toUnsignedString(length)));
            }
            byte[] json = file.asSlice(8, length).toArray(ValueLayout.JAVA_BYTE);
            MemorySegment data = file.asSlice(8 + length);
            SafeTensorsHeader header =
                    SafeTensorsHeader.parse(json, data.byteSize(), place.from(8));
            return new SafeTensors(path, header, data, place.from(8 + length));
        } catch (IOException e) {
            throw new UncheckedIOException("read " + path + ": " + e, e);
        }
    }

    /// The tensors' names, in the file's order.
    public List<String> names() {
        return List.copyOf(header.entries().keySet());
    }

    /// The text that was stored along, in the file's order.
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    /// The shape of a tensor.
    ///
    /// @throws IllegalArgumentException if there is none of this name
    public Shape shape(String name) {
        return entry(name).shape();
    }

    /// The type that a tensor will have when it is read.
    ///
    /// @throws IllegalArgumentException if there is none of this name
    /// @throws FileFormatException if its type is not supported
    public DType dtype(String name) {
        return encoding(name).dtype();
    }

    /// A tensor, read now.
    ///
    /// @throws IllegalArgumentException if there is none of this name
    /// @throws FileFormatException if its type is not supported, or it holds a `BOOL` that is not 0
    ///   or 1
    public Tensor tensor(String name) {
        SafeTensorsHeader.Entry entry = entry(name);
        MemorySegment bytes = data.asSlice(entry.begin(), entry.end() - entry.begin());
        return encoding(name).decode(bytes, false, entry.shape(), dataPlace.from(entry.begin()));
    }

    /// All tensors by name, read now, in the file's order: what a module loads.
    ///
    /// @throws FileFormatException as [#tensor] does
    public Map<String, Tensor> tensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (String name : names()) {
            tensors.put(name, tensor(name));
        }
        return Collections.unmodifiableMap(tensors);
    }

    private SafeTensorsHeader.Entry entry(String name) {
        SafeTensorsHeader.Entry entry = header.entries().get(name);
        if (entry == null) {
            throw new IllegalArgumentException(
                    "no tensor '" + name + "' in " + path + "; there are: " + names());
        }
        return entry;
    }

    private Encoding encoding(String name) {
        SafeTensorsHeader.Entry entry = entry(name);
        Encoding encoding = entry.encoding();
        if (encoding == null) {
            throw dataPlace.wrong(
                    entry.begin(),
                    "tensor '%s' is of type %s; readable are %s"
                            .formatted(name, entry.dtype(), Arrays.toString(Encoding.values())));
        }
        return encoding;
    }

    @Override
    public String toString() {
        return path + ": " + header.entries().size() + " tensors";
    }

    /// Writes tensors and text, in the maps' order, replacing the file if there is one. The same
    /// contents give the same bytes.
    ///
    /// @throws IllegalArgumentException if a name is `__metadata__` or not valid Unicode
    /// @throws UncheckedIOException if the file cannot be written; what was there is still there
    public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata) {
        byte[] json = SafeTensorsHeader.of(tensors, metadata).toJson();
        if (json.length > LONGEST_HEADER) {
            throw new IllegalArgumentException(
                    "write %s: names, shapes and metadata take %d bytes; the format allows %d"
                            .formatted(path, json.length, LONGEST_HEADER));
        }
        byte[] length =
                ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).array();
        AtomicFile.write(
                path,
                file -> {
                    OutputStream out = Channels.newOutputStream(file);
                    out.write(length);
                    out.write(json);
                    for (Map.Entry<String, Tensor> e : SafeTensorsHeader.inFile(tensors)) {
                        Elements.write(e.getValue(), out);
                    }
                });
    }
}
