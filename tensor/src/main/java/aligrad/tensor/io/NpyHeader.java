package aligrad.tensor.io;

import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The header of an array in NumPy's format, with which the elements begin.
///
/// Eight bytes of magic and version, the length of the text, then the text, a Python dictionary
/// ([NpyDictionary]). Source: numpy.lib.format, versions 1 to 3.
///
/// @param fortran whether the first axis is the one that runs fastest
/// @param bytes the length of all this, in bytes
record NpyHeader(Encoding encoding, boolean bigEndian, boolean fortran, Shape shape, int bytes) {

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

    /// Longer texts come with structured types only, which are not read anyhow.
    private static final int LONGEST = 1 << 16;

    /// How many bytes the elements take.
    long dataBytes() {
        return shape.size() * encoding.bytes();
    }

    /// The tensor whose elements are `data`.
    ///
    /// @param place where `data` begins
    Tensor decode(MemorySegment data, Place place) {
        if (!fortran || shape.rank() < 2) {
            return encoding.decode(data, bigEndian, shape, place);
        }
        int rank = shape.rank();
        int[] reversed = new int[rank];
        int[] axes = new int[rank];
        for (int i = 0; i < rank; i++) {
            reversed[i] = shape.extent(rank - 1 - i);
            axes[i] = rank - 1 - i;
        }
        return encoding.decode(data, bigEndian, Shape.of(reversed), place).permute(axes);
    }

    /// Reads a header and nothing behind it.
    ///
    /// @param place where `in` begins
    static NpyHeader read(InputStream in, Place place) throws IOException {
        byte[] start = in.readNBytes(8);
        if (start.length < 8 || !Arrays.equals(start, 0, 6, MAGIC, 0, 6)) {
            throw place.wrong(0, "an npy array begins with \\x93NUMPY and a version");
        }
        int version = start[6];
        if (version < 1 || version > 3 || start[7] != 0) {
            throw place.wrong(
                    6,
                    "npy version %d.%d; readable are 1.0, 2.0 and 3.0"
                            .formatted(start[6] & 0xff, start[7] & 0xff));
        }
        byte[] length = in.readNBytes(version == 1 ? 2 : 4);
        long size = 0;
        for (int i = length.length - 1; i >= 0; i--) {
            size = 256 * size + (length[i] & 0xff);
        }
        if (length.length < (version == 1 ? 2 : 4) || size > LONGEST) {
            throw place.wrong(
                    8, "the header's size must be at most " + LONGEST + " bytes, it is " + size);
        }
        byte[] text = in.readNBytes((int) size);
        int textStart = 8 + length.length;
        if (text.length < size) {
            throw place.wrong(
                    textStart + text.length,
                    "the file ends in the header, which has %d bytes".formatted(size));
        }
        return new NpyDictionary(text, place.from(textStart)).header(textStart + text.length);
    }

    /// The header of a tensor that is written, version 1, a multiple of 64 bytes long.
    static byte[] of(Tensor t) {
        String descr =
                switch (t.dtype()) {
                    case F32 -> "<f4";
                    case F64 -> "<f8";
                    case I32 -> "<i4";
                    case I64 -> "<i8";
                    case U8 -> "|u1";
                    case BOOL -> "|b1";
                };
        String list = t.shape().toString(); // [2, 3]
        String extents = list.substring(1, list.length() - 1) + (t.shape().rank() == 1 ? "," : "");
        String dictionary =
                "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }"
                        .formatted(descr, extents);
        int bytes = (10 + dictionary.length() + 1 + 63) / 64 * 64;
        ByteBuffer header = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        header.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (bytes - 10));
        header.put(dictionary.getBytes(StandardCharsets.US_ASCII));
        while (header.remaining() > 1) {
            header.put((byte) ' ');
        }
        return header.put((byte) '\n').array();
    }
}
