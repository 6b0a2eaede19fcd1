package aligrad.backends.cpu;

import aligrad.tensor.Convolution;
import aligrad.tensor.Shape;
import aligrad.tensor.Window2d;

/// Brings the three convolutions of tensors to [Conv2d]: operands contiguous, geometry from shapes.
final class ConvolutionKernel {

    private ConvolutionKernel() {}

    static void compute(Convolution op, long result) {
        switch (op) {
            case Convolution.Forward(var x, var filter, var window, var groups, _) -> {
                Conv2dGeometry s = geometry(x.shape(), filter.shape(), window, groups);
                Conv2d.forward(x.dtype(), s, Contiguous.address(x), Filters.of(filter), 0, result);
            }
            case Convolution.InputGradient(
                            var g,
                            var filter,
                            var window,
                            var groups,
                            var shape) -> {
                Conv2dGeometry s = geometry(shape, filter.shape(), window, groups);
                Conv2d.inputGradient(
                        g.dtype(), s, Contiguous.address(g), Filters.of(filter), result);
            }
            case Convolution.FilterGradient(var x, var g, var window, var groups, var shape) -> {
                Conv2dGeometry s = geometry(x.shape(), shape, window, groups);
                Conv2d.filterGradient(
                        x.dtype(), s, Contiguous.address(x), Contiguous.address(g), result);
            }
        }
    }

    private static Conv2dGeometry geometry(Shape x, Shape filter, Window2d window, int groups) {
        return new Conv2dGeometry(
                x.extent(0),
                x.extent(1),
                x.extent(2),
                x.extent(3),
                filter.extent(0),
                window,
                groups);
    }
}
