package aligrad.tensor.io;

import aligrad.tensor.Tensor;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/// One tensor in NumPy's own format, as `numpy.save` and `numpy.load` use it.
///
/// Readable are the element types `f4`, `f8`, `i4`, `i8`, `u1`, `b1`, little- and big-endian, and
/// `f2`, which is widened to `F32`; in C and Fortran order. Objects and structures are not.
///
/// ```java
/// Npy.write(path, Tensor.range(3));                // numpy.load(path) → array([0, 1, 2])
/// Tensor x = Npy.read(path);
/// ```
public final class Npy {

    private Npy() {}

    /// Reads a file.
    ///
    /// @throws FileFormatException if it is not a sound npy file of a readable type
    /// @throws UncheckedIOException if it cannot be read
    public static Tensor read(Path path) {
        Place place = new Place(path.toString(), 0);
        try (FileChannel channel = FileChannel.open(path);
                Arena arena = Arena.ofConfined()) {
            NpyHeader header = NpyHeader.read(Channels.newInputStream(channel), place);
            long rest = channel.size() - header.bytes();
            if (header.dataBytes() != rest) {
                throw place.wrong(
                        header.bytes(),
                        "%s %s takes %d bytes, but %d follow the header"
                                .formatted(
                                        header.encoding(),
                                        header.shape(),
                                        header.dataBytes(),
                                        rest));
            }
            MemorySegment data =
                    channel.map(FileChannel.MapMode.READ_ONLY, header.bytes(), rest, arena);
            return header.decode(data, place.from(header.bytes()));
        } catch (IOException e) {
            throw new UncheckedIOException("read " + path + ": " + e, e);
        }
    }

    /// Writes a tensor, replacing the file if there is one. The same tensor gives the same bytes.
    ///
    /// @throws UncheckedIOException if the file cannot be written; what was there is still there
    public static void write(Path path, Tensor tensor) {
        AtomicFile.write(
                path,
                file -> {
                    OutputStream out = Channels.newOutputStream(file);
                    out.write(NpyHeader.of(tensor));
                    Elements.write(tensor, out);
                });
    }
}
