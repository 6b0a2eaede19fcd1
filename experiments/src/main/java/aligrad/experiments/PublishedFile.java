package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import java.net.URI;
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
        return Checksum.difference(file, bytes, checksum);
    }
}
