package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// What tells a published file from any other.
///
/// @param algorithm `SHA-256`, or `MD5` where nothing better was published
/// @param hex in lower case
record Checksum(String algorithm, String hex) {

    static Checksum sha256(String hex) {
        return new Checksum("SHA-256", hex);
    }

    static Checksum md5(String hex) {
        return new Checksum("MD5", hex);
    }

    /// What tells a file from the published one; `null` if nothing does.
    ///
    /// @param bytes how many the published one has; -1 if that is not known
    /// @param checksum that of the published one; `null` if it is not known
    /// @throws UsageException if it cannot be read
    static @Nullable String difference(Path file, long bytes, @Nullable Checksum checksum) {
        try {
            if (!Files.isRegularFile(file)) {
                return "it is a directory or a device, not a file";
            }
            long size = Files.size(file);
            if (bytes >= 0 && size != bytes) {
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
                : "its %s is %s, not %s".formatted(checksum.algorithm, found.hex, checksum.hex);
    }

    /// That of a file, with the same algorithm.
    ///
    /// @throws UsageException if it cannot be read
    private Checksum of(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            in.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
            return new Checksum(algorithm, HexFormat.of().formatHex(digest.digest()));
        } catch (IOException e) {
            throw TextFile.unreadable(file, e);
        } catch (NoSuchAlgorithmException e) { // every JDK has both
            throw new IllegalStateException(e);
        }
    }
}
