package aligrad.backends.opencl;

import aligrad.backends.opencl.Product.Split;
import aligrad.backends.opencl.driver.Kernel;

/// Products with few results or thin ones: a work-item computes one result.
final class GemmDots implements Gemm.Engine {

    /// Terms that are worth a piece of their own, because a piece is written and read again.
    private static final int LEAST_TERMS = 256;

    private final OpenClDevice device;
    private final long enough;

    GemmDots(OpenClDevice device) {
        this.device = device;
        // As many work-items as a compute unit of a GPU holds at a time; a processor's takes a
        // group of 64 after the other.
        this.enough = device.facts().computeUnits() * (device.facts().cpu() ? 256L : 2048L);
    }

    @Override
    public Split split(Product p) {
        long results = p.items() * p.m() * p.n();
        if (p.form() == Product.Form.PATCHES || results >= enough) {
            return Split.none(p.k());
        }
        long pieces = Math.clamp(enough / results, 1, Math.max(1, p.k() / LEAST_TERMS));
        return Split.of(p.k(), Math.ceilDiv(p.k(), pieces));
    }

    @Override
    public void launch(Product p, Split split) {
        Kernel kernel = device.kernel("dots.cl", "dots", p.variant() + p.vectors(lanes(p)));
        p.arguments(kernel, p.a().buffer(), split);
        kernel.launch((long) p.m() * p.n(), 1, p.items() * split.pieces(), 64, 1, 1);
    }

    /// Elements that a work-item reads at a time: a processor's vector, or what neighbours on a GPU
    /// still read side by side.
    private int lanes(Product p) {
        return device.facts().cpu() ? 64 / p.dtype().bytes() : 4;
    }
}
