package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A text file of a run, read so that damage is named by line and byte.
final class TextFile {

    private final Path path;
    private final byte[] bytes;

    private TextFile(Path path, byte[] bytes) {
        this.path = path;
        this.bytes = bytes;
    }

    /// @throws UsageException if it cannot be read
    static TextFile read(Path path) {
        try {
            return new TextFile(path, Files.readAllBytes(path));
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    /// The whole text.
    ///
    /// @throws UsageException if it is no UTF-8
    String text() {
        return decoded(0, bytes.length, 1);
    }

    /// How many lines there are; a last one without its line feed counts as well.
    int lineCount() {
        int count = 0;
        for (int at = 0; at < bytes.length; at = endOfLine(at) + 1) {
            count++;
        }
        return count;
    }

    /// How many lines end with their line feed.
    int wholeLineCount() {
        int count = 0;
        for (byte b : bytes) {
            count += b == '\n' ? 1 : 0;
        }
        return count;
    }

    /// The first lines, without their line feeds; what follows may be damaged.
    ///
    /// @throws UsageException if one of them is no UTF-8
    List<String> lines(int count) {
        List<String> lines = new ArrayList<>(count);
        for (int at = 0; lines.size() < count; at = endOfLine(at) + 1) {
            lines.add(decoded(at, endOfLine(at), lines.size() + 1));
        }
        return lines;
    }

    private int endOfLine(int at) {
        int end = at;
        while (end < bytes.length && bytes[end] != '\n') {
            end++;
        }
        return end;
    }

    private String decoded(int from, int to, int line) {
        ByteBuffer in = ByteBuffer.wrap(bytes, from, to - from);
        CharBuffer out = CharBuffer.allocate(to - from);
        CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder(); // it reports what is malformed
        CoderResult result = utf8.decode(in, out, true);
        if (result.isError()) {
            long before = line;
            for (int i = from; i < in.position(); i++) {
                before += bytes[i] == '\n' ? 1 : 0;
            }
            throw damaged(path, before, "byte %d of the file is no UTF-8".formatted(in.position()));
        }
        return out.flip().toString();
    }

    /// Whether the file is the first `count` lines and nothing else.
    boolean endsAfter(int count) {
        int at = 0;
        for (int i = 0; i < count && at < bytes.length; i++) {
            at = endOfLine(at) + 1;
        }
        return at == bytes.length;
    }

    static UsageException damaged(Path path, long line, String what) {
        return damaged(path, line, what, null);
    }

    static UsageException damaged(Path path, long line, String what, @Nullable Throwable cause) {
        String message =
                "%s, line %d: %s; the file is damaged, so the run cannot be resumed."
                        .formatted(path, line, what);
        return cause == null ? new UsageException(message) : new UsageException(message, cause);
    }

    static UsageException unreadable(Path path, IOException e) {
        return new UsageException(
                "%s cannot be read: %s; it must be a file that you may read."
                        .formatted(path, reason(e)),
                e);
    }

    static IOException cause(UncheckedIOException e) {
        IOException cause = e.getCause();
        return cause == null ? new IOException(e) : cause;
    }

    /// Why reading or writing failed, in words.
    static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "permission denied";
            case NoSuchFileException missing -> "there is no such file or directory";
            case FileSystemException system when system.getReason() != null ->
                    String.valueOf(system.getReason());
            default -> String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        };
    }
}
