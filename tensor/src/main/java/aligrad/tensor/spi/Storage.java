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
    private boolean shared;
    private int overwrites;

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

    /// How often an update in place replaced the contents. A tensor over earlier ones is stale.
    public final int overwrites() {
        return overwrites;
    }

    /// Counts an update in place. For the variable whose storage it is.
    public final void countOverwrite() {
        overwrites++;
    }

    /// Whether a tensor over it was taken out of the scope in which it was made.
    public final boolean isShared() {
        return shared;
    }

    /// Notes that a tensor over it leaves its scope, so that a variable does not overwrite it in
    /// place.
    public final void share() {
        shared = true;
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
