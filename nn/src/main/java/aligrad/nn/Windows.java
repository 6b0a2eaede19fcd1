package aligrad.nn;

import aligrad.tensor.Window2d;

/// The text of a sliding window, for the names of layers: what is as usual is left out.
final class Windows {

    private Windows() {}

    /// As in `3x3, stride 2, padding 1`.
    static String text(Window2d window) {
        return window.kernelHeight()
                + "x"
                + window.kernelWidth()
                + unless(1, ", stride ", window.strideHeight(), window.strideWidth())
                + unless(0, ", padding ", window.paddingHeight(), window.paddingWidth())
                + unless(1, ", dilation ", window.dilationHeight(), window.dilationWidth());
    }

    private static String unless(int usual, String label, int height, int width) {
        if (height == usual && width == usual) {
            return "";
        }
        return label + (height == width ? height : height + "x" + width);
    }
}
