package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Buffer;
import aligrad.backends.opencl.driver.Mark;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;

/// Numbers on their way from a device: a copy of them, made when their turn comes, and the point at
/// which it is done. So what they were computed in is free at once.
final class DeviceFetch implements Runnable {

    private final OpenClDevice device;
    private final MemorySegment to;
    private final Copy copy;
    private final Cleaner.Cleanable cleanable;

    /// What goes back when the numbers were read, or when nobody can ask for them any more.
    private record Copy(DeviceStorage storage, Mark done) implements Runnable {
        @Override
        public void run() {
            storage.release();
            done.release();
        }
    }

    private DeviceFetch(OpenClDevice device, MemorySegment to, Copy copy) {
        this.device = device;
        this.to = to;
        this.copy = copy;
        cleanable = DeviceMemory.CLEANER.register(this, copy);
    }

    /// Asks for the bytes of `from` that start at `offset`, to fill `to`; within
    /// [OpenClDevice#run].
    static DeviceFetch of(OpenClDevice device, Buffer from, long offset, MemorySegment to) {
        DeviceStorage storage = device.memory().allocate(to.byteSize(), "fetch", "", true);
        device.session().copy(from, offset, storage.buffer(), 0, to.byteSize());
        return new DeviceFetch(device, to, new Copy(storage, device.session().mark()));
    }

    @Override
    public void run() {
        device.run(() -> device.session().read(copy.storage.buffer(), 0, to, copy.done));
        cleanable.clean();
    }
}
