package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Buffer;
import aligrad.tensor.spi.Storage;

/// Storage in the memory of a device, from [DeviceMemory].
final class DeviceStorage extends Storage {

    private final DeviceMemory.Block block;

    DeviceStorage(DeviceMemory.Block block, long bytes) {
        super(bytes);
        this.block = block;
    }

    /// Where it lies, from its first byte on.
    Buffer buffer() {
        return block.buffer;
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
