package aligrad.tensor.spi;

import java.lang.foreign.MemorySegment;

/// Storage in the memory of this process, off-heap, 64-byte aligned, from [HostMemory].
///
/// At least 64 bytes behind the last element may be read and written too, so that kernels can work
/// in whole vectors.
public final class HostStorage extends Storage {

    private final HostMemory.Block block;

    HostStorage(HostMemory.Block block, long bytes) {
        super(bytes);
        this.block = block;
    }

    /// The absolute address of the first byte.
    public long address() {
        return block.address;
    }

    /// The bytes as a bounded segment.
    public MemorySegment segment() {
        return HostMemory.segment(block.address, bytes());
    }

    @Override
    protected void free() {
        block.run();
    }

    @Override
    protected void releaseWhenUnreachable() {
        HostMemory.CLEANER.register(this, block);
    }
}
