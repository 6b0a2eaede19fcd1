package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Buffer;
import aligrad.backends.opencl.driver.Kernel;
import aligrad.tensor.Pooling;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

/// Maximum and average over sliding windows of channels-last images, and their adjoints.
///
/// A work-item computes one element. What adds to the image is turned round: each pixel looks for
/// what the windows over it add, in the order of the windows.
final class PoolingKernels {

    private final OpenClDevice device;

    PoolingKernels(OpenClDevice device) {
        this.device = device;
    }

    void compute(Pooling op, DeviceStorage to) {
        if (op.shape().size() == 0) {
            return;
        }
        switch (op) {
            case Pooling.MaxPick pick -> maxPick(pick, to);
            case Pooling.MaxSpread spread -> maxSpread(spread, to);
            case Pooling.Average(var x, _, boolean padding, var shape) ->
                    average(op, "average", x, x.shape(), shape, padding, to);
            case Pooling.AverageSpread(var g, _, boolean padding, var shape) ->
                    average(op, "average_spread", g, shape, g.shape(), padding, to);
        }
    }

    private void maxPick(Pooling.MaxPick op, DeviceStorage to) {
        Tensor x = device.dense(op.x());
        Tensor v = op.v() == op.x() ? x : device.dense(op.v());
        Kernel kernel = kernel(op, "max_pick");
        kernel.buffer(device.buffer(x)).buffer(device.buffer(v)).buffer(to.buffer());
        kernel.number(x.layout().offset()).number(v.layout().offset());
        numbers(kernel, x.shape(), op.shape(), op.window()).launch(op.shape().size());
    }

    /// Windows tell where they are largest, so that a pixel need not look through all windows over
    /// it.
    private void maxSpread(Pooling.MaxSpread op, DeviceStorage to) {
        Tensor x = device.dense(op.x());
        Tensor g = device.dense(op.g());
        Buffer places = device.scratch(g.size() * Integer.BYTES);
        Kernel kernel = kernel(op, "largest_places").buffer(device.buffer(x)).buffer(places);
        kernel.number(x.layout().offset()).number(0);
        numbers(kernel, x.shape(), g.shape(), op.window()).launch(g.size());

        kernel = kernel(op, "max_spread").buffer(places).buffer(device.buffer(g));
        kernel.buffer(to.buffer()).number(0).number(g.layout().offset());
        numbers(kernel, x.shape(), g.shape(), op.window()).launch(x.size());
    }

    private void average(
            Pooling op,
            String name,
            Tensor operand,
            Shape images,
            Shape pooled,
            boolean includePadding,
            DeviceStorage to) {
        Tensor x = device.dense(operand);
        Kernel kernel = kernel(op, name).buffer(device.buffer(x)).buffer(to.buffer());
        kernel.number(x.layout().offset()).number(includePadding ? 1 : 0);
        numbers(kernel, images, pooled, op.window()).launch(op.shape().size());
    }

    private Kernel kernel(Pooling op, String name) {
        return device.kernel("pooling.cl", name, "-DT=" + Kernels.type(op.dtype())).begin();
    }

    /// Hands over the geometry: extents of the images, of the results, and the window.
    private static Kernel numbers(Kernel kernel, Shape images, Shape pooled, Window2d window) {
        for (int axis = 0; axis < 4; axis++) {
            kernel.number(images.extent(axis));
        }
        return kernel.number(pooled.extent(1))
                .number(pooled.extent(2))
                .number(window.kernelHeight())
                .number(window.kernelWidth())
                .number(window.strideHeight())
                .number(window.strideWidth())
                .number(window.paddingHeight())
                .number(window.paddingWidth())
                .number(window.dilationHeight())
                .number(window.dilationWidth());
    }
}
