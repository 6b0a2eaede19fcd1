package aligrad.backends.opencl;

import aligrad.backends.opencl.Product.Form;
import aligrad.backends.opencl.Product.Split;
import aligrad.backends.opencl.driver.Buffer;
import aligrad.backends.opencl.driver.Kernel;
import aligrad.tensor.DType;

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

    /// Rows of a tile, as in `panels.cl`.
    private static final int ROWS = 12;

    /// Terms that a work-item packs, as in `pack.cl`.
    private static final int PACKED_TERMS = 1024;

    /// Tiles that a work-item computes with one panel while it is in the cache.
    private static final int TILES = 8;

    /// Rows of a product from which on packing the second factor pays: it is read once for every
    /// tile, and packing reads it once and writes it.
    private static final int PACKING_ROWS = 4 * ROWS;

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

    private final OpenClDevice device;
    private final GemmDots dots;
    private @Nullable Buffer zeros;

    GemmPanels(OpenClDevice device, GemmDots dots) {
        this.device = device;
        this.dots = dots;
    }

    private static int lanes(Product p) {
        return p.dtype() == DType.F32 ? 16 : 8;
    }

    private static int panels(Product p) {
        return Math.ceilDiv(p.n(), lanes(p));
    }

    /// Tiles from top to bottom; one does not reach over the channels of two taps.
    private static int tiles(Product p) {
        if (p.form() != Form.TAPS) {
            return Math.ceilDiv(p.m(), ROWS);
        }
        int channels = patches(p).channels();
        return p.m() / channels * Math.ceilDiv(channels, ROWS);
    }

    private static Patches patches(Product p) {
        return Objects.requireNonNull(p.patches());
    }

    private static boolean isForDots(Product p) {
        return p.form() == Form.MATRIX
                && (p.n() < LEAST_COLUMNS || (long) p.m() * p.n() * p.k() < LEAST_WORK);
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
                long tasks = p.items() * panels(p) * tiles(p);
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
        int lanes = lanes(p);
        boolean packsA = p.form() == Form.MATRIX && p.a().column() != 1;
        boolean packsB =
                p.b().column() != 1
                        || p.n() < lanes
                        || (p.form() != Form.TAPS && p.m() >= PACKING_ROWS);
        Matrix a = packsA ? packed(p, p.a(), p.m(), ROWS, true) : p.a();
        Matrix b = packsB ? packed(p, p.b().transposed(), p.n(), lanes, false) : p.b();
        Product q = p.with(a, b, p.c());
        Kernel kernel = device.kernel("panels.cl", "panels", variant(p));
        Buffer third = p.form() == Form.PATCHES ? zeros(patches(p).channels()) : p.b().buffer();
        q.arguments(kernel, third, split);
        int tiles = tiles(p);
        long tasks = p.items() * split.pieces() * panels(p) * tiles;
        long chunk = Math.clamp(tasks / (8L * device.facts().computeUnits()), 1, TILES);
        kernel.number(packsA ? (long) ROWS * p.k() : ROWS * p.a().row());
        kernel.number((long) lanes * p.k());
        kernel.number(packsB ? 0L : 1L);
        kernel.number(chunk);
        kernel.launch(panels(p), Math.ceilDiv(tiles, chunk), p.items() * split.pieces(), 1, 1, 1);
    }

    private static String variant(Product p) {
        String type = Kernels.type(p.dtype());
        int lanes = lanes(p);
        return p.variant()
                + " -DPANELS -DLANES=%d -DV=%s%d -DLOAD=vload%d -DSTORE=vstore%d"
                        .formatted(lanes, type, lanes, lanes, lanes);
    }

    /// Panels of `width` lines of a factor whose lines are its rows.
    ///
    /// @return where they are: for the first factor as tiles take its rows, for the second as
    ///   panels take its columns
    private Matrix packed(Product p, Matrix from, int lines, int width, boolean first) {
        int outer = from.outer() == 0 ? 1 : p.outer();
        int inner = from.inner() == 0 ? 1 : p.inner();
        long panels = Math.ceilDiv(lines, width);
        long size = panels * width * p.k();
        Buffer to = device.scratch(size * outer * inner * p.dtype().bytes());
        Kernel kernel =
                device.kernel(
                        "pack.cl",
                        "pack",
                        "-DT=%s -DW=%d".formatted(Kernels.type(p.dtype()), width));
        long pieces = Math.ceilDiv(p.k(), (long) PACKED_TERMS);
        kernel.begin().buffer(from.buffer()).buffer(to);
        kernel.number(lines).number(p.k()).number(panels).number(pieces).number(inner);
        kernel.number(from.offset()).number(from.outer()).number(from.inner());
        kernel.number(from.row()).number(from.column());
        kernel.launch(panels, pieces, (long) outer * inner, 1, 1, 1);
        long outerStep = outer == 1 ? 0 : inner * size;
        long innerStep = inner == 1 ? 0 : size;
        return new Matrix(to, 0, outerStep, innerStep, first ? 1 : width, first ? width : 1);
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
