package aligrad.autograd;

import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

/// Thrown by [NonFinite#trace] at the first operation that made a not-a-number or an infinity out
/// of numbers that were fine. The message says which, where, and from what.
public final class NonFiniteException extends ArithmeticException {

    private static final long serialVersionUID = 1L;

    private final String message;
    private final transient @Nullable Tensor differentiated;

    NonFiniteException(String message) {
        this(message, null);
    }

    private NonFiniteException(String message, @Nullable Tensor differentiated) {
        super(message);
        this.message = message;
        this.differentiated = differentiated;
    }

    /// The same, seen while the derivative of the operation behind `y` was computed.
    NonFiniteException inDerivativeOf(Tensor y) {
        if (differentiated != null) {
            return this;
        }
        NonFiniteException located = new NonFiniteException(message, y);
        located.setStackTrace(getStackTrace());
        return located;
    }

    /// The same, with what is known about where the differentiated operation was written.
    NonFiniteException explained(String origin) {
        NonFiniteException explained =
                new NonFiniteException(message + "; " + origin, differentiated);
        explained.setStackTrace(getStackTrace());
        return explained;
    }

    /// The result of the operation whose derivative was computed; `null` in the forward pass.
    @Nullable Tensor differentiated() {
        return differentiated;
    }
}
