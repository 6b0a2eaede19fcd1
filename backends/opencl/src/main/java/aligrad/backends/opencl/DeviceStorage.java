package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Buffer;
import aligrad.tensor.spi.Storage;

import org.jspecify.annotations.Nullable;

/// Storage in the memory of a device, from [DeviceMemory].
final class DeviceStorage extends Storage {

    private final DeviceMemory.Block block;
    private @Nullable Bounds bounds;

    DeviceStorage(DeviceMemory.Block block, long bytes) {
        super(bytes);
        this.block = block;
    }

    /// Where it lies, from its first byte on.
    Buffer buffer() {
        return block.buffer;
    }

    /// What is known of its elements.
    @Nullable Bounds bounds() {
        return bounds;
    }

    /// Notes what is known of all elements, when they are told for the first time.
    void bound(@Nullable Bounds known) {
        bounds = known;
    }

    @Override
    protected void free() {
        block.run();
    }

    @Override
    protected void releaseWhenUnreachable() {
        DeviceMemory.CLEANER.register(this, block);
    }
}
