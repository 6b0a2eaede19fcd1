package aligrad.experiments;

import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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

    private final DataFile file;
    private long offset;

    private IdxFile(Path file) {
        this.file = new DataFile(file, "IDX file");
    }

    /// Knows how much was read, and whether that was all.
    private static final class Counted extends FilterInputStream {
        long count;
        boolean hasEnded;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int b = super.read();
            note(b < 0 ? -1 : 1);
            return b;
        }

        @Override
        public int read(byte[] to, int at, int most) throws IOException {
            return note(super.read(to, at, most));
        }

        private int note(int read) {
            hasEnded |= read < 0;
            count += Math.max(read, 0);
            return read;
        }
    }

    /// The array as `U8`.
    ///
    /// @param rank how many axes it must have
    /// @throws UsageException with file, offset and reason if it is missing or damaged
    static Tensor read(Path file, int rank) {
        IdxFile idx = new IdxFile(file);
        try (Counted raw = new Counted(new BufferedInputStream(idx.file.open(), 1 << 16))) {
            return idx.unpacked(raw, rank);
        } catch (IOException e) {
            throw TextFile.unreadable(file, e);
        }
    }

    private Tensor unpacked(Counted raw, int rank) throws IOException {
        if (!file.path().getFileName().toString().endsWith(".gz")) {
            return read(raw, rank);
        }
        Gzip gzip = null;
        try {
            gzip = new Gzip(raw);
            return read(new Counted(new BufferedInputStream(gzip, 1 << 16)), rank);
        } catch (EOFException | ZipException e) {
            throw new UsageException(
                    "%s, byte %d: the gzip stream is cut short or damaged%s; fetch the file anew."
                            .formatted(
                                    file.path(),
                                    gzip == null ? raw.count : gzip.position(),
                                    e.getMessage() == null ? "" : " (" + e.getMessage() + ")"),
                    e);
        }
    }

    /// Knows how far it is in the packed file, of which it reads ahead.
    private static final class Gzip extends GZIPInputStream {
        private final Counted raw;

        Gzip(Counted raw) throws IOException {
            super(raw, 1 << 16);
            this.raw = raw;
        }

        long position() {
            return inf.finished() // the checksums behind the data are read without it
                    ? raw.count
                    : raw.count - inf.getRemaining();
        }
    }

    private Tensor read(Counted in, int rank) throws IOException {
        int magic = integer(in, "magic number");
        if (magic >>> 16 != 0 || (magic >>> 8 & 0xff) != UNSIGNED_BYTE) {
            throw file.damaged(
                    0, "the magic number is %#010x, not that of unsigned bytes".formatted(magic));
        }
        if ((magic & 0xff) != rank) {
            throw file.damaged(3, "it has %s, not %d".formatted(axes(magic & 0xff), rank));
        }
        int[] extents = new int[rank];
        long size = 1;
        for (int i = 0; i < rank; i++) {
            extents[i] = integer(in, "extent " + i);
            if (extents[i] < 0) {
                throw file.damaged(offset - 4, "extent %d is negative".formatted(i));
            }
            size = extents[i] == 0 ? 0 : Math.multiplyExact(size, extents[i]);
            if (size > MOST_BYTES) {
                throw file.damaged(
                        offset - 4, "it claims more than %d bytes".formatted(MOST_BYTES));
            }
        }
        Tensor elements = elements(in, size, Shape.of(extents));
        if (in.read() >= 0) {
            throw file.damaged(offset + size, "there are more bytes than its extents say");
        }
        return elements;
    }

    private static String axes(int count) {
        return count == 1 ? "1 axis" : count + " axes";
    }

    private Tensor elements(Counted in, long size, Shape shape) throws IOException {
        try {
            if (size <= DataFile.MOST_EXPANSION * file.size()) {
                return Tensor.read(in, DType.U8, shape);
            }
            in.transferTo(OutputStream.nullOutputStream()); // it cannot hold so many: count them
        } catch (EOFException e) {
            if (!in.hasEnded) {
                throw e; // within the gzip stream
            }
        }
        throw file.damaged(
                in.count, "it ends after %d of %d elements".formatted(in.count - offset, size));
    }

    private int integer(InputStream in, String what) throws IOException {
        byte[] bytes = in.readNBytes(4);
        if (bytes.length < 4) {
            throw file.damaged(offset + bytes.length, "it ends within the " + what);
        }
        offset += 4;
        return bytes[0] << 24 | (bytes[1] & 0xff) << 16 | (bytes[2] & 0xff) << 8 | bytes[3] & 0xff;
    }
}
