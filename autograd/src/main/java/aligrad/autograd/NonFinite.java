package aligrad.autograd;

import aligrad.tensor.Op;
import aligrad.tensor.Pointwise;
import aligrad.tensor.Recording;
import aligrad.tensor.Tensor;
import aligrad.tensor.spi.OpObserver;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Supplier;

/// Finds the operation at which numbers stop being numbers.
///
/// ```java
/// double loss = NonFinite.trace(() -> optimizer.step(() -> loss(model, batch)));
/// ```
///
/// Every operation is computed at once and looked at, forwards and backwards, so this is slow: for
/// the one step that fails, not for training.
public final class NonFinite {

    private NonFinite() {}

    /// Runs `body` and stops at the first operation whose result holds a not-a-number that none of
    /// its inputs holds, or an infinity although all its inputs are finite. Infinite constants, as
    /// for masks, are let through.
    ///
    /// @throws NonFiniteException that names the operation, shapes, layer and the line of the
    ///   program; in the backward pass also the operation that was being differentiated
    public static <T extends @Nullable Object> T trace(Supplier<T> body) {
        Tracer tracer = new Tracer();
        try {
            return Recording.observed(tracer, body);
        } catch (NonFiniteException e) {
            Tensor y = e.differentiated();
            Op op = y == null ? null : y.op();
            throw y == null || op == null
                    ? e
                    : e.explained(
                            "this happened in the derivative of "
                                    + described(op)
                                    + tracer.origins.getOrDefault(y, ""));
        }
    }

    private static String described(Op op) {
        StringBuilder text = new StringBuilder(op.name());
        for (int i = 0; i < op.arity(); i++) {
            Tensor input = op.input(i);
            text.append(i == 0 ? " of " : ", ")
                    .append(input.dtype())
                    .append(' ')
                    .append(input.shape());
        }
        return text.toString();
    }

    private static final class Tracer implements OpObserver {

        /// Where each tracked result was written, as long as it lives.
        final Map<Tensor, String> origins = new WeakHashMap<>();

        private boolean looking;

        @Override
        public void made(Op op, Tensor result) {
            if (looking || !result.dtype().isFloating()) {
                return;
            }
            if (result.isTracked()) {
                origins.put(result, origin());
            }
            if (op instanceof Pointwise.Fill) {
                return;
            }
            looking = true; // looking makes operations itself
            try {
                examine(op, result);
            } finally {
                looking = false;
            }
        }

        private static void examine(Op op, Tensor result) {
            Contents y = Contents.of(result);
            if (y.firstNaN < 0 && y.firstInfinite < 0) {
                return;
            }
            boolean nan = false;
            boolean infinite = false;
            StringBuilder inputs = new StringBuilder();
            for (int i = 0; i < op.arity(); i++) {
                Tensor input = op.input(i);
                Contents x = Contents.of(input);
                nan |= x.firstNaN >= 0;
                infinite |= x.firstInfinite >= 0;
                inputs.append(i == 0 ? " from " : " and ").append(x);
            }
            boolean isBorn = y.firstNaN >= 0 ? !nan : !nan && !infinite;
            if (isBorn) {
                long at = y.firstNaN >= 0 ? y.firstNaN : y.firstInfinite;
                throw new NonFiniteException(
                        "%s made %s %s at %s%s%s"
                                .formatted(
                                        op.name(),
                                        y.firstNaN >= 0 ? "NaN in" : "an infinity in",
                                        result.dtype() + " " + result.shape(),
                                        Places.text(result.shape(), at),
                                        inputs,
                                        origin()));
            }
        }

        private static String origin() {
            String layer = Recording.layer();
            String line =
                    StackWalker.getInstance()
                            .walk(
                                    frames ->
                                            frames.filter(f -> !isLibrary(f.getClassName()))
                                                    .findFirst()
                                                    .map(f -> f.toStackTraceElement().toString())
                                                    .orElse("unknown"));
            return (layer.isEmpty() ? "" : ", in layer " + layer) + ", at " + line;
        }

        private static boolean isLibrary(String className) {
            return className.startsWith("aligrad.tensor.")
                    || className.startsWith("aligrad.autograd.")
                    || className.startsWith("aligrad.nn.")
                    || className.startsWith("aligrad.optim.")
                    || className.startsWith("java.")
                    || className.startsWith("jdk.");
        }
    }

    /// What is seen of a tensor: the places of the first numbers that are not finite, and the range
    /// of the others.
    private record Contents(
            Tensor tensor, long firstNaN, long firstInfinite, double smallest, double largest) {

        static Contents of(Tensor tensor) {
            double[] values = tensor.toDoubleArray();
            long firstNaN = -1;
            long firstInfinite = -1;
            double smallest = Double.POSITIVE_INFINITY;
            double largest = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < values.length; i++) {
                double v = values[i];
                if (Double.isNaN(v)) {
                    firstNaN = firstNaN < 0 ? i : firstNaN;
                } else if (Double.isInfinite(v)) {
                    firstInfinite = firstInfinite < 0 ? i : firstInfinite;
                } else {
                    smallest = Math.min(smallest, v);
                    largest = Math.max(largest, v);
                }
            }
            return new Contents(tensor, firstNaN, firstInfinite, smallest, largest);
        }

        @Override
        public String toString() {
            return "%s %s (%s to %s%s)"
                    .formatted(
                            tensor.dtype(),
                            tensor.shape(),
                            (float) smallest,
                            (float) largest,
                            firstInfinite >= 0 ? ", and infinities" : "");
        }
    }
}
