package aligrad.optim;

/// Thrown when too many steps in a row were skipped because the loss or a gradient was not finite.
public final class NonFiniteLossException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public NonFiniteLossException(String message) {
        super(message);
    }

    public NonFiniteLossException(String message, Throwable cause) {
        super(message, cause);
    }
}
