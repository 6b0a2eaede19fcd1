package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file of a data set as its authors publish it.
///
/// @param name such as `train_32x32.mat`
/// @param uri where it is published
/// @param bytes its size
/// @param checksum `null` where none was published
record PublishedFile(String name, URI uri, long bytes, @Nullable Checksum checksum) {

    /// What tells a file on this machine from this one; `null` if nothing does.
    ///
    /// @throws UsageException if it cannot be read
    @Nullable String difference(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                return "it is a directory or a device, not a file";
            }
            long size = Files.size(file);
            if (size != bytes) {
                return "it has %,d bytes, not %,d".formatted(size, bytes);
            }
        } catch (IOException e) {
            throw TextFile.unreadable(file, e);
        }
        if (checksum == null) {
            return null;
        }
        Checksum found = checksum.of(file);
        return found.equals(checksum)
                ? null
                : "its %s is %s, not %s"
                        .formatted(checksum.algorithm(), found.hex(), checksum.hex());
    }
}
