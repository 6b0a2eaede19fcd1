package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// Reads the entries of a tar archive, one after the other.
///
/// An entry is a header of 512 bytes, then its content, padded to a multiple of that. Long names
/// are in an entry of their own before it, in the form of GNU or of POSIX (pax).
///
/// By hand since it is one page, and the archives here need nothing else of a library.
final class Tar {

    private static final int BLOCK = 512;
    private static final int NAME = 100;
    private static final int SIZE = 124;
    private static final int CHECKSUM = 148;
    private static final int TYPE = 156;
    private static final int MAGIC = 257;
    private static final int PREFIX = 345;
    private static final int LONGEST_NAME = 1 << 16;

    private final InputStream in;
    private final DataFile file;
    private final long most;
    private long position;
    private long left;
    private long padding;

    /// @param in unpacked
    /// @param file the archive, for errors
    Tar(InputStream in, DataFile file) {
        this.in = in;
        this.file = file;
        this.most = file.size() * DataFile.MOST_EXPANSION;
    }

    /// @param isFile whether it is no directory, link or device
    /// @param size bytes of its content
    record Entry(String name, boolean isFile, long size) {}

    /// The next entry; `null` behind the last one.
    ///
    /// @throws EOFException if the archive is cut short
    /// @throws UsageException if it is damaged
    @Nullable Entry next() throws IOException {
        String longName = null;
        while (true) {
            in.skipNBytes(left + padding);
            position += left + padding;
            left = 0;
            padding = 0;
            byte[] header = in.readNBytes(BLOCK);
            if (header.length == 0 || isZero(header)) {
                return null;
            }
            if (header.length < BLOCK) {
                throw new EOFException("it ends within a header");
            }
            requireChecksum(header);
            long size = octal(header, SIZE, 12);
            if (size > most) {
                throw damaged("an entry claims %d bytes, more than the archive can hold", size);
            }
            position += BLOCK;
            left = size;
            padding = (BLOCK - size % BLOCK) % BLOCK;
            switch (header[TYPE]) {
                case 'L' -> longName = text(content(size), 0, (int) size);
                case 'x' -> longName = pax(content(size), longName);
                case 'g' -> {} // of all entries, where it has no name
                default -> {
                    boolean isFile = header[TYPE] == '0' || header[TYPE] == 0;
                    return new Entry(longName == null ? name(header) : longName, isFile, size);
                }
            }
        }
    }

    private byte[] content(long size) throws IOException {
        if (size > LONGEST_NAME) {
            throw damaged("a name claims %d bytes", size);
        }
        byte[] content = content().readNBytes((int) size);
        if (content.length < size) {
            throw new EOFException("it ends within a name");
        }
        return content;
    }

    private static boolean isZero(byte[] header) {
        for (byte b : header) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /// The sum of all bytes, those of the sum itself as blanks.
    private void requireChecksum(byte[] header) {
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= CHECKSUM && i < CHECKSUM + 8 ? ' ' : header[i] & 0xff;
        }
        long claimed = octal(header, CHECKSUM, 8);
        if (sum != claimed) {
            throw damaged("a header has not its checksum %d", claimed);
        }
    }

    private long octal(byte[] header, int from, int length) {
        String digits = text(header, from, length).strip();
        if (!digits.matches("[0-7]{1,12}")) {
            throw damaged("a header has no octal number in byte %d", from);
        }
        return Long.parseLong(digits, 8);
    }

    private static String name(byte[] header) {
        String name = text(header, 0, NAME);
        boolean posix = text(header, MAGIC, 6).equals("ustar") && header[MAGIC + 5] == 0;
        String prefix = posix ? text(header, PREFIX, 155) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    /// Up to a zero byte.
    private static String text(byte[] bytes, int from, int length) {
        int end = from;
        while (end < from + length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, from, end - from, StandardCharsets.UTF_8);
    }

    /// Records of the form `LENGTH KEY=VALUE\n`, of which `path` counts here.
    private @Nullable String pax(byte[] records, @Nullable String otherwise) {
        String path = otherwise;
        int at = 0;
        while (at < records.length) {
            int blank = at;
            while (blank < records.length && records[blank] != ' ') {
                blank++;
            }
            String length = new String(records, at, blank - at, StandardCharsets.UTF_8);
            int end = length.matches("\\d{1,6}") ? at + Integer.parseInt(length) : -1;
            if (end <= blank || end > records.length) {
                throw damaged("a record claims '%s' bytes", length);
            }
            String record = text(records, blank + 1, end - blank - 2);
            if (record.startsWith("size=")) {
                throw damaged("an entry claims %s bytes beside its header", record);
            }
            path = record.startsWith("path=") ? record.substring(5) : path;
            at = end;
        }
        return path;
    }

    private UsageException damaged(String what, Object value) {
        return file.damaged(position, what.formatted(value) + " (counted in what it unpacks to)");
    }

    /// The content of the entry that was last returned.
    InputStream content() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] to, int at, int length) throws IOException {
                if (left == 0 && length > 0) {
                    return -1;
                }
                int read = in.read(to, at, (int) Math.min(length, left));
                left -= Math.max(read, 0);
                position += Math.max(read, 0);
                return read;
            }
        };
    }
}
