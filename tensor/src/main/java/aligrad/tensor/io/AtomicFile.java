package aligrad.tensor.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/// Writes a file so that a reader sees the old one or the whole new one, never a part: into a
/// temporary file in the same folder, forced to the disk, then renamed.
final class AtomicFile {

    private AtomicFile() {}

    /// What goes into the file.
    @FunctionalInterface
    interface Content {
        void writeTo(FileChannel file) throws IOException;
    }

    /// Writes `target`, replacing what is there. If anything goes wrong, what is there stays.
    ///
    /// @throws UncheckedIOException if it cannot be written
    static void write(Path target, Content content) {
        Path part = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
        try {
            try (FileChannel file =
                    FileChannel.open(
                            part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.writeTo(file);
                file.force(true);
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw discarding(part, new UncheckedIOException("write " + target + ": " + e, e));
        } catch (RuntimeException e) {
            throw discarding(part, e);
        }
    }

    private static RuntimeException discarding(Path part, RuntimeException failure) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }
}
