package aligrad.backends.opencl;

import aligrad.backends.opencl.Product.Split;
import aligrad.backends.opencl.driver.Kernel;

/// Products for GPUs: a group of work-items computes a tile of the result from tiles of the factors
/// in local memory.
final class GemmTiles implements Gemm.Engine {

    /// Terms that are worth a piece of their own, because a piece is written and read again.
    private static final int LEAST_TERMS = 256;

    /// Fewer rows or columns leave most of any tile empty.
    private static final int LEAST_SIDE = 8;

    /// Columns of the classes that have few.
    private static final int COLUMN = 16;

    private static final int NARROW = 32;

    /// Results for each compute unit from which on a product is large: two tiles of 128 by 128.
    private static final long LARGE = 2 * 128 * 128;

    /// Rows and columns that it has more of.
    private static final int LARGE_SIDE = 64;

    private final OpenClDevice device;
    private final GemmDots dots;
    private final Choices choices;

    GemmTiles(OpenClDevice device, GemmDots dots, Choices choices) {
        this.device = device;
        this.dots = dots;
        this.choices = choices;
    }

    @Override
    public Split split(Product p) {
        if (isThin(p)) {
            return dots.split(p);
        }
        TileSizes tile = tile(p);
        long groups = tile.groups(p);
        int units = device.facts().computeUnits();
        if (p.form() == Product.Form.PATCHES || groups >= 2L * units) {
            return Split.none(p.k());
        }
        long pieces = Math.clamp(4L * units / groups, 1, Math.max(1, p.k() / LEAST_TERMS));
        return Split.of(p.k(), roundedUp(Math.ceilDiv(p.k(), pieces), tile.terms()));
    }

    @Override
    public void launch(Product p, Split split) {
        if (isThin(p)) {
            dots.launch(p, split);
            return;
        }
        TileSizes tile = tile(p);
        Kernel kernel = device.kernel("tiles.cl", "tiles", tile.options(p));
        p.arguments(kernel, p.a().buffer(), split);
        kernel.launch(
                Math.ceilDiv((long) p.m(), tile.rows()) * tile.items(),
                Math.ceilDiv(p.n(), tile.columns()),
                p.items() * split.pieces(),
                tile.items(),
                1,
                1);
    }

    private static long roundedUp(long n, long multiple) {
        return Math.ceilDiv(n, multiple) * multiple;
    }

    private static boolean isThin(Product p) {
        return Math.min(p.m(), p.n()) < LEAST_SIDE;
    }

    private TileSizes tile(Product p) {
        TileSizes tile = (TileSizes) choices.of(kind(p), p.dtype());
        return tile.obstacle(device.facts(), p.dtype()) == null ? tile : TileSizes.LEAST;
    }

    private ShapeClass kind(Product p) {
        if (p.n() <= NARROW) {
            return p.n() <= COLUMN ? ShapeClass.COLUMN : ShapeClass.NARROW;
        }
        return switch (p.form()) {
            case PATCHES -> ShapeClass.CONVOLUTION;
            case TAPS -> ShapeClass.FILTER;
            case MATRIX -> isLarge(p) ? ShapeClass.LARGE : ShapeClass.SMALL;
        };
    }

    private boolean isLarge(Product p) {
        return p.items() * p.m() * p.n() >= LARGE * device.facts().computeUnits()
                && Math.min(p.m(), p.n()) > LARGE_SIDE;
    }
}
