package aligrad.experiments;

import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// Reads arrays of bytes in the IDX format of MNIST, plain or gzipped.
///
/// The format: two zero bytes, the type (8: unsigned byte), the number of axes, each extent as a
/// big-endian `int`, then the elements row-major.
final class IdxFile {

    private static final int UNSIGNED_BYTE = 8;
    private static final long MOST_BYTES = 1L << 31;

    private final Path file;
    private long offset;

    private IdxFile(Path file) {
        this.file = file;
    }

    /// The array as `U8`.
    ///
    /// @param rank how many axes it must have
    /// @throws UsageException with file, offset and reason if it is missing or damaged
    static Tensor read(Path file, int rank) {
        if (!Files.isRegularFile(file)) {
            throw new UsageException(file + ": there is no such file.");
        }
        try (InputStream in = open(file)) {
            return new IdxFile(file).read(in, rank);
        } catch (EOFException | ZipException e) {
            throw new UsageException(
                    "%s: the gzip stream is cut short or damaged%s."
                            .formatted(file, e.getMessage() == null ? "" : ": " + e.getMessage()),
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream open(Path file) throws IOException {
        InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        if (!file.getFileName().toString().endsWith(".gz")) {
            return raw;
        }
        try {
            return new BufferedInputStream(new GZIPInputStream(raw, 1 << 16), 1 << 16);
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    private Tensor read(InputStream in, int rank) throws IOException {
        int magic = integer(in, "magic number");
        if (magic >>> 16 != 0 || (magic >>> 8 & 0xff) != UNSIGNED_BYTE) {
            throw damaged(
                    0, "the magic number is %#010x, not that of unsigned bytes".formatted(magic));
        }
        if ((magic & 0xff) != rank) {
            throw damaged(3, "it has %d axes, not %d".formatted(magic & 0xff, rank));
        }
        int[] extents = new int[rank];
        long size = 1;
        for (int i = 0; i < rank; i++) {
            extents[i] = integer(in, "extent " + i);
            if (extents[i] < 0) {
                throw damaged(offset - 4, "extent %d is negative".formatted(i));
            }
            size = extents[i] == 0 ? 0 : Math.multiplyExact(size, extents[i]);
            if (size > MOST_BYTES) {
                throw damaged(offset - 4, "it claims more than %d bytes".formatted(MOST_BYTES));
            }
        }
        byte[] bytes = in.readNBytes((int) Math.min(size, Integer.MAX_VALUE - 8));
        if (bytes.length < size) {
            throw damaged(
                    offset + bytes.length,
                    "it ends after %d of %d elements".formatted(bytes.length, size));
        }
        if (in.read() >= 0) {
            throw damaged(offset + size, "there are more bytes than its extents say");
        }
        return Tensor.of(MemorySegment.ofArray(bytes), DType.U8, Shape.of(extents));
    }

    private int integer(InputStream in, String what) throws IOException {
        byte[] bytes = in.readNBytes(4);
        if (bytes.length < 4) {
            throw damaged(offset + bytes.length, "it ends within the " + what);
        }
        offset += 4;
        return bytes[0] << 24 | (bytes[1] & 0xff) << 16 | (bytes[2] & 0xff) << 8 | bytes[3] & 0xff;
    }

    private UsageException damaged(long at, String what) {
        return new UsageException(
                "%s, byte %d: %s; it is no such IDX file.".formatted(file, at, what));
    }
}
