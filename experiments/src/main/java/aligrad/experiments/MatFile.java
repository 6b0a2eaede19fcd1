package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/// Reads numeric arrays of MATLAB files of level 5, also compressed and big-endian ones. Elements
/// come as a stream, so that an array of gigabytes is never held twice.
///
/// The format: a header of 128 bytes, then elements, each a type, a number of bytes, and as many
/// bytes, padded to a multiple of 8. Up to 4 bytes may lie in the tag itself, the upper half of
/// whose first word is then their number. A matrix is an element of elements: flags with the class,
/// extents, name, numbers in column-major order. A compressed element inflates to one element.
///
/// Why not a library: the maintained one, MFL, reads arrays as a whole, and through
/// `sun.misc.Unsafe`, which fails today with `--sun-misc-unsafe-memory-access=deny` and will be
/// gone in a later JDK.
///
/// Source: MathWorks, *MAT-File Format*, level 5.
final class MatFile {

    private static final int HEADER = 128;
    private static final int VERSION = 0x0100;
    private static final int TAG = 8;

    private static final int INT8 = 1;
    private static final int UINT8 = 2;
    private static final int INT32 = 5;
    private static final int UINT32 = 6;
    private static final int MATRIX = 14;
    private static final int COMPRESSED = 15;
    private static final int UTF8 = 16;

    /// The classes of numbers: `double`, `single`, and signed and unsigned of 8, 16, 32 and 64
    /// bits.
    private static final int FIRST_NUMERIC = 6;

    private static final int LAST_NUMERIC = 15;
    private static final int CLASS_UINT8 = 9;
    private static final int COMPLEX = 0x0800;

    private static final int MOST_AXES = 32;
    private static final int LONGEST_NAME = 1024;
    private static final long MOST_ELEMENTS = 1L << 40;

    private final DataFile file;
    private final long fileSize;
    private final ByteOrder order;
    private final List<Array> arrays = new ArrayList<>();

    private MatFile(DataFile file, ByteOrder order) {
        this.file = file;
        this.fileSize = file.size();
        this.order = order;
    }

    /// An element of the file.
    ///
    /// @param at where it begins
    /// @param bytes how many follow its tag
    private record Element(long at, int type, long bytes) {
        boolean isCompressed() {
            return type == COMPRESSED;
        }

        long end() {
            return at + TAG + bytes;
        }
    }

    /// An array of numbers in the file.
    ///
    /// @param element where it is
    /// @param extents with the first one contiguous
    /// @param kind the class of MATLAB's
    /// @param type that of the stored numbers, which may be a shorter one
    /// @param offset of its numbers behind the element's tag, inflated if it is compressed
    /// @param whole how many bytes the element has there
    record Array(
            Element element,
            String name,
            List<Integer> extents,
            int kind,
            int type,
            long offset,
            long whole) {

        /// How many numbers it has.
        long size() {
            return extents.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
        }

        private long bytes() {
            return size() * width(type);
        }

        /// Whether it is of MATLAB's class `uint8`, and stored so.
        boolean isBytes() {
            return kind == CLASS_UINT8 && type == UINT8;
        }

        /// Such as `[32, 32, 3, 10] of class 9`.
        String description() {
            return "%s of class %d, stored as type %d".formatted(extents, kind, type);
        }
    }

    /// Bytes of a stored number; 0 for what is none.
    private static int width(int type) {
        return switch (type) {
            case INT8, UINT8 -> 1;
            case 3, 4 -> 2; // int16, uint16
            case INT32, UINT32, 7 -> 4; // and single
            case 9, 12, 13 -> 8; // double, int64, uint64
            default -> 0;
        };
    }

    /// Reads which arrays there are, not their numbers.
    ///
    /// @throws UsageException if it is missing, damaged or of another level
    static MatFile open(Path path) {
        DataFile file = new DataFile(path, "MATLAB file of level 5");
        try (InputStream in = file.open()) {
            byte[] header = in.readNBytes(HEADER);
            if (header.length < HEADER) {
                throw file.damaged(
                        header.length, "it ends within the header of %d bytes".formatted(HEADER));
            }
            String mark = new String(header, 126, 2, StandardCharsets.ISO_8859_1);
            if (!mark.equals("IM") && !mark.equals("MI")) {
                throw file.damaged(
                        126,
                        "the mark of the byte order is %#04x %#04x, neither 'IM' nor 'MI'"
                                .formatted(header[126], header[127]));
            }
            ByteOrder order = mark.equals("IM") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
            int version = ByteBuffer.wrap(header).order(order).getShort(124) & 0xffff;
            if (version != VERSION) {
                throw file.damaged(
                        124, "the version is %#06x, not %#06x".formatted(version, VERSION));
            }
            MatFile mat = new MatFile(file, order);
            mat.scan();
            return mat;
        } catch (IOException e) {
            throw TextFile.unreadable(path, e);
        }
    }

    private void scan() throws IOException {
        long at = HEADER;
        while (at < fileSize) {
            Element element = element(at);
            if (element.isCompressed() || element.type == MATRIX) {
                Array array = array(element);
                if (array != null) {
                    arrays.add(array);
                }
            }
            at = element.isCompressed() ? element.end() : padded(element.end());
        }
    }

    private Element element(long at) throws IOException {
        if (fileSize - at < TAG) {
            throw file.damaged(at, "it ends within the tag of an element");
        }
        try (InputStream in = from(at, TAG)) {
            Words words = new Words(in, order);
            int first = words.next();
            if (first >>> 16 != 0) { // its bytes are in the tag
                return new Element(at, first & 0xffff, 0);
            }
            long bytes = words.next() & 0xffffffffL;
            if (bytes > fileSize - at - TAG) {
                throw file.damaged(
                        at,
                        "an element claims %d bytes, but only %d follow"
                                .formatted(bytes, fileSize - at - TAG));
            }
            return new Element(at, first, bytes);
        }
    }

    private static long padded(long position) {
        return (position + 7) / 8 * 8;
    }

    /// The bytes of the file from there, at most so many.
    private InputStream from(long at, long bytes) throws IOException {
        FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.READ);
        return new Bounded(Channels.newInputStream(channel.position(at)), bytes);
    }

    /// Ends after so many bytes.
    private static final class Bounded extends FilterInputStream {
        private long left;

        Bounded(InputStream in, long bytes) {
            super(in);
            left = bytes;
        }

        @Override
        public int read() throws IOException {
            if (left == 0) {
                return -1;
            }
            left--;
            return super.read();
        }

        @Override
        public int read(byte[] to, int at, int most) throws IOException {
            if (left == 0 && most > 0) {
                return -1;
            }
            int read = super.read(to, at, (int) Math.min(most, left));
            left -= Math.max(read, 0);
            return read;
        }
    }

    /// Knows how far it is in the file, and gives its inflater back.
    private static final class Inflated extends InflaterInputStream {
        Inflated(InputStream in) {
            super(in, new Inflater(), 1 << 16);
        }

        long consumed() {
            return inf.getBytesRead();
        }

        @Override
        public void close() throws IOException {
            super.close();
            inf.end();
        }
    }

    /// The words of a stream, and how many bytes were read.
    private static final class Words {
        private final InputStream in;
        private final ByteOrder order;
        private long position;

        Words(InputStream in, ByteOrder order) {
            this.in = in;
            this.order = order;
        }

        int next() throws IOException {
            return ByteBuffer.wrap(bytes(4)).order(order).getInt();
        }

        byte[] bytes(int count) throws IOException {
            byte[] bytes = in.readNBytes(count);
            position += bytes.length;
            if (bytes.length < count) {
                throw new EOFException();
            }
            return bytes;
        }
    }

    /// A part of a matrix that is read at once.
    private record Part(int type, byte[] bytes) {}

    /// The header of a matrix; `null` if it is none of numbers.
    private @Nullable Array array(Element element) throws IOException {
        try (InputStream in = content(element)) {
            Words words = new Words(in, order);
            try {
                long whole = element.bytes;
                if (element.isCompressed()) {
                    int type = words.next();
                    whole = TAG + (words.next() & 0xffffffffL);
                    if (type != MATRIX) {
                        return null;
                    }
                    if (whole - TAG > element.bytes * DataFile.MOST_EXPANSION) {
                        throw file.damaged(
                                element.at,
                                "a compressed element claims %d bytes, more than its %d can stand for"
                                        .formatted(whole - TAG, element.bytes));
                    }
                }
                return array(element, words, whole);
            } catch (EOFException e) {
                throw file.damaged(
                        place(element, in), "the header of an array ends before its numbers", e);
            } catch (ZipException e) {
                throw damagedStream(element, in, e);
            }
        }
    }

    private @Nullable Array array(Element element, Words words, long whole) throws IOException {
        Part flags = part(element, words, "flags", UINT32, 8);
        int word = ByteBuffer.wrap(flags.bytes).order(order).getInt();
        int kind = word & 0xff;
        if (kind < FIRST_NUMERIC || kind > LAST_NUMERIC) {
            return null; // text, a cell, a structure
        }
        if ((word & COMPLEX) != 0) {
            throw file.damaged(element.at, "an array is of complex numbers");
        }
        Part sizes = part(element, words, "extents", INT32, 4 * MOST_AXES);
        if (sizes.bytes.length < 8 || sizes.bytes.length % 4 != 0) {
            throw file.damaged(
                    element.at,
                    "the extents of an array take %d bytes, not 4 for each of 2 to %d axes"
                            .formatted(sizes.bytes.length, MOST_AXES));
        }
        List<Integer> extents = extents(element, ByteBuffer.wrap(sizes.bytes).order(order));
        Part name = part(element, words, "name", INT8, LONGEST_NAME);
        String text = new String(name.bytes, StandardCharsets.UTF_8);
        int first = words.next();
        boolean small = first >>> 16 != 0;
        int type = small ? first & 0xffff : first;
        long bytes = small ? first >>> 16 : words.next() & 0xffffffffL;
        Array array = new Array(element, text, extents, kind, type, words.position, whole);
        if (width(type) == 0) {
            throw file.damaged(
                    element.at,
                    "array %s is stored as type %d, which is none of numbers"
                            .formatted(text, type));
        }
        if (array.bytes() != bytes) {
            throw file.damaged(
                    element.at,
                    "array %s claims %s numbers of %s, but has %d bytes"
                            .formatted(text, extents, Count.of(width(type), "byte"), bytes));
        }
        if (words.position + bytes > whole) {
            throw file.damaged(
                    element.at,
                    "the numbers of array %s claim %d bytes, but its element has only %d more"
                            .formatted(text, bytes, whole - words.position));
        }
        return array;
    }

    private List<Integer> extents(Element element, ByteBuffer words) {
        List<Integer> extents = new ArrayList<>();
        long size = 1;
        while (words.hasRemaining()) {
            int extent = words.getInt();
            if (extent < 0 || extent > 0 && size > MOST_ELEMENTS / extent) {
                throw file.damaged(
                        element.at,
                        "extent %d of an array is %d, negative or too large"
                                .formatted(extents.size(), extent));
            }
            size *= extent;
            extents.add(extent);
        }
        return extents;
    }

    private Part part(Element element, Words words, String what, int type, int most)
            throws IOException {
        int first = words.next();
        boolean small = first >>> 16 != 0;
        int found = small ? first & 0xffff : first;
        long bytes = small ? first >>> 16 : words.next() & 0xffffffffL;
        if (found != type && !(type == INT8 && found == UTF8)) {
            throw file.damaged(
                    element.at,
                    "the %s of an array are of type %d, not %d".formatted(what, found, type));
        }
        if (bytes > (small ? 4 : most) || type == UINT32 && bytes != most) {
            throw file.damaged(
                    element.at,
                    "the %s of an array claim %d bytes, where %d is the most"
                            .formatted(what, bytes, most));
        }
        byte[] content = words.bytes((int) bytes);
        words.bytes((int) (small ? 4 - bytes : padded(bytes) - bytes));
        return new Part(found, content);
    }

    /// What is behind an element's tag, inflated.
    private InputStream content(Element element) throws IOException {
        InputStream raw = new BufferedInputStream(from(element.at + TAG, element.bytes), 1 << 16);
        return element.isCompressed() ? new Inflated(raw) : raw;
    }

    private static long place(Element element, InputStream content) {
        return content instanceof Inflated inflated
                ? element.at + TAG + inflated.consumed()
                : element.end();
    }

    private UsageException damagedStream(Element element, InputStream content, IOException e) {
        return file.damaged(
                place(element, content),
                "the compressed element that begins at byte %d is cut short or damaged%s"
                        .formatted(
                                element.at,
                                e.getMessage() == null ? "" : " (" + e.getMessage() + ")"),
                e);
    }

    Path path() {
        return file.path();
    }

    /// The array of this name.
    ///
    /// @throws UsageException if there is none of numbers, or more than one
    Array array(String name) {
        List<Array> found = arrays.stream().filter(array -> array.name.equals(name)).toList();
        if (found.size() != 1) {
            throw file.damaged(
                    found.isEmpty() ? fileSize : found.get(1).element.at,
                    found.isEmpty()
                            ? "it ends without an array of numbers called " + name
                            : "it has a second array called " + name);
        }
        return found.getFirst();
    }

    /// What is wrong with an array, with its place.
    UsageException wrong(Array array, String what) {
        return file.damaged(array.element.at, what);
    }

    /// The bytes of an array's numbers, in the order of the file. Where they end, what is behind
    /// them is checked, too, and the stream's checksum with it.
    ///
    /// @throws IOException if the file cannot be read; the stream throws a [UsageException] if it
    ///   is damaged
    InputStream elements(Array array) throws IOException {
        return new Numbers(array);
    }

    private final class Numbers extends InputStream {
        private final Array array;
        private final InputStream in;
        private long left;
        private boolean isChecked;

        Numbers(Array array) throws IOException {
            this.array = array;
            in = content(array.element);
            left = array.bytes();
            try {
                in.skipNBytes(array.offset);
            } catch (IOException e) {
                in.close();
                throw e;
            }
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int at, int most) throws IOException {
            if (most == 0) {
                return 0;
            }
            try {
                if (left == 0) {
                    checkEnd();
                    return -1;
                }
                int read = in.read(to, at, (int) Math.min(most, left));
                if (read < 0) {
                    throw new EOFException();
                }
                left -= read;
                return read;
            } catch (EOFException e) {
                throw file.damaged(
                        place(array.element, in),
                        "array %s ends after %d of its %d bytes"
                                .formatted(array.name, array.bytes() - left, array.bytes()),
                        e);
            } catch (ZipException e) {
                throw damagedStream(array.element, in, e);
            }
        }

        /// A compressed element's checksum is behind its last byte.
        private void checkEnd() throws IOException {
            if (isChecked || !array.element.isCompressed()) {
                return;
            }
            isChecked = true;
            long behind = array.whole - array.offset - array.bytes();
            long found = 0;
            try {
                while (found <= behind && in.read() >= 0) {
                    found++;
                }
            } catch (EOFException e) {
                throw damagedStream(array.element, in, e);
            }
            if (found > behind) {
                throw file.damaged(
                        place(array.element, in),
                        "the compressed element of array %s has more bytes than it claims"
                                .formatted(array.name));
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    private static double unsigned(long bits) {
        return bits >= 0 ? bits : 2.0 * (bits >>> 1);
    }

    /// All numbers of an array, of whatever type.
    double[] numbers(Array array) {
        double[] numbers = new double[Math.toIntExact(array.size())];
        try (InputStream in = new BufferedInputStream(elements(array), 1 << 16)) {
            int width = width(array.type);
            for (int i = 0; i < numbers.length; i++) {
                ByteBuffer bytes = ByteBuffer.wrap(in.readNBytes(width)).order(order);
                numbers[i] =
                        switch (array.type) {
                            case INT8 -> bytes.get();
                            case UINT8 -> bytes.get() & 0xff;
                            case 3 -> bytes.getShort();
                            case 4 -> bytes.getShort() & 0xffff;
                            case INT32 -> bytes.getInt();
                            case UINT32 -> bytes.getInt() & 0xffffffffL;
                            case 7 -> bytes.getFloat();
                            case 9 -> bytes.getDouble();
                            case 12 -> bytes.getLong();
                            case 13 -> unsigned(bytes.getLong());
                            default -> throw new IllegalStateException("type " + array.type);
                        };
            }
            in.read(); // the end: what is behind is checked as well
        } catch (IOException e) {
            throw TextFile.unreadable(file.path(), e);
        }
        return numbers;
    }
}
