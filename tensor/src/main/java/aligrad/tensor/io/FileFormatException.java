package aligrad.tensor.io;

import java.io.IOException;
import java.io.UncheckedIOException;

/// Thrown when a file does not hold what its format promises, or holds something that these readers
/// do not support.
///
/// The message names the file, the place and what is wrong there, for example `w.safetensors, byte
/// 31: tensor 'bias' of F32 [3] takes 12 bytes, but its data_offsets [0, 8] span 8`. Nothing was
/// loaded. That a file cannot be read at all (missing, not permitted, broken disk) is a plain
/// [UncheckedIOException] instead.
public final class FileFormatException extends UncheckedIOException {

    private static final long serialVersionUID = 1L;

    private final long offset;

    FileFormatException(String place, long offset, String what) {
        String message = place + ", byte " + offset + ": " + what;
        super(message, new IOException(message));
        this.offset = offset;
    }

    /// Where the error is, in bytes from the start of the file, or of the entry in an archive.
    public long offset() {
        return offset;
    }
}
