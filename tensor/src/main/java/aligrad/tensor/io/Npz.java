package aligrad.tensor.io;

import aligrad.tensor.Memory;
import aligrad.tensor.MemoryExhaustedException;
import aligrad.tensor.Tensor;

import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Named tensors in one zip archive of npy entries, as `numpy.savez` and `numpy.load` use it.
///
/// The types are those of [Npy]. For weights and checkpoints prefer [SafeTensors], which can be
/// opened without reading everything.
public final class Npz {

    private static final String SUFFIX = ".npy";
    private static final int PIECE = 1 << 16;

    /// No byte of deflate can stand for more: 258 bytes from two bits.
    private static final long MOST_INFLATION = 1032;

    /// In every archive, so that the same contents give the same bytes. The first month of zip's
    /// calendar is avoided because it also means "unknown".
    private static final LocalDateTime WRITTEN = LocalDateTime.of(1980, 2, 1, 0, 0);

    private Npz() {}

    /// Reads all tensors, in the archive's order, under their names without `.npy`.
    ///
    /// @throws FileFormatException if it is not a sound archive of npy arrays of readable types
    /// @throws MemoryExhaustedException if an array is larger than the memory limit
    /// @throws UncheckedIOException if it cannot be read
    public static Map<String, Tensor> read(Path path) {
        Place place = new Place(path.toString(), 0);
        try (ZipFile zip = new ZipFile(path.toFile())) {
            long fileBytes = path.toFile().length();
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            Enumeration<? extends ZipEntry> entries = zip.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                String name = tensorName(entry.getName(), place);
                Place inEntry = new Place(path + ", entry '" + entry.getName() + "'", 0);
                if (tensors.containsKey(name)) {
                    throw inEntry.wrong(0, "there are two entries of this name");
                }
                tensors.put(name, read(zip, entry, fileBytes, inEntry));
            }
            return tensors;
        } catch (ZipException | EOFException e) {
            throw place.wrong(0, "not a sound zip archive: " + e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException("read " + path + ": " + e, e);
        }
    }

    private static String tensorName(String entry, Place place) {
        boolean escapes =
                entry.startsWith("/") || Arrays.asList(entry.split("[/\\\\]", -1)).contains("..");
        if (escapes || !entry.endsWith(SUFFIX)) {
            throw place.wrong(
                    0,
                    "entry '%s': names must end in .npy, and may not lead elsewhere ('..', '/…')"
                            .formatted(entry));
        }
        return entry.substring(0, entry.length() - SUFFIX.length());
    }

    private static Tensor read(ZipFile zip, ZipEntry entry, long fileBytes, Place place)
            throws IOException {
        requirePossible(entry, fileBytes, place);
        try (CheckedInputStream in =
                        new CheckedInputStream(zip.getInputStream(entry), new CRC32());
                Arena arena = Arena.ofConfined()) {
            NpyHeader header = NpyHeader.read(in, place);
            long bytes = header.dataBytes();
            if (header.bytes() + bytes != entry.getSize()) {
                throw place.wrong(
                        header.bytes(),
                        "%s %s takes %d bytes, but %d follow the header"
                                .formatted(
                                        header.encoding(),
                                        header.shape(),
                                        bytes,
                                        entry.getSize() - header.bytes()));
            }
            if (bytes > Memory.now().limit()) {
                throw new MemoryExhaustedException(
                        "%s takes %d bytes, more than the memory limit of %d; raise -Daligrad.memory.limit"
                                .formatted(place.name(), bytes, Memory.now().limit()));
            }
            MemorySegment data = arena.allocate(bytes, 8);
            fill(data, in, place.from(header.bytes()));
            if (in.getChecksum().getValue() != entry.getCrc()) {
                throw place.wrong(entry.getSize(), "the checksum differs, so the data is damaged");
            }
            return header.decode(data, place.from(header.bytes()));
        }
    }

    /// Checks the declared sizes before anything is allocated from them.
    private static void requirePossible(ZipEntry entry, long fileBytes, Place place) {
        long packed = entry.getCompressedSize();
        long size = entry.getSize();
        boolean stored = entry.getMethod() == ZipEntry.STORED;
        if (packed < 0
                || packed > fileBytes
                || size < 0
                || size > (stored ? packed : packed * MOST_INFLATION)) {
            throw place.wrong(
                    0,
                    "%d bytes %s to %d in a file of %d bytes: that is impossible"
                            .formatted(size, stored ? "stored" : "deflated", packed, fileBytes));
        }
    }

    private static void fill(MemorySegment data, InputStream in, Place place) throws IOException {
        byte[] piece = new byte[(int) Math.min(PIECE, data.byteSize())];
        for (long done = 0; done < data.byteSize(); ) {
            int n = in.readNBytes(piece, 0, (int) Math.min(PIECE, data.byteSize() - done));
            if (n == 0) {
                throw place.wrong(
                        done, "the data ends, %d bytes short".formatted(data.byteSize() - done));
            }
            MemorySegment.copy(MemorySegment.ofArray(piece), 0, data, done, n);
            done += n;
        }
        if (in.read() >= 0) {
            throw place.wrong(data.byteSize(), "there is more data than the entry declares");
        }
    }

    /// Writes tensors in the map's order, replacing the file if there is one. The same contents
    /// give the same bytes.
    ///
    /// @param deflate whether to compress; trained weights hardly shrink, masks and images do
    /// @throws UncheckedIOException if the file cannot be written; what was there is still there
    public static void write(Path path, Map<String, Tensor> tensors, boolean deflate) {
        AtomicFile.write(
                path,
                file -> {
                    OutputStream out =
                            new BufferedOutputStream(Channels.newOutputStream(file), PIECE);
                    ZipOutputStream zip = new ZipOutputStream(out);
                    for (Map.Entry<String, Tensor> e : tensors.entrySet()) {
                        ZipEntry entry = new ZipEntry(e.getKey() + SUFFIX);
                        entry.setTimeLocal(WRITTEN);
                        if (!deflate) {
                            declare(entry, e.getValue());
                        }
                        zip.putNextEntry(entry);
                        zip.write(NpyHeader.of(e.getValue()));
                        Elements.write(e.getValue(), zip);
                        zip.closeEntry();
                    }
                    zip.finish();
                    out.flush();
                });
    }

    /// A stored entry needs its size and checksum beforehand.
    private static void declare(ZipEntry entry, Tensor t) throws IOException {
        byte[] header = NpyHeader.of(t);
        CheckedOutputStream sum =
                new CheckedOutputStream(OutputStream.nullOutputStream(), new CRC32());
        sum.write(header);
        Elements.write(t, sum);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(header.length + Elements.bytes(t));
        entry.setCrc(sum.getChecksum().getValue());
    }
}
