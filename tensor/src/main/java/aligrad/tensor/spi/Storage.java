package aligrad.tensor.spi;

import aligrad.tensor.Scope;
import org.jspecify.annotations.Nullable;

/// The memory of one or more tensors on a device.
///
/// It belongs to the [Scope] in which it was computed and goes back to its pool when that ends; or,
/// without one, when the last tensor over it has become unreachable.
public abstract class Storage {

    private final long bytes;
    private @Nullable Scope owner;
    private boolean released;

    protected Storage(long bytes) {
        this.bytes = bytes;
    }

    /// The size that was asked for, in bytes.
    public final long bytes() {
        return bytes;
    }

    /// The scope that will release this storage; `null` if reachability does.
    public final @Nullable Scope owner() {
        return owner;
    }

    /// Whether it was given back; its contents are then somebody else's.
    public final boolean isReleased() {
        return released;
    }

    /// Hands the storage to a scope, or with `null` to reachability. For the tensor module.
    public final void moveTo(@Nullable Scope scope) {
        owner = scope;
        if (scope == null) {
            releaseWhenUnreachable();
        }
    }

    /// Gives the memory back at once. For the scope that owns it.
    public final void release() {
        if (!released) {
            released = true;
            free();
        }
    }

    /// Returns the memory to its pool; called once, and never after [#releaseWhenUnreachable()].
    protected abstract void free();

    /// Registers the memory with a cleaner; called at most once.
    protected abstract void releaseWhenUnreachable();
}
