package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file of a data set, which may be missing, damaged or another one: errors name it, the place,
/// and what is wrong there.
///
/// @param path a regular file
/// @param form what it should be, such as `IDX file`
record DataFile(Path path, String form) {

    /// No byte of a deflate stream, as in zip, gzip and zlib, stands for more than this many.
    static final long MOST_EXPANSION = 1032;

    /// @throws UsageException if it is no file
    DataFile {
        if (!Files.exists(path)) {
            throw new UsageException(path + ": there is no such file.");
        }
        if (!Files.isRegularFile(path)) {
            throw new UsageException(path + ": it is a directory or a device, not a file.");
        }
    }

    /// @throws UsageException if it may not be read
    InputStream open() {
        try {
            return Files.newInputStream(path);
        } catch (IOException e) {
            throw TextFile.unreadable(path, e);
        }
    }

    /// In bytes.
    ///
    /// @throws UsageException if it may not be read
    long size() {
        try {
            return Files.size(path);
        } catch (IOException e) {
            throw TextFile.unreadable(path, e);
        }
    }

    UsageException damaged(long offset, String what) {
        return damaged(offset, what, null);
    }

    UsageException damaged(long offset, String what, @Nullable Throwable cause) {
        return wrong("byte " + offset, what, cause);
    }

    /// @param line from 1
    UsageException damagedLine(long line, String what) {
        return damagedLine(line, what, null);
    }

    /// @param line from 1
    UsageException damagedLine(long line, String what, @Nullable Throwable cause) {
        return wrong("line " + line, what, cause);
    }

    private UsageException wrong(String place, String what, @Nullable Throwable cause) {
        String message = "%s, %s: %s; it is no such %s.".formatted(path, place, what, form);
        return cause == null ? new UsageException(message) : new UsageException(message, cause);
    }
}
