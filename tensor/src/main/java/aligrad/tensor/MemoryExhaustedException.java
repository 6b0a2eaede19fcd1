package aligrad.tensor;

/// Thrown when a tensor does not fit below the memory limit, after unreachable tensors were
/// collected. The message lists the largest holders by operation and layer.
public final class MemoryExhaustedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public MemoryExhaustedException(String message) {
        super(message);
    }
}
