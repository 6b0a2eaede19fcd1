package aligrad.tensor.io;

import aligrad.tensor.Scope;
import aligrad.tensor.Tensor;
import aligrad.tensor.spi.Storage;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;

/// The elements of a tensor as bytes of a file: little-endian, row-major.
final class Elements {

    private static final int PIECE = 1 << 18;

    private Elements() {}

    /// How many bytes they are.
    static long bytes(Tensor t) {
        return t.size() * t.dtype().bytes();
    }

    /// Writes them piece by piece, so that no second copy of a large tensor is needed.
    static void write(Tensor t, OutputStream to) throws IOException {
        try {
            Scope.run("write", () -> copy(t.detach().contiguous(), to));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void copy(Tensor dense, OutputStream to) {
        Storage from = dense.storage();
        long start = dense.layout().offset() * dense.dtype().bytes();
        long bytes = bytes(dense);
        byte[] piece = new byte[(int) Math.min(bytes, PIECE)];
        for (long done = 0; done < bytes; ) {
            int n = (int) Math.min(bytes - done, PIECE);
            MemorySegment copied = MemorySegment.ofArray(piece).asSlice(0, n);
            dense.device().backend().download(from, start + done, copied);
            try {
                to.write(piece, 0, n);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            done += n;
        }
    }
}
