package aligrad.tensor;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// An operation of your own, with its own forward computation and derivative.
///
/// Both are written with tensors, so both run on every device; for numbers of your own making use
/// [Tensor#toDoubleArray()] and [Tensor#of(double[], int...)].
///
/// ```java
/// record Clamp01(Tensor x) implements Custom {            // straight-through: passes the gradient on
///     public String name() { return "clamp01"; }
///     public Shape shape() { return x.shape(); }
///     public DType dtype() { return x.dtype(); }
///     public int arity() { return 1; }
///     public Tensor input(int i) { return x; }
///     public Tensor forward() { return x.clip(0, 1); }
///     public List<Tensor> derivative(Tensor g, Tensor y) { return List.of(g); }
/// }
/// Tensor y = Tensor.of(new Clamp01(x));
/// ```
public non-sealed interface Custom extends Computation {

    /// The result, of shape [#shape()] and type [#dtype()]. Nothing inside is recorded.
    Tensor forward();

    /// The gradients of the inputs, in their order: `g` is the gradient of the result `y`. `null`
    /// for an input that has none. Written with tensor operations on `g`, it can be differentiated
    /// again.
    List<@Nullable Tensor> derivative(Tensor g, Tensor y);
}
