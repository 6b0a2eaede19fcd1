package aligrad.backends.opencl;

import java.util.Locale;

/// The kinds of products that want kernels of different sizes.
///
/// There are few, because each is searched by itself and costs minutes on a GPU. What separates
/// them is what limits a kernel: empty lanes (the first two), too few groups to fill the device,
/// arithmetic once it is full, and the places of an image that are computed for each element.
enum ShapeClass {
    /// Few columns: the last layer of a classifier, the first convolution of a network. A tile for
    /// more of them is mostly empty.
    COLUMN,
    /// Columns that leave a wide tile half empty.
    NARROW,
    /// Too few results to fill the device with large tiles: the steps of recurrent networks.
    SMALL,
    /// Enough results for the tile that has the most arithmetic for each element that it reads.
    LARGE,
    /// Windows over images times filters: places are computed beside the products.
    CONVOLUTION,
    /// Gradients of filters: few results, each a sum over all pixels.
    FILTER;

    /// As it is printed and kept.
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
