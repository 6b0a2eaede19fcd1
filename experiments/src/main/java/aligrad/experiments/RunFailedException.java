package aligrad.experiments;

import org.jspecify.annotations.Nullable;

/// Thrown when a run cannot go on: the program prints the message and exits with 1.
public final class RunFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public RunFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
