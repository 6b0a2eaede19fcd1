package aligrad.backends.opencl;

import static aligrad.backends.opencl.ShapeClass.COLUMN;
import static aligrad.backends.opencl.ShapeClass.CONVOLUTION;
import static aligrad.backends.opencl.ShapeClass.FILTER;
import static aligrad.backends.opencl.ShapeClass.LARGE;
import static aligrad.backends.opencl.ShapeClass.NARROW;
import static aligrad.backends.opencl.ShapeClass.SMALL;

import aligrad.backends.opencl.driver.Facts;

import java.util.Locale;
import java.util.Map;

/// The sizes where nobody has tuned, by what a device says of itself. Those of AVX-512 were
/// measured; the others are reasoned, not measured.
enum Shipped {
    /// 255 registers for a work-item, 48 kB of local memory or more, 32 work-items in step. With
    /// 8x8 sums each term costs 16 reads of local memory for 64 products, and a multiprocessor
    /// still holds two groups of 256. Windows get 8x4: their places take registers, too, and 64
    /// channels are common.
    NVIDIA(
            "NVIDIA",
            Map.of(
                    COLUMN, tiles(256, 16, 1, 1),
                    NARROW, tiles(128, 32, 1, 1),
                    SMALL, tiles(64, 64, 1, 1),
                    LARGE, tiles(128, 128, 2, 2),
                    CONVOLUTION, tiles(128, 64, 2, 1),
                    FILTER, tiles(64, 64, 1, 1))),
    /// 64 kB of local memory and up to 256 registers, but 32 or 64 work-items in step, and local
    /// memory that is slower for each product: so 8x8 sums as well. Groups of 128 for few results:
    /// there are more compute units to fill than NVIDIA's, each with less.
    AMD(
            "AMD",
            Map.of(
                    COLUMN, tiles(256, 16, 1, 1),
                    NARROW, tiles(128, 32, 1, 1),
                    SMALL, tiles(64, 32, 1, 1),
                    LARGE, tiles(128, 128, 2, 2),
                    CONVOLUTION, tiles(128, 64, 2, 1),
                    FILTER, tiles(64, 64, 1, 1))),
    /// 4 kB of registers for 16 work-items: 64 floats for each, so that 8x8 sums fill them all.
    /// Half of that for large products, a quarter where places are computed beside.
    INTEL_GPU(
            "Intel GPUs",
            Map.of(
                    COLUMN, tiles(256, 16, 1, 1),
                    NARROW, tiles(128, 32, 1, 1),
                    SMALL, tiles(64, 64, 1, 1),
                    LARGE, tiles(128, 64, 2, 1),
                    CONVOLUTION, tiles(64, 64, 1, 1),
                    FILTER, tiles(64, 64, 1, 1))),
    /// The tile that fits everywhere, see [TileSizes#LEAST]; and where columns are few, those as
    /// large that are not half empty.
    OTHER(
            "other devices",
            Map.of(
                    COLUMN, tiles(256, 16, 1, 1),
                    NARROW, tiles(128, 32, 1, 1),
                    SMALL, TileSizes.LEAST,
                    LARGE, TileSizes.LEAST,
                    CONVOLUTION, TileSizes.LEAST,
                    FILTER, TileSizes.LEAST)),
    /// 32 registers of 64 bytes (AVX-512) hold 8 rows of sums twice and pointers to the rows; 12
    /// once.
    LONG_VECTORS("processors with vectors of 64 bytes", panels(64, 8)),
    /// 16 registers of 32 bytes (AVX2) hold 6 rows of sums twice.
    SHORT_VECTORS("processors with vectors of 32 bytes", panels(32, 6)),
    /// 32 registers of 16 bytes (Arm), or 16 (SSE): 6 rows fit the smaller number.
    SHORTEST_VECTORS("processors with vectors of 16 bytes", panels(16, 6));

    /// Terms of a panel of 32 columns that take 32 kB, most of a first-level cache.
    static final int TERMS = 256;

    /// Tiles that a panel serves, so that reading it from memory counts little.
    private static final int TILES = 8;

    private static final int NARROW_ROWS = 12;

    private final String title;
    private final Map<ShapeClass, Sizes> sizes;

    Shipped(String title, Map<ShapeClass, Sizes> sizes) {
        this.title = title;
        this.sizes = sizes;
    }

    /// 16 terms at a time: half as many mean a barrier for 8 terms, twice as many twice the local
    /// memory.
    private static TileSizes tiles(int rows, int columns, int down, int across) {
        return new TileSizes(rows, columns, 16, down, across, 4);
    }

    private static Map<ShapeClass, Sizes> panels(int bytes, int rows) {
        PanelSizes wide = new PanelSizes(rows, 2, bytes, TERMS, TILES);
        PanelSizes narrow = new PanelSizes(NARROW_ROWS, 1, bytes, TERMS, TILES);
        return Map.of(NARROW, narrow, SMALL, wide, LARGE, wide, CONVOLUTION, wide, FILTER, wide);
    }

    /// The row for a device and a family of kernels.
    static Shipped of(Facts facts, Family family) {
        if (family == Family.PANELS) {
            return ofVectors(facts.vectorBytes());
        }
        String maker = (facts.vendor() + ' ' + facts.platform()).toLowerCase(Locale.ROOT);
        if (facts.cpu()) {
            return OTHER;
        }
        return maker.contains("nvidia")
                ? NVIDIA
                : maker.contains("advanced micro devices") || maker.contains("amd")
                        ? AMD
                        : maker.contains("intel") ? INTEL_GPU : OTHER;
    }

    /// The row for processors with such vectors.
    static Shipped ofVectors(int bytes) {
        return bytes >= 64 ? LONG_VECTORS : bytes >= 32 ? SHORT_VECTORS : SHORTEST_VECTORS;
    }

    /// Whom it is for.
    String title() {
        return title;
    }

    Map<ShapeClass, Sizes> sizes() {
        return sizes;
    }
}
