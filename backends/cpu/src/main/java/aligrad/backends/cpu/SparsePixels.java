package aligrad.backends.cpu;

/// The pixels that a 1x1 convolution with strides reads, side by side, so that they are a matrix
/// `(n · oh · ow, c)`; and back to their places.
///
/// With the copy, a pass of 64 to 128 channels on 32x32 pixels takes 12 to 20 % less than in the
/// direct form, which copies as much into cells; only forward it is the same.
final class SparsePixels {

    private final Conv2dGeometry s;
    private final long pixelBytes;
    private final long rowBytes; // of a row of the image

    SparsePixels(int elementBytes, Conv2dGeometry s) {
        this.s = s;
        this.pixelBytes = (long) s.c() * elementBytes;
        this.rowBytes = s.w() * pixelBytes;
    }

    /// Bytes of the matrix.
    long bytes() {
        return (long) s.n() * s.oh() * s.ow() * pixelBytes;
    }

    /// Copies what is read of `images` to the matrix `to`.
    void gather(long images, long to) {
        long step = s.window().strideWidth() * pixelBytes;
        Workers.run(
                Math.multiplyExact(s.n(), s.oh()),
                bytes() / 16,
                row ->
                        RawCopy.rows(
                                images + firstByte(row),
                                step,
                                to + row * s.ow() * pixelBytes,
                                pixelBytes,
                                s.ow(),
                                pixelBytes));
    }

    /// Overwrites `images` with the matrix `from` where it was read, and with 0 elsewhere.
    void scatter(long from, long images) {
        int stride = s.window().strideHeight();
        long step = s.window().strideWidth() * pixelBytes;
        Workers.run(
                Math.multiplyExact(s.n(), s.h()),
                s.n() * s.h() * rowBytes / 16,
                line -> {
                    long to = images + line * rowBytes;
                    RawCopy.clear(to, rowBytes);
                    int image = line / s.h();
                    int y = line % s.h();
                    if (y % stride == 0 && y / stride < s.oh()) {
                        long row = (long) image * s.oh() + y / stride;
                        RawCopy.rows(
                                from + row * s.ow() * pixelBytes,
                                pixelBytes,
                                to,
                                step,
                                s.ow(),
                                pixelBytes);
                    }
                });
    }

    /// Where the image's row that a row of the result reads begins.
    private long firstByte(int row) {
        long image = row / s.oh();
        long y = (long) (row % s.oh()) * s.window().strideHeight();
        return (image * s.h() + y) * rowBytes;
    }
}
