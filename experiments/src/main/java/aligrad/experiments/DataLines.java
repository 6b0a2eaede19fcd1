package aligrad.experiments;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The lines of a text file that may be larger than memory, one after the other, as bytes: what is
/// not needed is not decoded.
final class DataLines implements Closeable {

    /// Far above any line of a data set; where none ends, a file is no text.
    private static final int LONGEST = 1 << 20;

    private final DataFile file;
    private final InputStream in;
    private final byte[] piece = new byte[1 << 16];
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
    private int from;
    private int to;
    private byte[] line = new byte[1 << 12];
    private int length;
    private long number;

    /// @throws UsageException if the file may not be read
    DataLines(DataFile file) {
        this.file = file;
        this.in = file.open();
    }

    /// Goes to the next line; `false` behind the last one.
    ///
    /// @throws UsageException if it is longer than any line of text
    boolean next() {
        length = 0;
        number++;
        boolean isThere = false;
        while (from < to || fill()) {
            isThere = true;
            int end = from;
            while (end < to && piece[end] != '\n') {
                end++;
            }
            append(end);
            if (end < to) {
                from = end + 1;
                break;
            }
            from = end;
        }
        if (length > 0 && line[length - 1] == '\r') {
            length--;
        }
        return isThere;
    }

    private boolean fill() {
        try {
            from = 0;
            to = Math.max(0, in.read(piece));
            return to > 0;
        } catch (IOException e) {
            throw TextFile.unreadable(file.path(), e);
        }
    }

    private void append(int end) {
        int count = end - from;
        if (length + count > LONGEST) {
            throw file.damagedLine(number, "it does not end within %,d bytes".formatted(LONGEST));
        }
        if (length + count > line.length) {
            line = Arrays.copyOf(line, Math.max(2 * line.length, length + count));
        }
        System.arraycopy(piece, from, line, length, count);
        length += count;
    }

    /// Of the current line, from 1.
    long number() {
        return number;
    }

    /// Bytes of the current line, without its end.
    int length() {
        return length;
    }

    /// A byte of the current line.
    byte at(int place) {
        return line[place];
    }

    /// A part of the current line.
    ///
    /// @throws UsageException if it is no UTF-8
    String text(int begin, int end) {
        try {
            return utf8.decode(ByteBuffer.wrap(line, begin, end - begin)).toString();
        } catch (CharacterCodingException e) {
            throw wrong("it is no UTF-8", e);
        }
    }

    /// The whole current line.
    String text() {
        return text(0, length);
    }

    /// What is wrong with the current line.
    UsageException wrong(String what) {
        return file.damagedLine(number, what);
    }

    /// What is wrong with the current line.
    UsageException wrong(String what, Throwable cause) {
        return file.damagedLine(number, what, cause);
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw TextFile.unreadable(file.path(), e);
        }
    }
}
