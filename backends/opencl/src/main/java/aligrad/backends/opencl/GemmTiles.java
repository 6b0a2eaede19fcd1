package aligrad.backends.opencl;

import aligrad.backends.opencl.Product.Split;
import aligrad.backends.opencl.driver.Kernel;
import aligrad.tensor.DType;

/// Products for GPUs: a group of work-items computes a tile of the result from tiles of the factors
/// in local memory.
final class GemmTiles implements Gemm.Engine {

    private static final int ITEMS = 256;

    /// Terms that a group reads at a time.
    private static final int TERMS = 16;

    /// Terms that are worth a piece of their own, because a piece is written and read again.
    private static final int LEAST_TERMS = 256;

    /// Fewer rows or columns leave most of any tile empty.
    private static final int LEAST_SIDE = 8;

    /// Tiles by shape. A work-item computes 4x4 results, of which each term costs 8 reads of local
    /// memory for 16 products; 8x8 halve that, but need a large product to fill the device. The
    /// narrow ones are for convolutions into few channels.
    private enum Tile {
        LARGE(128, 128),
        SQUARE(64, 64),
        NARROW(128, 32),
        COLUMN(256, 16);

        final int rows;
        final int columns;

        Tile(int rows, int columns) {
            this.rows = rows;
            this.columns = columns;
        }

        long groups(Product p) {
            return Math.ceilDiv((long) p.m(), rows) * Math.ceilDiv(p.n(), columns) * p.items();
        }

        /// Bytes of local memory, with what `tiles.cl` adds to a line.
        long localMemory(DType dtype) {
            return (long) TERMS * (rows + columns + 8) * dtype.bytes();
        }
    }

    private final OpenClDevice device;
    private final GemmDots dots;

    GemmTiles(OpenClDevice device, GemmDots dots) {
        this.device = device;
        this.dots = dots;
    }

    @Override
    public Split split(Product p) {
        if (isThin(p)) {
            return dots.split(p);
        }
        long groups = tile(p).groups(p);
        int units = device.facts().computeUnits();
        if (p.form() == Product.Form.PATCHES || groups >= 2L * units) {
            return Split.none(p.k());
        }
        long pieces = Math.clamp(4L * units / groups, 1, Math.max(1, p.k() / LEAST_TERMS));
        return Split.of(p.k(), Math.ceilDiv(Math.ceilDiv(p.k(), pieces), (long) TERMS) * TERMS);
    }

    @Override
    public void launch(Product p, Split split) {
        if (isThin(p)) {
            dots.launch(p, split);
            return;
        }
        Tile tile = tile(p);
        String type = Kernels.type(p.dtype());
        Kernel kernel =
                device.kernel(
                        "tiles.cl",
                        "tiles",
                        p.variant()
                                + " -DT4=%s4 -DBM=%d -DBN=%d"
                                        .formatted(type, tile.rows, tile.columns));
        p.arguments(kernel, p.a().buffer(), split);
        kernel.launch(
                Math.ceilDiv((long) p.m(), tile.rows) * ITEMS,
                Math.ceilDiv(p.n(), tile.columns),
                p.items() * split.pieces(),
                ITEMS,
                1,
                1);
    }

    private static boolean isThin(Product p) {
        return Math.min(p.m(), p.n()) < LEAST_SIDE;
    }

    private Tile tile(Product p) {
        Tile tile =
                p.n() <= Tile.COLUMN.columns
                        ? Tile.COLUMN
                        : p.n() <= Tile.NARROW.columns ? Tile.NARROW : large(p);
        return tile.localMemory(p.dtype()) <= device.facts().localMemory() ? tile : Tile.SQUARE;
    }

    /// The sums of a large tile in double precision would not fit into registers.
    private Tile large(Product p) {
        boolean fills = Tile.LARGE.groups(p) >= 2L * device.facts().computeUnits();
        return p.dtype() == DType.F32 && fills && p.m() > 64 && p.n() > 64
                ? Tile.LARGE
                : Tile.SQUARE;
    }
}
