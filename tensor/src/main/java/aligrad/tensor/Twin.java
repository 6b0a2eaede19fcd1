package aligrad.tensor;

import aligrad.tensor.spi.OpObserver;
import aligrad.tensor.spi.Precision;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// Compares two devices while a program runs: each operation is computed a second time, from the
/// same inputs, on another device.
///
/// ```java
/// Twin.check(Device.of("cpu"), () -> optimizer.step(() -> loss(model, batch)));
/// ```
///
/// Every operation is computed at once and read, so this is slow: to find out where a new driver
/// goes wrong, not for training.
public final class Twin {

    /// How far apart results of functions and sums may be, in parts of the magnitude that they are
    /// made of: some hundred roundings.
    private static final double F32_TOLERANCE = 2e-5;

    private static final double F64_TOLERANCE = 1e-12;

    private Twin() {}

    /// Runs `body` and stops at the first operation of which `other` gives another result.
    ///
    /// Where elements are only moved, chosen, compared or counted, results must be equal. Elsewhere
    /// they may differ by 2e-5 (`F64`: 1e-12) of the magnitude that they are made of: of a sum, the
    /// sum of the magnitudes of its terms; otherwise the result and the largest input. Where one of
    /// the devices rounds the factors of `F32` products, matrix products and convolutions may
    /// differ by that as well ([Precision#productError()]).
    ///
    /// @throws TwinException that names the operation, shapes, the layer, the place and both
    ///   numbers
    public static <T extends @Nullable Object> T check(Device other, Supplier<T> body) {
        return Recording.observed(new Comparison(other), body);
    }

    private static final class Comparison implements OpObserver {

        private final Device other;
        private boolean comparing;

        Comparison(Device other) {
            this.other = other;
        }

        @Override
        public void made(Op op, Tensor result) {
            if (comparing || result.device() == other) {
                return;
            }
            comparing = true; // comparing makes operations itself
            try {
                Scope.run("twin", () -> Recording.off(() -> compare(op, result)));
            } finally {
                comparing = false;
            }
        }

        private @Nullable Void compare(Op op, Tensor result) {
            UnaryOperator<Tensor> twins = x -> x.detach().to(other);
            switch (op) {
                case View _ -> {} // looks at what was compared
                case Custom _ -> {} // its parts were compared
                case Transfer _ -> {}
                case Pointwise pointwise ->
                        compare(op, result, twin(Substitution.of(pointwise, twins)));
                case Computation computation ->
                        compare(op, result, twin(Substitution.of(computation, twins)));
            }
            return null;
        }

        private Tensor twin(Op op) {
            return Tensor.make(op, other);
        }

        private void compare(Op op, Tensor result, Tensor expected) {
            double[] a = result.detach().toDoubleArray();
            double[] e = expected.toDoubleArray();
            double[] magnitude = null;
            double tolerance = tolerance(op, result);
            double worst = 0;
            int at = -1;
            for (int i = 0; i < e.length; i++) {
                if (e[i] == a[i] || (Double.isNaN(e[i]) && Double.isNaN(a[i]))) {
                    continue;
                }
                double off = Math.abs(a[i] - e[i]);
                double allowed = 0;
                if (!isExact(op, result)) {
                    if (magnitude == null) {
                        magnitude = magnitude(op, e);
                    }
                    allowed = tolerance * magnitude[i];
                }
                if (!(off <= allowed) && !(off <= worst)) {
                    worst = off;
                    at = i;
                }
            }
            if (at >= 0) {
                throw new TwinException(
                        message(op, result, at, a[at], e[at], worst, magnitude, tolerance));
            }
        }

        private double tolerance(Op op, Tensor result) {
            if (result.dtype() == DType.F64) {
                return F64_TOLERANCE;
            }
            return switch (op) {
                case Contraction _, Convolution _ ->
                        F32_TOLERANCE + productError(result.device()) + productError(other);
                default -> F32_TOLERANCE;
            };
        }

        private static double productError(Device device) {
            return device.backend().precision().productError();
        }

        private String message(
                Op op,
                Tensor result,
                int at,
                double actual,
                double expected,
                double off,
                double @Nullable [] magnitude,
                double tolerance) {
            StringBuilder text = new StringBuilder(op.name());
            for (int i = 0; i < op.arity(); i++) {
                Tensor x = op.input(i);
                text.append(i == 0 ? " of " : ", ").append(x.dtype() + " " + x.shape());
            }
            String layer = Recording.layer();
            if (!layer.isEmpty()) {
                text.append(" in layer ").append(layer);
            }
            return text.append(
                            ": element %d of %s %s is %s on %s, %s on %s; off by %s, allowed is %s"
                                    .formatted(
                                            at,
                                            result.dtype(),
                                            result.shape(),
                                            actual,
                                            result.device(),
                                            expected,
                                            other,
                                            off,
                                            magnitude == null ? 0 : tolerance * magnitude[at]))
                    .toString();
        }

        /// Whether the result is made without rounding anything that a device may round in its own
        /// way.
        private static boolean isExact(Op op, Tensor result) {
            return !result.dtype().isFloating()
                    || switch (op) {
                        case Pointwise.Fill _, Pointwise.Uniform _, Pointwise.Where _ -> true;
                        case Indexing.Gather _, Indexing.TakeAlong _, Pooling.MaxPick _ -> true;
                        default -> false;
                    };
        }

        /// What each element of the result is made of, at least its own size.
        private double[] magnitude(Op op, double[] result) {
            UnaryOperator<Tensor> sizes = x -> x.detach().to(other).abs();
            double[] made =
                    switch (op) {
                        case Contraction sum -> sizes(Substitution.of(sum, sizes));
                        case Convolution sum -> sizes(Substitution.of(sum, sizes));
                        case Scan sum -> sizes(Substitution.of(sum, sizes));
                        case Assemble sum -> sizes(Substitution.of(sum, sizes));
                        case Reduction.Reduce(var f, _, _, _) when f == ReduceOp.SUM ->
                                sizes(Substitution.of((Computation) op, sizes));
                        case Reduction.Sums sum -> sizes(Substitution.of(sum, sizes));
                        default -> largestInput(op, result.length);
                    };
            for (int i = 0; i < made.length; i++) {
                made[i] = Math.max(made[i], Math.abs(result[i]));
            }
            return made;
        }

        private double[] sizes(Computation op) {
            return twin(op).toDoubleArray();
        }

        private static double[] largestInput(Op op, int length) {
            double largest = 0;
            for (Tensor x : op.inputs()) {
                if (x.size() > 0 && x.dtype().isFloating()) {
                    largest = Math.max(largest, x.detach().abs().max().item());
                }
            }
            double[] all = new double[length];
            Arrays.fill(all, largest);
            return all;
        }
    }
}
