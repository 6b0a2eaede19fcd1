package aligrad.autograd;

import aligrad.tensor.DType;
import aligrad.tensor.Random;
import aligrad.tensor.Recording;
import aligrad.tensor.Scope;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import java.util.Arrays;
import java.util.function.Function;

/// Compares derivatives with differences of function values, in `F64`.
///
/// The function takes tensors and gives one; its result is weighted with fixed random numbers and
/// summed, and the derivative of that sum in every element of every `F64` input is compared with
/// the central difference of fourth order, `(f(x-2h) - 8f(x-h) + 8f(x+h) - f(x+2h)) / 12h`. Inputs
/// of other types, such as indices, are passed on as they are.
///
/// The function must be smooth within 2h = 0.002 of the inputs: stay away from kinks and ties.
///
/// ```java
/// GradientCheck.first(x -> x[0].matmul(x[1]).tanh(), a, b);
/// GradientCheck.second(x -> x[0].matmul(x[1]).tanh(), a, b);
/// ```
public final class GradientCheck {

    private static final double STEP = 1e-3;

    /// Allowed difference, in relation to the derivative or to 1 if that is larger. The difference
    /// formula errs by `h⁴/30` times the fifth derivative, rounding by about 1e-12.
    private static final double TOLERANCE = 1e-7;

    private GradientCheck() {}

    /// Checks the first derivatives of `f` at `inputs`.
    ///
    /// @throws AssertionError that says which derivative is wrong, with both numbers
    /// @throws IllegalArgumentException if an input is `F32`, which is too coarse for this
    public static void first(Function<Tensor[], Tensor> f, Tensor... inputs) {
        check("first derivative", f, inputs);
    }

    /// Checks the second derivatives of `f` at `inputs`: the first derivatives of its gradients,
    /// which are functions of the inputs and of the gradient that comes in.
    ///
    /// @throws AssertionError that says which derivative is wrong, with both numbers; the input
    ///   after the last is the incoming gradient
    /// @throws IllegalArgumentException if an input is `F32`, which is too coarse for this
    public static void second(Function<Tensor[], Tensor> f, Tensor... inputs) {
        int n = inputs.length;
        Tensor[] extended = Arrays.copyOf(inputs, n + 1);
        extended[n] = weights(f.apply(inputs).shape(), n);
        check("second derivative", x -> slope(f, Arrays.copyOf(x, n), x[n]), extended);
    }

    /// The gradients of `f` for the incoming gradient `g`, each weighted and summed.
    private static Tensor slope(Function<Tensor[], Tensor> f, Tensor[] inputs, Tensor g) {
        Tensor[] x = tracked(inputs);
        Tensor y = f.apply(x);
        Tensor sum = Tensor.full(0, DType.F64);
        if (!y.isTracked()) {
            return sum;
        }
        Gradients gradients = Gradients.recorded(y, g);
        for (int k = 0; k < x.length; k++) {
            if (gradients.has(x[k])) {
                sum = sum.add(gradients.wrt(x[k]).dot(weights(x[k].shape(), k)));
            }
        }
        return sum;
    }

    private static void check(String order, Function<Tensor[], Tensor> f, Tensor[] inputs) {
        for (int k = 0; k < inputs.length; k++) {
            if (inputs[k].dtype() == DType.F32) {
                throw new IllegalArgumentException(
                        "gradient check of input %d, F32 %s: differences need F64; cast with to(DType.F64)"
                                .formatted(k, inputs[k].shape()));
            }
        }
        Tensor[] leaves = tracked(inputs);
        Tensor y = Recording.on(() -> f.apply(leaves));
        Tensor weights = weights(y.shape(), inputs.length);
        Gradients gradients = y.isTracked() ? Gradients.of(y, weights) : null;
        for (int k = 0; k < inputs.length; k++) {
            if (inputs[k].dtype() != DType.F64) {
                continue;
            }
            double[] at = inputs[k].toDoubleArray();
            double[] derivative =
                    gradients != null && gradients.has(leaves[k])
                            ? gradients.wrt(leaves[k]).toDoubleArray()
                            : new double[at.length]; // no gradient means 0
            for (int i = 0; i < at.length; i++) {
                double difference = difference(f, inputs, k, i, at, weights);
                compare(order, k, inputs[k].shape(), i, derivative[i], difference);
            }
        }
    }

    private static double difference(
            Function<Tensor[], Tensor> f,
            Tensor[] inputs,
            int k,
            int i,
            double[] at,
            Tensor weights) {
        double x = at[i];
        double h = STEP;
        double d =
                value(f, inputs, k, i, at, x - 2 * h, weights)
                        - 8 * value(f, inputs, k, i, at, x - h, weights)
                        + 8 * value(f, inputs, k, i, at, x + h, weights)
                        - value(f, inputs, k, i, at, x + 2 * h, weights);
        return d / (12 * h);
    }

    /// The weighted sum of the result with element `i` of input `k` replaced.
    private static double value(
            Function<Tensor[], Tensor> f,
            Tensor[] inputs,
            int k,
            int i,
            double[] at,
            double replacement,
            Tensor weights) {
        return Scope.compute(
                "gradient check",
                () -> {
                    double[] moved = at.clone();
                    moved[i] = replacement;
                    Tensor[] x = inputs.clone();
                    x[k] = Tensor.of(moved, inputs[k].shape().toArray());
                    return f.apply(x).detach().dot(weights).item();
                });
    }

    private static void compare(
            String order, int k, Shape shape, int i, double derivative, double difference) {
        double allowed =
                TOLERANCE * Math.max(1, Math.max(Math.abs(derivative), Math.abs(difference)));
        if (!(Math.abs(derivative - difference) <= allowed)) {
            throw new AssertionError(
                    "%s in input %d %s, element %s: the gradient code says %s, differences say %s"
                            .formatted(
                                    order,
                                    k,
                                    shape,
                                    Places.text(shape, i),
                                    derivative,
                                    difference));
        }
    }

    private static Tensor[] tracked(Tensor[] inputs) {
        Tensor[] leaves = inputs.clone();
        for (int k = 0; k < leaves.length; k++) {
            if (leaves[k].dtype() == DType.F64 && !leaves[k].isTracked()) {
                leaves[k] = leaves[k].track();
            }
        }
        return leaves;
    }

    /// Fixed numbers in [0.5, 1.5), others for every `call`.
    private static Tensor weights(Shape shape, int call) {
        return Random.stream(call).uniform(DType.F64, shape).add(0.5);
    }
}
