package aligrad.backends.cpu;

import aligrad.tensor.DType;
import aligrad.tensor.Window2d;

/// Convolution with 3x3 filters by Winograd's minimal filtering F(4x4, 3x3), in single precision
/// (Lavin and Gray, *Fast Algorithms for Convolutional Neural Networks*, 2016).
///
/// A tile of 4 by 4 results needs a patch of 6 by 6 pixels. Transformed ([WinogradLoops]), the 36
/// numbers of a patch and those of a filter are multiplied one by one and summed over the channels:
/// 36 matrix products of (tiles, channels) by (channels, filters), with 36 multiplications where
/// the plain sum takes 144. Tiles may reach over the image's edge; what they read there is zero,
/// and what they compute there is dropped.
///
/// The relative error, measured against sums in double precision, is some 1e-6 to 4e-6, where that
/// of the plain sum is 1e-7 to 3e-7. The bits depend on the geometry only, neither on the vectors'
/// width nor on the number of threads.
final class Winograd {

    /// Pixels of a tile's side.
    static final int TILE = 4;

    /// Pixels of a patch's side.
    static final int PATCH = 6;

    /// Numbers of a transformed patch.
    static final int POINTS = PATCH * PATCH;

    /// Fewer channels or filters fill too little of a vector, and sums over fewer do not pay for
    /// the transforms.
    private static final int LEAST_CHANNELS = 16;

    /// Transformed tiles that a task has in memory at a time: they are to stay in L2.
    private static final int BLOCK_BYTES = 640 * 1024;

    /// Tiles of a block at least, over which the transformed filters are read once, and at most.
    private static final int LEAST_TILES = 24;

    private static final int MOST_TILES = 96;

    /// Transformed filters larger than this come from L3 for each block. Then to read them seldom
    /// is worth more than to keep the tiles in L2: with 66 tiles instead of 24, 256 channels gain
    /// 12 % on one thread and 20 % on two, 128 channels 4 and 7 %.
    private static final long LARGE_FILTERS = 1 << 20;

    private static final int LEAST_TILES_OF_LARGE_FILTERS = 66;

    /// What transforming a filter costs, in tiles.
    private static final int FILTER_TILES = 8;

    /// Pixels of a tile that lie inside the image, on average.
    private static final int LEAST_PIXELS = 6;

    private static volatile boolean enabled =
            !"off".equals(System.getProperty("aligrad.cpu.winograd"));

    private Winograd() {}

    /// Whether it is used at all (`-Daligrad.cpu.winograd=off` for never).
    static void setEnabled(boolean on) {
        enabled = on;
    }

    /// Whether it can compute this convolution, and is faster than direct tiles.
    static boolean pays(DType dtype, Conv2dGeometry s) {
        Window2d window = s.window();
        return enabled
                && dtype == DType.F32
                && s.groups() == 1
                && s.kh() == 3
                && s.kw() == 3
                && window.strideHeight() == 1
                && window.strideWidth() == 1
                && window.dilationHeight() == 1
                && window.dilationWidth() == 1
                && window.paddingHeight() <= 2 // the gradient's padding is 2 less this
                && window.paddingWidth() <= 2
                && window.paddingHeight() == window.paddingWidth()
                && s.c() >= LEAST_CHANNELS
                && s.o() >= LEAST_CHANNELS
                && pays(
                        (long) s.n() * tiles(s.oh()) * tiles(s.ow()),
                        (long) s.n() * s.oh() * s.ow());
    }

    /// The tiles must be many enough to pay for the transforms of the filters, and fill what they
    /// compute: a quarter of a tile costs as much as a whole one.
    private static boolean pays(long tiles, long pixels) {
        return tiles >= FILTER_TILES
                && tiles <= Integer.MAX_VALUE
                && pixels >= LEAST_PIXELS * tiles;
    }

    static int tiles(int extent) {
        return Math.ceilDiv(extent, TILE);
    }

    /// Tiles of a block, by the geometry alone: a multiple of the rows of a [GemmTile].
    static int block(int tiles, int channels, int filters) {
        int fitting = BLOCK_BYTES / (POINTS * 4 * (channels + filters));
        boolean isLarge = 4L * POINTS * channels * filters > LARGE_FILTERS;
        int least = isLarge ? LEAST_TILES_OF_LARGE_FILTERS : LEAST_TILES;
        int most = Math.clamp(fitting, least, MOST_TILES);
        int blocks = Math.ceilDiv(tiles, most);
        return Math.ceilDiv(Math.ceilDiv(tiles, Math.max(blocks, 1)), GemmTile.ROWS)
                * GemmTile.ROWS;
    }

    /// Bytes of a row of so many numbers, in whole cache lines.
    static long rowBytes(int channels) {
        return (channels + 15) / 16 * 64L;
    }
}
