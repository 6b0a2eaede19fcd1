package aligrad.tensor.io;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/// A strict reader of the JSON that stands in a file's header: objects, arrays, strings, and whole
/// numbers, taken one after the other in the order in which the caller expects them.
///
/// It builds no tree, so that a file cannot make it take more memory than the caller keeps. Names
/// that repeat within an object, deep nesting, invalid UTF-8, unpaired surrogates, leading zeros
/// and trailing commas are errors. Source: RFC 8259.
final class JsonReader {

    private static final int DEEPEST = 8;

    private final byte[] text;
    private final Place place;
    private final Deque<Level> open = new ArrayDeque<>();
    private int at;

    /// An object or array that was opened.
    private static final class Level {
        final char close;
        final Set<String> names = new HashSet<>();
        boolean begun;

        Level(char close) {
            this.close = close;
        }
    }

    /// @param place where `text` begins
    JsonReader(byte[] text, Place place) {
        this.text = text;
        this.place = place;
    }

    /// The byte at which the next token begins.
    int position() {
        skipSpace();
        return at;
    }

    void beginObject() {
        begin('{', '}');
    }

    void beginArray() {
        begin('[', ']');
    }

    private void begin(char opening, char closing) {
        expect(opening);
        if (open.size() == DEEPEST) {
            throw wrong("JSON nested deeper than " + DEEPEST);
        }
        open.addLast(new Level(closing));
    }

    /// Whether the innermost object or array goes on; if not, it has been closed.
    boolean hasNext() {
        Level level = open.getLast();
        skipSpace();
        if (peek() == level.close) {
            at++;
            open.removeLast();
            return false;
        }
        if (level.begun) {
            expect(',', level.close);
        }
        level.begun = true;
        return true;
    }

    /// The name of the next member of an object.
    String name() {
        int start = position();
        String name = string();
        if (!open.getLast().names.add(name)) {
            at = start;
            throw wrong("name '" + name + "' appears twice");
        }
        expect(':');
        return name;
    }

    String string() {
        expect('"');
        StringBuilder escaped = null;
        int start = at;
        while (true) {
            int c = peek();
            if (c < 0x20) { // also the end
                throw wrong(c < 0 ? "a string does not end" : "a control character in a string");
            } else if (c == '"') {
                String last = utf8(start, at++);
                return escaped == null ? last : checked(escaped.append(last), start);
            } else if (c == '\\') {
                escaped = escaped == null ? new StringBuilder() : escaped;
                escaped.append(utf8(start, at++)).append(escape());
                start = at;
            } else {
                at++;
            }
        }
    }

    private char escape() {
        int c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> (char) c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                int unit = 0;
                for (int i = 0; i < 4; i++) {
                    int digit = peek() < 0 ? -1 : Character.digit(peek(), 16);
                    if (digit < 0) {
                        throw wrong("\\u must be followed by four hexadecimal digits");
                    }
                    unit = unit << 4 | digit;
                    at++;
                }
                yield (char) unit;
            }
            default -> {
                at--;
                throw wrong("a backslash must be followed by one of \"\\/bfnrtu");
            }
        };
    }

    private String checked(StringBuilder string, int start) {
        String s = string.toString();
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(s)) {
            at = start;
            throw wrong("a string with an unpaired surrogate");
        }
        return s;
    }

    private String utf8(int from, int to) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text, from, to - from))
                    .toString();
        } catch (CharacterCodingException e) {
            at = from;
            throw wrong("a string that is not valid UTF-8");
        }
    }

    /// A whole number from 0 to 2⁶³-1.
    long wholeNumber() {
        int start = position();
        long value = 0;
        while (peek() >= '0' && peek() <= '9') {
            int digit = peek() - '0';
            if (value > (Long.MAX_VALUE - digit) / 10) {
                at = start;
                throw wrong("a number above 2^63-1");
            }
            value = 10 * value + digit;
            at++;
        }
        if (at == start || (text[start] == '0' && at > start + 1)) {
            at = start;
            throw wrong("expected a whole number of at least 0, found " + found());
        }
        return value;
    }

    /// Checks that nothing but space follows.
    void end() {
        if (position() < text.length) {
            throw wrong("expected the end of the JSON, found " + found());
        }
    }

    private void expect(char c) {
        skipSpace();
        if (peek() != c) {
            throw wrong("expected '" + c + "', found " + found());
        }
        at++;
    }

    private void expect(char c, char orElse) {
        if (peek() != c) {
            throw wrong("expected '" + c + "' or '" + orElse + "', found " + found());
        }
        at++;
    }

    private void skipSpace() {
        while (peek() == ' ' || peek() == '\n' || peek() == '\t' || peek() == '\r') {
            at++;
        }
    }

    /// The next byte, 0 to 255; -1 at the end.
    private int peek() {
        return at < text.length ? text[at] & 0xff : -1;
    }

    private String found() {
        int c = peek();
        return c < 0
                ? "the end"
                : c > 0x20 && c < 0x7f ? "'" + (char) c + "'" : "byte 0x%02x".formatted(c);
    }

    private FileFormatException wrong(String what) {
        return place.wrong(at, what);
    }
}
