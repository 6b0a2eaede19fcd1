package aligrad.nn;

import aligrad.tensor.Tensor;

/// A module from one tensor to one tensor, which can stand in a [Sequential].
///
/// ```java
/// final class Residual extends Layer {
///     private final Layer inner;
///
///     Residual(Layer inner) {
///         this.inner = child("inner", inner);
///     }
///
///     @Override
///     protected Tensor compute(Tensor x) {
///         return x.add(inner.forward(x));
///     }
/// }
/// ```
public abstract class Layer extends Module {

    /// The result for `x`; a shape error names this layer's path.
    public final Tensor forward(Tensor x) {
        return inLayer(() -> compute(x));
    }

    /// What the layer does. Called by [#forward].
    protected abstract Tensor compute(Tensor x);
}
