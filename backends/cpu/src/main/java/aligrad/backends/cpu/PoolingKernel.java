package aligrad.backends.cpu;

import aligrad.tensor.DType;
import aligrad.tensor.Pooling;
import aligrad.tensor.Shape;
import aligrad.tensor.Window2d;

/// Brings the pooling operations of tensors to [Pool2d]: operands contiguous, geometry from shapes.
final class PoolingKernel {

    private PoolingKernel() {}

    static void compute(Pooling op, long result) {
        DType type = op.dtype();
        switch (op) {
            case Pooling.MaxPick(var x, var v, var window, _) -> {
                long from = Contiguous.address(x);
                long values = x == v ? from : Contiguous.address(v);
                Pool2d.maxPick(type, geometry(x.shape(), window), from, values, result);
            }
            case Pooling.MaxSpread(var x, var g, var window) ->
                    Pool2d.maxSpread(
                            type,
                            geometry(x.shape(), window),
                            Contiguous.address(x),
                            Contiguous.address(g),
                            result);
            case Pooling.Average(var x, var window, var includePadding, _) ->
                    Pool2d.average(
                            type,
                            geometry(x.shape(), window),
                            includePadding,
                            Contiguous.address(x),
                            result);
            case Pooling.AverageSpread(var g, var window, var includePadding, var shape) ->
                    Pool2d.averageSpread(
                            type,
                            geometry(shape, window),
                            includePadding,
                            Contiguous.address(g),
                            result);
        }
    }

    private static Pool2dGeometry geometry(Shape x, Window2d window) {
        return new Pool2dGeometry(x.extent(0), x.extent(1), x.extent(2), x.extent(3), window);
    }
}
