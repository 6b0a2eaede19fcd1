package aligrad.experiments;

/// Thrown where a run is to see more samples than the data has.
final class TooFewSamplesException extends UsageException {

    private static final long serialVersionUID = 1L;

    TooFewSamplesException(String message) {
        super(message);
    }
}
