package aligrad.backends.cpu;

import aligrad.tensor.DType;

/// One window of a pooling, vectorized over channels, in one precision.
///
/// A window has `rows` rows and `columns` columns of pixels inside the image, its steps in bytes;
/// each pixel holds `channels` contiguous numbers.
sealed interface WindowLanes permits WindowLanesF32, WindowLanesF64 {

    static WindowLanes of(DType dtype) {
        return switch (dtype) {
            case F32 -> new WindowLanesF32();
            case F64 -> new WindowLanesF64();
            case I32, I64, U8, BOOL ->
                    throw new IllegalArgumentException(
                            "pool2d of %s: only F32 and F64 are pooled; cast".formatted(dtype));
        };
    }

    /// `y` is `v` where `x` is largest; `-∞` if the window has no pixel.
    void maxPick(
            long x,
            long v,
            int rows,
            long rowStep,
            int columns,
            long columnStep,
            int channels,
            long y);

    /// Adds `g` to `dx` where `x` is largest.
    void maxSpread(
            long x,
            long g,
            int rows,
            long rowStep,
            int columns,
            long columnStep,
            int channels,
            long dx);

    /// `y` is the sum of the window over `divisor`.
    void average(
            long x,
            int rows,
            long rowStep,
            int columns,
            long columnStep,
            int divisor,
            int channels,
            long y);

    /// Adds `g` over `divisor` to every pixel of the window.
    void averageSpread(
            long g,
            int rows,
            long rowStep,
            int columns,
            long columnStep,
            int divisor,
            int channels,
            long dx);
}
