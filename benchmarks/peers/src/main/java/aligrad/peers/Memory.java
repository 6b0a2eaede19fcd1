package aligrad.peers;

import ai.djl.ndarray.NDArray;

/// How libtorch lays out images and filters. It has kernels for both, and which are faster depends
/// on the shapes.
enum Memory {
    /// `(N, C, H, W)`, the last index fastest.
    CONTIGUOUS,
    /// The same order of axes, but channels fastest.
    CHANNELS_LAST;

    /// From `(N, H, W, C)` in Aligrad's order, or filters `(out, kh, kw, in)`.
    ///
    /// DJL has no word for channels last, but libtorch goes by the strides.
    NDArray images(NDArray channelsLast) {
        NDArray view = channelsLast.transpose(0, 3, 1, 2);
        return switch (this) {
            case CONTIGUOUS -> Torch.contiguous(view);
            case CHANNELS_LAST -> view;
        };
    }

    String note() {
        return switch (this) {
            case CONTIGUOUS -> "contiguous";
            case CHANNELS_LAST -> "channels last";
        };
    }
}
