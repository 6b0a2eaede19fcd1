package aligrad.experiments;

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

    /// That of a file, with the same algorithm.
    ///
    /// @throws UsageException if it cannot be read
    Checksum of(Path file) {
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
