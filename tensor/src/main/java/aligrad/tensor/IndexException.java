package aligrad.tensor;

/// Thrown when an index tensor holds a number that is no place of the axis it looks up.
///
/// The message names the layer, the operation, the axis, the index and where it stands, for example
/// `words: gather along axis 0 of extent 5: index 5 at position 0 is outside 0 to 4`. It is thrown
/// when the operation is computed, since only then the numbers are known.
public final class IndexException extends IndexOutOfBoundsException {

    private static final long serialVersionUID = 1L;

    private final boolean located;

    public IndexException(String message) {
        this(message, false);
    }

    private IndexException(String message, boolean located) {
        super(message);
        this.located = located;
    }

    /// Whether the message already says in which layer.
    boolean isLocated() {
        return located;
    }

    /// The same error, with the path of the layer in which it happened in front.
    IndexException within(String layerPath) {
        return because(layerPath + ": " + getMessage(), true);
    }

    /// The same error in the words of an operation that is built on the one that found it.
    public IndexException of(String operation) {
        return because(operation + ": " + getMessage(), located);
    }

    private IndexException because(String message, boolean located) {
        IndexException same = new IndexException(message, located);
        same.setStackTrace(getStackTrace());
        return same;
    }
}
