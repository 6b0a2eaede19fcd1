package aligrad.autograd;

import aligrad.tensor.Parameter;
import aligrad.tensor.Recording;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Products of the Hessian matrix with vectors, without the matrix: the gradient of `∇loss · v`.
///
/// Costs about two backward passes. Source: Pearlmutter, *Fast Exact Multiplication by the
/// Hessian*, Neural Computation 6(1), 1994; here by differentiating twice backwards.
public final class HessianVector {

    private HessianVector() {}

    /// `H·v` for the Hessian `H` of a loss in all `parameters` together.
    ///
    /// ```java
    /// Parameter w = new Parameter("w", Tensor.of(new float[] {1, 2}));
    /// Tensor loss = w.value().pow(3).sum();                            // H = diag(6w)
    /// HessianVector.product(loss, List.of(w), List.of(Tensor.ones(2)));   // [[6, 12]]
    /// ```
    ///
    /// @param vectors a tensor of its shape and type for each parameter
    /// @return a tensor for each parameter; zeros where the gradient does not depend on it
    /// @throws IllegalArgumentException if the numbers of parameters and vectors differ
    public static List<Tensor> product(
            Tensor loss, List<Parameter> parameters, List<Tensor> vectors) {
        if (parameters.size() != vectors.size()) {
            throw new IllegalArgumentException(
                    "Hessian-vector product of %d parameters with %d vectors: one for each"
                            .formatted(parameters.size(), vectors.size()));
        }
        Gradients first = Gradients.recorded(loss);
        Tensor slope = null;
        for (int i = 0; i < vectors.size(); i++) {
            Tensor g = first.find(parameters.get(i)).orElse(null);
            slope = g == null ? slope : plus(slope, along(g, vectors.get(i)));
        }
        Gradients second = slope == null || !slope.isTracked() ? null : Gradients.of(slope);
        List<Tensor> products = new ArrayList<>(vectors.size());
        for (int i = 0; i < vectors.size(); i++) {
            Tensor hv = second == null ? null : second.find(parameters.get(i)).orElse(null);
            products.add(hv != null ? hv : zerosLike(vectors.get(i)));
        }
        return products;
    }

    /// `H·v` for the Hessian of a function of one tensor, with one number as its result, at `x`.
    ///
    /// @param v of the shape and type of `x`
    public static Tensor product(Function<Tensor, Tensor> f, Tensor x, Tensor v) {
        Tensor leaf = x.track();
        Tensor y = Recording.on(() -> f.apply(leaf));
        Tensor g = Gradients.recorded(y).find(leaf).orElse(null);
        Tensor slope = g == null ? null : along(g, v);
        if (slope == null || !slope.isTracked()) {
            return zerosLike(v);
        }
        return Gradients.of(slope).find(leaf).orElseGet(() -> zerosLike(v));
    }

    private static Tensor along(Tensor g, Tensor v) {
        if (!g.shape().equals(v.shape())) {
            throw new aligrad.tensor.ShapeException(
                    "Hessian-vector product: the gradient is %s, the vector %s; both must be equal"
                            .formatted(g.shape(), v.shape()));
        }
        return Recording.on(() -> g.dot(v));
    }

    private static Tensor plus(@Nullable Tensor a, Tensor b) {
        return a == null ? b : Recording.on(() -> a.add(b));
    }

    private static Tensor zerosLike(Tensor v) {
        return v.detach().mul(0);
    }
}
