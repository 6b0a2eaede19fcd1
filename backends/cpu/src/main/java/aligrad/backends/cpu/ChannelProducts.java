package aligrad.backends.cpu;

import aligrad.tensor.DType;

/// Products channel by channel along a run of pixels, in one precision: the inner loops of the
/// depthwise convolution. Steps from one pixel to the next are in bytes.
sealed interface ChannelProducts permits ChannelProductsF32, ChannelProductsF64 {

    static ChannelProducts of(DType dtype) {
        return switch (dtype) {
            case F32 -> new ChannelProductsF32();
            case F64 -> new ChannelProductsF64();
            case I32, I64, U8, BOOL -> throw Conv2d.notConvolved(dtype);
        };
    }

    /// `y(pixel, c) += x(pixel, c) · w(c)`.
    void multiplyAdd(long x, long xStep, long w, long y, long yStep, int pixels, int channels);

    /// `sums(c) += Σ x(pixel, c) · g(pixel, c)`, in the order of the pixels.
    void accumulate(long x, long xStep, long g, long gStep, long sums, int pixels, int channels);

    /// `to(c) += from(c)`.
    void add(long from, long to, int channels);
}
