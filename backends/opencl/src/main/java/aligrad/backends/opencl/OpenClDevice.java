package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Buffer;
import aligrad.backends.opencl.driver.Facts;
import aligrad.backends.opencl.driver.Kernel;
import aligrad.backends.opencl.driver.Session;
import aligrad.tensor.Tensor;
import aligrad.tensor.spi.Storage;

import java.util.ArrayList;
import java.util.List;

/// An open device: what every family of operations works with.
final class OpenClDevice {

    private final String name;
    private final Session session;
    private final DeviceMemory memory;
    private final Kernels kernels;
    private final Failure failure;
    private final List<Object> held = new ArrayList<>();
    private int depth;

    OpenClDevice(String name, Session session, ProgramCache cache) {
        this.name = name;
        this.session = session;
        this.memory = new DeviceMemory(session, name);
        this.kernels = new Kernels(session, cache);
        this.failure = new Failure(session);
    }

    String name() {
        return name;
    }

    Facts facts() {
        return session.facts();
    }

    Session session() {
        return session;
    }

    DeviceMemory memory() {
        return memory;
    }

    Kernels kernels() {
        return kernels;
    }

    /// What a kernel found wrong with the values that it was given.
    Failure failure() {
        return failure;
    }

    /// Kernel `name` of source file `file`, see [Kernels#of].
    Kernel kernel(String file, String name, String variant) {
        return kernels.of(file, name, variant);
    }

    /// Where a storage of this backend lies, from its first byte on.
    Buffer buffer(Storage storage) {
        return ((DeviceStorage) storage).buffer();
    }

    /// Where a tensor of this backend lies; computes it if it is pending. Its first element is at
    /// [aligrad.tensor.spi.Layout#offset()].
    Buffer buffer(Tensor x) {
        return buffer(x.storage());
    }

    /// The tensor itself, computed, if its elements lie row-major without gaps; otherwise a copy,
    /// which is not collected before the operation ends.
    Tensor dense(Tensor x) {
        x.storage();
        if (x.layout().isContiguous()) {
            return x;
        }
        Tensor copy = x.detach().copy();
        copy.storage();
        held.add(copy);
        return copy;
    }

    /// Memory for results in between; it goes back when the operation ends.
    Buffer scratch(long bytes) {
        DeviceStorage scratch = memory.allocate(bytes, "scratch", "", true);
        held.add(scratch);
        return scratch.buffer();
    }

    /// Runs an operation: nothing else uses the device meanwhile, and what is held goes back
    /// afterwards.
    void run(Runnable operation) {
        session.lock().lock();
        depth++;
        try {
            operation.run();
        } finally {
            depth--;
            if (depth == 0 && !held.isEmpty()) {
                for (Object each : held) {
                    if (each instanceof DeviceStorage scratch) {
                        scratch.release();
                    }
                }
                held.clear();
            }
            session.lock().unlock();
        }
    }
}
