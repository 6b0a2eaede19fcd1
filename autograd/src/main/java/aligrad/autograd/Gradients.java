package aligrad.autograd;

import aligrad.tensor.Device;
import aligrad.tensor.Parameter;
import aligrad.tensor.Recording;
import aligrad.tensor.ShapeException;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The gradients of a loss, with respect to everything tracked that it was computed from.
///
/// They are a value, computed once by going backwards through the recorded operations: there is no
/// field to clear, and nothing to switch on. A parameter that occurs several times gets the sum.
///
/// ```java
/// Parameter w = new Parameter("w", Tensor.of(new float[] {1, 2, 3}));
/// Tensor loss = w.value().square().sum();
/// System.out.println(Gradients.of(loss).of(w));     // F32 [3]  [2, 4, 6]
/// ```
///
/// Gradients are computed and lie row-major when a method here returns, so the optimizer may
/// overwrite the parameters. Those of intermediate results are not kept. Inside a
/// [aligrad.tensor.Scope], gradients live as long as the scope.
public final class Gradients {

    private static final System.Logger LOG = System.getLogger("aligrad");
    private static final Set<String> WARNED = ConcurrentHashMap.newKeySet();

    private final IdentityHashMap<Object, Tensor> leaves;

    private Gradients(IdentityHashMap<Object, Tensor> leaves) {
        this.leaves = leaves;
    }

    /// The gradients of a loss: a tracked tensor with one element.
    ///
    /// @throws ShapeException if it has several elements
    /// @throws IllegalArgumentException if it is not tracked
    public static Gradients of(Tensor loss) {
        requireTracked(loss);
        return of(loss, seed(loss));
    }

    /// The gradients of `Σ y·cotangent`: the product of the cotangent with the Jacobian of `y`.
    ///
    /// @param cotangent of the shape and type of `y`
    /// @throws ShapeException if shape or type differ
    /// @throws IllegalArgumentException if `y` is not tracked
    public static Gradients of(Tensor y, Tensor cotangent) {
        requireTracked(y);
        requireAlike(y, cotangent);
        return new Gradients(Recording.off(() -> Backward.pass(y, cotangent)));
    }

    /// The gradients of a loss, computed so that they can be differentiated again.
    ///
    /// ```java
    /// Tensor x = Tensor.of(new double[] {3}).track();
    /// Tensor dx = Gradients.recorded(x.pow(3).sum()).wrt(x);            // 3x² = 27
    /// System.out.println(Gradients.of(dx.sum()).wrt(x));                // 6x: F64 []  18
    /// ```
    ///
    /// @throws ShapeException if it has several elements
    /// @throws IllegalArgumentException if it is not tracked
    public static Gradients recorded(Tensor loss) {
        requireTracked(loss);
        return recorded(loss, seed(loss));
    }

    /// The gradients of `Σ y·cotangent`, computed so that they can be differentiated again, also
    /// with respect to the cotangent.
    ///
    /// @param cotangent of the shape and type of `y`
    /// @throws ShapeException if shape or type differ
    /// @throws IllegalArgumentException if `y` is not tracked
    public static Gradients recorded(Tensor y, Tensor cotangent) {
        requireTracked(y);
        requireAlike(y, cotangent);
        return new Gradients(Recording.on(() -> Backward.pass(y, cotangent)));
    }

    /// Gradients that were computed elsewhere, or changed: averaged, clipped, received.
    ///
    /// @throws ShapeException if one has another shape or type than its parameter
    public static Gradients of(Map<Parameter, Tensor> gradients) {
        IdentityHashMap<Object, Tensor> leaves = new IdentityHashMap<>();
        gradients.forEach(
                (parameter, g) -> {
                    if (!g.shape().equals(parameter.shape()) || g.dtype() != parameter.dtype()) {
                        throw new ShapeException(
                                "gradient %s %s for parameter %s: shape and type must be the same"
                                        .formatted(g.dtype(), g.shape(), parameter));
                    }
                    g.storage();
                    leaves.put(parameter, g);
                });
        return new Gradients(leaves);
    }

    /// The gradient with respect to a parameter, of its shape and type.
    ///
    /// @throws IllegalArgumentException if the loss does not depend on the parameter
    public Tensor of(Parameter parameter) {
        Tensor g = leaves.get(parameter);
        if (g == null) {
            throw new IllegalArgumentException(
                    "no gradient for parameter "
                            + parameter
                            + ": it took no part in the loss, or only through something without a"
                            + " derivative (a comparison, rounding, detach(), Recording.off); ask"
                            + " with has() or find() where that is meant");
        }
        return g;
    }

    /// The gradient with respect to a leaf that [Tensor#track()] made.
    ///
    /// @throws IllegalArgumentException if the loss does not depend on it, or if it is not a leaf
    public Tensor wrt(Tensor leaf) {
        if (leaf.variable() instanceof Parameter parameter) {
            return of(parameter);
        }
        Tensor g = leaves.get(leaf);
        if (g == null) {
            throw new IllegalArgumentException(
                    "no gradient for the tensor %s %s: ".formatted(leaf.dtype(), leaf.shape())
                            + (leaf.op() != null
                                    ? "it is an intermediate result, and only leaves keep theirs;"
                                            + " compute on from x.track() instead of x"
                                    : leaf.isTracked()
                                            ? "it took no part in the loss"
                                            : "it is not tracked; use what track() returns"));
        }
        return g;
    }

    /// The gradient with respect to a parameter, if the loss depends on it.
    public Optional<Tensor> find(Parameter parameter) {
        return Optional.ofNullable(leaves.get(parameter));
    }

    /// The gradient with respect to a leaf, if the loss depends on it.
    public Optional<Tensor> find(Tensor leaf) {
        return Optional.ofNullable(get(leaf));
    }

    /// Whether there is a gradient for a parameter.
    public boolean has(Parameter parameter) {
        return leaves.containsKey(parameter);
    }

    /// Whether there is a gradient for a leaf.
    public boolean has(Tensor leaf) {
        return get(leaf) != null;
    }

    private @Nullable Tensor get(Tensor leaf) {
        return leaves.get(Backward.key(leaf));
    }

    /// Those of `parameters` that have no gradient, in their order. A warning names them, once for
    /// each such set: an optimizer leaves them as they are, which is rarely meant.
    public List<Parameter> missing(Collection<Parameter> parameters) {
        List<Parameter> missing = new ArrayList<>();
        for (Parameter parameter : parameters) {
            if (!leaves.containsKey(parameter)) {
                missing.add(parameter);
            }
        }
        if (!missing.isEmpty() && WARNED.add(missing.toString())) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "no gradient reached {0} of {1} parameters, which therefore stay as they are:"
                            + " {2}",
                    missing.size(),
                    parameters.size(),
                    missing);
        }
        return missing;
    }

    private static Tensor seed(Tensor loss) {
        if (loss.size() != 1) {
            throw new ShapeException(
                    "gradients of %s %s: a loss is one number, this has %d; reduce it with mean() or sum(), or give a cotangent of its shape"
                            .formatted(loss.dtype(), loss.shape(), loss.size()));
        }
        return Device.use(
                loss.device(), () -> Tensor.full(1, loss.dtype(), loss.shape().toArray()));
    }

    private static void requireTracked(Tensor y) {
        if (!y.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "gradients of %s %s: only F32 and F64 have any; differentiate what it was computed from"
                            .formatted(y.dtype(), y.shape()));
        }
        if (!y.isTracked()) {
            throw new IllegalArgumentException(
                    "gradients of %s %s: it is not tracked; nothing in it came from a Parameter or from track(), or it was computed inside Recording.off, detached, or kept from a scope"
                            .formatted(y.dtype(), y.shape()));
        }
    }

    private static void requireAlike(Tensor y, Tensor cotangent) {
        if (!y.shape().equals(cotangent.shape())
                || y.dtype() != cotangent.dtype()
                || y.device() != cotangent.device()) {
            throw new ShapeException(
                    "gradients of %s %s on %s with cotangent %s %s on %s: shape, type and device must be the same"
                            .formatted(
                                    y.dtype(),
                                    y.shape(),
                                    y.device(),
                                    cotangent.dtype(),
                                    cotangent.shape(),
                                    cotangent.device()));
        }
    }
}
