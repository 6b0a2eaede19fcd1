package aligrad.backends.opencl;

import aligrad.backends.opencl.Product.Form;
import aligrad.backends.opencl.Product.Split;
import aligrad.backends.opencl.driver.Buffer;
import aligrad.backends.opencl.driver.Kernel;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// Products for processors: a work-item computes a few rows of a panel of columns in vector
/// registers.
///
/// A factor whose elements do not follow each other as the kernel reads them is packed before:
/// always the second one, unless it is read so rarely that packing costs more, and the first one if
/// its rows have gaps.
final class GemmPanels implements Gemm.Engine {

    /// Terms of a launch: the rows that a work-item multiplies by one panel then stay in the
    /// second-level cache until the next panel.
    private static final long TERMS = 2048;

    /// Rows of a product from which on packing the second factor pays: it is read once for every
    /// tile, and packing reads it once and writes it.
    private static final int PACKING_ROWS = 48;

    /// Products of matrices with fewer columns, or fewer multiplications, go to [GemmDots]: lanes
    /// would be empty, or packing cost more than multiplying.
    private static final int LEAST_COLUMNS = 4;

    private static final long LEAST_WORK = 4096;

    /// Terms that are worth a piece of their own where there is not enough else to do at a time.
    private static final int LEAST_TERMS = 1024;

    /// What a piece of a filter's gradient reads should stay in the second-level cache, since every
    /// tile reads it again; and all sums of pieces take this many bytes at most.
    private static final long PIECE_BYTES = 1 << 19;

    private static final long MOST_SUMS = 1 << 26;

    /// Results for each compute unit from which on a product of matrices is large: some hundred
    /// tiles.
    private static final long LARGE = 1 << 15;

    private final OpenClDevice device;
    private final GemmDots dots;
    private final Choices choices;
    private final Packing packing;
    private @Nullable Buffer zeros;

    GemmPanels(OpenClDevice device, GemmDots dots, Choices choices) {
        this.device = device;
        this.dots = dots;
        this.choices = choices;
        this.packing = new Packing(device);
    }

    private PanelSizes tile(Product p) {
        PanelSizes wide = (PanelSizes) choices.of(kind(p), p.dtype());
        if (!wide.wastes(p)) {
            return wide;
        }
        PanelSizes shipped = (PanelSizes) choices.shipped(kind(p));
        return shipped.wastes(p) ? (PanelSizes) choices.of(ShapeClass.NARROW, p.dtype()) : shipped;
    }

    private ShapeClass kind(Product p) {
        return switch (p.form()) {
            case PATCHES -> ShapeClass.CONVOLUTION;
            case TAPS -> ShapeClass.FILTER;
            case MATRIX ->
                    p.items() * p.m() * p.n() >= LARGE * device.facts().computeUnits()
                            ? ShapeClass.LARGE
                            : ShapeClass.SMALL;
        };
    }

    private static Patches patches(Product p) {
        return Objects.requireNonNull(p.patches());
    }

    private static boolean isForDots(Product p) {
        return p.form() == Form.MATRIX
                && (p.n() < LEAST_COLUMNS
                        || (p.m() < LEAST_COLUMNS && isAlongTerms(p))
                        || (long) p.m() * p.n() * p.k() < LEAST_WORK);
    }

    /// Whether both factors lie as dot products read them.
    private static boolean isAlongTerms(Product p) {
        return p.a().column() == 1 && p.b().row() == 1 && p.b().column() != 1;
    }

    @Override
    public Split split(Product p) {
        if (isForDots(p)) {
            return dots.split(p);
        }
        return switch (p.form()) {
            case PATCHES -> Split.none(p.k());
            case TAPS -> splitLines(p);
            case MATRIX -> {
                long tasks = p.items() * tile(p).panels(p) * tile(p).tiles(p);
                int units = device.facts().computeUnits();
                if (tasks >= 2L * units) {
                    yield Split.none(p.k());
                }
                long pieces = Math.clamp(4L * units / tasks, 1, Math.max(1, p.k() / LEAST_TERMS));
                yield Split.of(p.k(), Math.ceilDiv(p.k(), pieces));
            }
        };
    }

    /// Whole lines of windows.
    private Split splitLines(Product p) {
        Patches x = patches(p);
        int windows = x.horizontal().windows();
        long bytes =
                ((long) x.vertical().stride() * x.width() * x.pitch() + windows * p.b().row())
                        * p.dtype().bytes();
        long sums = p.items() * p.m() * p.n() * p.dtype().bytes();
        long lines = Math.max(1, PIECE_BYTES / Math.max(1, bytes));
        long most = Math.max(1, MOST_SUMS / sums);
        long all = p.k() / windows;
        return Split.of(p.k(), Math.max(lines, Math.ceilDiv(all, most)) * windows);
    }

    @Override
    public void launch(Product p, Split split) {
        if (isForDots(p)) {
            dots.launch(p, split);
            return;
        }
        PanelSizes tile = tile(p);
        boolean packsA = p.form() == Form.MATRIX && p.a().column() != 1;
        boolean packsB =
                p.b().column() != 1
                        || p.n() < tile.columns(p.dtype())
                        || (p.form() != Form.TAPS && p.m() >= PACKING_ROWS);
        Matrix a = packsA ? packing.rows(p, tile.rows()) : p.a();
        Matrix b = packsB ? packing.columns(p, tile.columns(p.dtype())) : p.b();
        Product q = p.with(a, b, p.c());
        Kernel kernel = device.kernel("panels.cl", "panels", tile.options(p));
        Buffer third = p.form() == Form.PATCHES ? zeros(patches(p).channels()) : p.b().buffer();
        long groups = p.items() * split.pieces();
        long tasks = groups * tile.panels(p) * tile.tiles(p);
        long chunk = Math.clamp(tasks / (8L * device.facts().computeUnits()), 1, tile.tiles());
        long terms = p.form() == Form.MATRIX && split.pieces() == 1 ? TERMS : split.terms();
        for (long from = 0; from < split.terms(); from += terms) {
            q.arguments(kernel, third, split);
            kernel.number(tile.rows() * (packsA ? p.k() : p.a().row()));
            kernel.number((long) tile.columns(p.dtype()) * p.k());
            kernel.number(packsB ? 0L : 1L);
            kernel.number(chunk);
            kernel.number(from).number(Math.min(from + terms, split.terms()));
            kernel.launch(tile.panels(p), Math.ceilDiv(tile.tiles(p), chunk), groups, 1, 1, 1);
        }
    }

    /// At least so many zeros, which windows touch outside of an image.
    private Buffer zeros(int count) {
        Buffer present = zeros;
        if (present == null || present.bytes() < 8L * count) {
            if (present != null) {
                present.release();
            }
            present = device.session().allocate(8L * count);
            device.session().write(MemorySegment.ofArray(new long[count]), present, 0);
            zeros = present;
        }
        return present;
    }
}
