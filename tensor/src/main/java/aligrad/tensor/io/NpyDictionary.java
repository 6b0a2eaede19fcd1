package aligrad.tensor.io;

import aligrad.tensor.Shape;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/// A strict reader of the Python dictionary in an npy header: `{'descr': '<f4', 'fortran_order':
/// False, 'shape': (2, 3), }`.
///
/// NumPy evaluates it as a Python literal; here only what NumPy writes is accepted, in any order.
final class NpyDictionary {

    private final byte[] text;
    private final Place place;
    private int at;

    private @Nullable Encoding encoding;
    private boolean bigEndian;
    private boolean fortran;
    private Shape shape = Shape.SCALAR;

    /// Reads the whole text.
    ///
    /// @param place where `text` begins
    /// @throws FileFormatException if it is anything else, or of a type that is not read
    NpyDictionary(byte[] text, Place place) {
        this.text = text;
        this.place = place;
        Set<String> keys = new HashSet<>();
        expect('{');
        while (!accept('}')) {
            int start = at;
            String key = string();
            expect(':');
            switch (key) {
                case "descr" -> type();
                case "fortran_order" -> fortran = bool();
                case "shape" -> shape = extents();
                default -> {
                    at = start;
                    throw wrong("unknown entry '" + key + "'");
                }
            }
            if (!keys.add(key)) {
                at = start;
                throw wrong("'" + key + "' appears twice");
            }
            if (!accept(',') && peek() != '}') {
                throw wrong("expected ',' or '}'");
            }
        }
        skipSpace();
        if (at < text.length || keys.size() != 3) {
            throw wrong("the header must be a dictionary of descr, fortran_order and shape");
        }
    }

    /// The header that says this.
    ///
    /// @param bytes its length, in bytes
    NpyHeader header(int bytes) {
        Encoding known = Objects.requireNonNull(encoding);
        return new NpyHeader(known, bigEndian, fortran, shape, bytes);
    }

    private void type() {
        skipSpace();
        int start = at;
        if (peek() == '[') {
            throw wrong("structured types are not supported; save each field by itself");
        }
        String descr = string();
        encoding = descr.length() == 3 ? ofCode(descr.charAt(0), descr.substring(1)) : null;
        bigEndian = descr.startsWith(">");
        if (encoding == null) {
            at = start;
            throw wrong(
                    "type '"
                            + descr
                            + "' cannot be read; f2, f4, f8, i4, i8, u1 and b1 can, '<' and '>';"
                            + " convert with astype before saving");
        }
    }

    private static @Nullable Encoding ofCode(char order, String code) {
        Encoding encoding =
                switch (code) {
                    case "f2" -> Encoding.F16;
                    case "f4" -> Encoding.F32;
                    case "f8" -> Encoding.F64;
                    case "i4" -> Encoding.I32;
                    case "i8" -> Encoding.I64;
                    case "u1" -> Encoding.U8;
                    case "b1" -> Encoding.BOOL;
                    default -> null;
                };
        boolean ordered = order == '<' || order == '>';
        boolean needsNone = order == '|' && encoding != null && encoding.bytes() == 1;
        return ordered || needsNone ? encoding : null;
    }

    private boolean bool() {
        boolean yes = acceptWord("True");
        if (!yes && !acceptWord("False")) {
            throw wrong("expected True or False");
        }
        return yes;
    }

    private boolean acceptWord(String word) {
        skipSpace();
        byte[] bytes = word.getBytes(StandardCharsets.US_ASCII);
        boolean is =
                at + bytes.length <= text.length
                        && Arrays.equals(text, at, at + bytes.length, bytes, 0, bytes.length);
        at += is ? bytes.length : 0;
        return is;
    }

    private Shape extents() {
        Extents extents = new Extents();
        expect('(');
        int axes = 0;
        boolean comma = true;
        while (!accept(')')) {
            if (!comma) {
                throw wrong("expected ',' or ')'");
            }
            int start = at;
            extents.add(number(), place, start);
            axes++;
            comma = accept(',');
        }
        if (axes == 1 && !comma) {
            throw wrong("one axis is written (n,), with a comma");
        }
        return extents.shape();
    }

    private long number() {
        int start = at;
        long value = 0;
        while (peek() >= '0' && peek() <= '9') {
            value = 10 * value + (peek() - '0');
            at++;
            if (at - start > 18) {
                throw wrong("an extent of more than 18 digits");
            }
        }
        if (at == start) {
            throw wrong("expected a whole number of at least 0");
        }
        if (peek() == 'L') { // as Python 2 wrote it
            at++;
        }
        return value;
    }

    private String string() {
        skipSpace();
        int quote = peek();
        if (quote != '\'' && quote != '"') {
            throw wrong("expected a string");
        }
        int start = ++at;
        while (peek() != quote) {
            if (peek() < 0x20 || peek() > 0x7e || peek() == '\\') {
                throw wrong("expected the end of a plain string");
            }
            at++;
        }
        return new String(text, start, at++ - start, StandardCharsets.US_ASCII);
    }

    private void expect(char c) {
        if (!accept(c)) {
            throw wrong("expected '" + c + "'");
        }
    }

    private boolean accept(char c) {
        skipSpace();
        boolean is = peek() == c;
        at += is ? 1 : 0;
        return is;
    }

    private void skipSpace() {
        while (peek() == ' ' || peek() == '\n' || peek() == '\t' || peek() == '\r') {
            at++;
        }
    }

    /// The next byte; -1 at the end. Bytes above 0x7f are negative too, and never expected.
    private int peek() {
        return at < text.length ? text[at] : -1;
    }

    private FileFormatException wrong(String what) {
        return place.wrong(at, what);
    }
}
