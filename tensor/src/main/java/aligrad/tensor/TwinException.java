package aligrad.tensor;

/// Two devices gave different results; see [Twin].
public final class TwinException extends RuntimeException {

    private static final long serialVersionUID = 1;

    TwinException(String message) {
        super(message);
    }
}
