package aligrad.autograd;

import aligrad.tensor.Pooling;
import aligrad.tensor.Tensor;

/// Derivatives of pooling: picking and spreading are adjoint, and where the maximum lies has no
/// derivative.
final class PoolingDerivatives {

    private PoolingDerivatives() {}

    static void apply(Pooling op, Tensor g, Backward to) {
        switch (op) {
            case Pooling.MaxPick(var x, var v, var window, _) -> {
                if (v.isTracked()) {
                    to.add(v, x.maxSpread(g, window));
                }
            }
            case Pooling.MaxSpread(var x, var r, var window) -> {
                if (r.isTracked()) {
                    to.add(r, x.maxPick(g, window));
                }
            }
            case Pooling.Average(var x, var window, var includePadding, _) ->
                    to.add(x, g.averageSpread(window, includePadding, x.shape()));
            case Pooling.AverageSpread(var r, var window, var includePadding, _) ->
                    to.add(r, g.averagePool2d(window, includePadding));
        }
    }
}
