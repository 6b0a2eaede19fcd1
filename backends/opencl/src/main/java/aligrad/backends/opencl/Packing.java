package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Buffer;
import aligrad.backends.opencl.driver.Kernel;

/// Copies factors of products into panels of lines, in the order in which tiles read them.
final class Packing {

    /// Terms that a work-item packs, as in `pack.cl`.
    private static final int TERMS = 1024;

    private final OpenClDevice device;

    Packing(OpenClDevice device) {
        this.device = device;
    }

    /// Panels of `width` rows of the first factor: element `(i, term)` of a panel is at `term·width
    /// + i`, and panels are `width·k` apart.
    Matrix rows(Product p, int width) {
        return pack(p, p.a(), p.m(), width).transposed();
    }

    /// Panels of `width` columns of the second factor: element `(term, j)` of a panel is at
    /// `term·width + j`.
    Matrix columns(Product p, int width) {
        return pack(p, p.b().transposed(), p.n(), width);
    }

    /// Items that repeat are packed once.
    private Matrix pack(Product p, Matrix from, int lines, int width) {
        int outer = from.outer() == 0 ? 1 : p.outer();
        int inner = from.inner() == 0 ? 1 : p.inner();
        long panels = Math.ceilDiv(lines, width);
        long size = panels * width * p.k();
        Buffer to = device.scratch(size * outer * inner * p.dtype().bytes());
        String variant = "-DT=%s -DW=%d".formatted(Kernels.type(p.dtype()), width);
        Kernel kernel = device.kernel("pack.cl", "pack", variant);
        long pieces = Math.ceilDiv(p.k(), (long) TERMS);
        kernel.begin().buffer(from.buffer()).buffer(to);
        kernel.number(lines).number(p.k()).number(panels).number(pieces).number(inner);
        kernel.number(from.offset()).number(from.outer()).number(from.inner());
        kernel.number(from.row()).number(from.column());
        kernel.launch(panels, pieces, (long) outer * inner, 1, 1, 1);
        return new Matrix(to, 0, outer == 1 ? 0 : inner * size, inner == 1 ? 0 : size, width, 1);
    }
}
