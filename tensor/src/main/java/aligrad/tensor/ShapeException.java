package aligrad.tensor;

/// Thrown when the shapes or types of an operation's inputs do not fit.
///
/// The message names the operation, the shapes, the rule that was broken and a fix, for example
/// `matmul [32, 128] × [64, 10]: inner extents must agree (128 ≠ 64); transpose an operand, or
/// check the layer before`. It is thrown when the operation is written, never later.
public final class ShapeException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final boolean located;

    public ShapeException(String message) {
        this(message, false);
    }

    private ShapeException(String message, boolean located) {
        super(message);
        this.located = located;
    }

    /// Whether the message already says in which layer.
    boolean isLocated() {
        return located;
    }

    /// The same error, with the path of the layer in which it happened in front.
    ShapeException within(String layerPath) {
        ShapeException located = new ShapeException(layerPath + ": " + getMessage(), true);
        located.setStackTrace(getStackTrace());
        return located;
    }
}
