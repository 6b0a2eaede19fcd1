package aligrad.backends.opencl;

import aligrad.backends.opencl.Product.Split;
import aligrad.backends.opencl.driver.Kernel;

/// Matrix products on a device: cuts what is too much for a launch, and brings the rest to the
/// kernels that suit the device, tiles in local memory ([GemmTiles]) or, where work-items are loops
/// of a processor, panels in registers ([GemmPanels]); see [Family].
final class Gemm {

    /// Groups along the last dimension of a launch; drivers on top of CUDA have no more.
    private static final int MOST_GROUPS = 65_535;

    /// How a family of kernels computes a product with `k > 0` and at least one result.
    interface Engine {
        /// How the terms are to be cut for the product.
        Split split(Product p);

        /// Computes the product, or the pieces of it, into rows without gaps.
        void launch(Product p, Split split);
    }

    private final OpenClDevice device;
    private final Engine engine;

    Gemm(OpenClDevice device, Engine engine) {
        this.device = device;
        this.engine = engine;
    }

    /// Computes a product.
    void run(Product p) {
        if (p.m() == 0 || p.n() == 0 || p.items() == 0) {
            return;
        }
        if (p.k() == 0) {
            addPieces(p, p.c(), new Split(0, 0));
            return;
        }
        Split split = engine.split(p);
        if (p.items() * split.pieces() > MOST_GROUPS && p.items() > 1) {
            boolean ofOuter = p.outer() > 1;
            int count = ofOuter ? p.outer() : p.inner();
            run(p.items(ofOuter, 0, count / 2));
            run(p.items(ofOuter, count / 2, count));
        } else if (split.pieces() == 1 && p.c().column() == 1) {
            engine.launch(p, split);
        } else {
            long size = split.pieces() * p.items() * p.m() * p.n();
            Matrix sums =
                    Matrix.dense(device.scratch(size * p.dtype().bytes()), p.inner(), p.m(), p.n());
            engine.launch(p.with(p.a(), p.b(), sums).withoutBias(), split);
            addPieces(p, sums, split);
        }
    }

    /// Adds the sums of pieces in their order, and the bias.
    private void addPieces(Product p, Matrix sums, Split split) {
        Product plain = p.asMatrices();
        Kernel kernel = device.kernel("pieces.cl", "pieces", plain.variant()).begin();
        kernel.buffer(sums.buffer())
                .buffer(p.bias() == null ? sums.buffer() : p.bias().buffer())
                .buffer(p.c().buffer());
        plain.numbers(kernel, split);
        kernel.launch((long) p.m() * p.n(), 1, p.items(), 64, 1, 1);
    }
}
