package aligrad.experiments;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.zip.CRC32C;

/// Scalars for TensorBoard: a file of records, each an `Event` message of protocol buffers.
///
/// A record is its length (8 bytes, little endian), the masked CRC-32C of these, the message, and
/// the message's masked CRC-32C. The messages use six fields, so they are encoded here by hand:
///
/// ```
/// Event      1 wall_time (double)  2 step (int64)  3 file_version (string)  5 summary  7 session_log
/// Summary    1 value, repeated     Summary.Value  1 tag (string)  2 simple_value (float)
/// SessionLog 1 status (1 is START)
/// ```
///
/// A resumed run starts a file of its own; the START that it begins with makes TensorBoard forget
/// what older files have from that step on.
///
/// Source: TensorFlow's `event.proto`, `summary.proto` and the record format of its `RecordWriter`.
final class EventFile implements AutoCloseable {

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private static final int MASK = 0xa282ead8;

    private final OutputStream out;

    private EventFile(OutputStream out) {
        this.out = out;
    }

    /// Starts a file in `directory` that is not there yet, `events.out.tfevents.SECONDS.aligrad`.
    ///
    /// @param seconds since 1970
    /// @param step how many iterations were done
    static EventFile create(Path directory, double seconds, long step) {
        try {
            String name = "events.out.tfevents.%010d.aligrad".formatted((long) seconds);
            Path file = directory.resolve(name);
            for (int i = 1; Files.exists(file); i++) {
                file = directory.resolve(name + "." + i);
            }
            EventFile events =
                    new EventFile(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW));
            events.write(
                    new Message()
                            .fixed64(1, Double.doubleToRawLongBits(seconds))
                            .bytes(3, "brain.Event:2".getBytes(StandardCharsets.UTF_8)));
            if (step > 0) {
                events.write(
                        new Message()
                                .fixed64(1, Double.doubleToRawLongBits(seconds))
                                .varint(2, step)
                                .bytes(7, new Message().varint(1, 1).encoded()));
            }
            return events;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Appends scalars by their tags.
    ///
    /// @param seconds since 1970
    /// @param step at least 0
    void add(double seconds, long step, Map<String, Double> scalars) {
        Message summary = new Message();
        scalars.forEach(
                (tag, value) ->
                        summary.bytes(
                                1,
                                new Message()
                                        .bytes(1, tag.getBytes(StandardCharsets.UTF_8))
                                        .fixed32(2, Float.floatToRawIntBits(value.floatValue()))
                                        .encoded()));
        try {
            write(
                    new Message()
                            .fixed64(1, Double.doubleToRawLongBits(seconds))
                            .varint(2, step)
                            .bytes(5, summary.encoded()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(Message message) throws IOException {
        byte[] data = message.encoded();
        ByteBuffer record =
                ByteBuffer.allocate(8 + 4 + data.length + 4).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(data.length);
        record.putInt(maskedChecksum(record.array(), 0, 8));
        record.put(data);
        record.putInt(maskedChecksum(record.array(), 12, data.length));
        out.write(record.array()); // whole, so that a killed run leaves at most one torn record
    }

    /// The CRC-32C, rotated right by 15 bits, plus a constant: a checksum of data that holds
    /// checksums of its own would be weak.
    static int maskedChecksum(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A message of protocol buffers, field after field.
    private static final class Message {
        private final ByteArrayOutputStream fields = new ByteArrayOutputStream();

        Message varint(int field, long value) {
            key(field, VARINT);
            number(value);
            return this;
        }

        Message fixed64(int field, long bits) {
            key(field, FIXED64);
            littleEndian(bits, 8);
            return this;
        }

        Message fixed32(int field, int bits) {
            key(field, FIXED32);
            littleEndian(bits, 4);
            return this;
        }

        Message bytes(int field, byte[] value) {
            key(field, BYTES);
            number(value.length);
            fields.writeBytes(value);
            return this;
        }

        private void key(int field, int wire) {
            number((long) field << 3 | wire);
        }

        /// Seven bits a byte, the lowest first; all but the last byte have their highest bit set.
        private void number(long value) {
            long left = value;
            while ((left & ~0x7fL) != 0) {
                fields.write((int) (left & 0x7f | 0x80));
                left >>>= 7;
            }
            fields.write((int) left);
        }

        private void littleEndian(long bits, int bytes) {
            for (int i = 0; i < bytes; i++) {
                fields.write((int) (bits >>> 8 * i));
            }
        }

        byte[] encoded() {
            return fields.toByteArray();
        }
    }
}
