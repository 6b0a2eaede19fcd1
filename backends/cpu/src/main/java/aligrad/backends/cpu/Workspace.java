package aligrad.backends.cpu;

import aligrad.tensor.spi.HostMemory;
import aligrad.tensor.spi.HostStorage;

/// Memory that a kernel needs for the time of one call or one block, from the pool, where the last
/// piece given back is still in cache. The contents are undefined.
record Workspace(HostStorage storage) implements AutoCloseable {

    /// @param operation what it is for, in the pool's statistics
    static Workspace of(long bytes, String operation) {
        return new Workspace(HostMemory.allocate(bytes, operation, "", true));
    }

    /// Address of the first byte, 64-byte aligned; 64 more bytes lie behind the last.
    long address() {
        return storage.address();
    }

    @Override
    public void close() {
        storage.release();
    }
}
