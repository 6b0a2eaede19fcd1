package aligrad.experiments;

/// Thrown for input that cannot be used: one sentence that says what is wrong and what would be
/// right. The program prints it and exits with 2.
public sealed class UsageException extends RuntimeException permits TooFewSamplesException {

    private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(message);
    }

    public UsageException(String message, Throwable cause) {
        super(message, cause);
    }
}
