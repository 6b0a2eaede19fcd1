package aligrad.backends.opencl.driver;

import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.cl_mem;
import org.jspecify.annotations.Nullable;

/// Memory of a device. Released once; a driver that is handed a released one would end the process,
/// so every use asks first.
public final class Buffer {

    private final Session session;
    private final long bytes;
    private @Nullable cl_mem handle;

    Buffer(Session session, long bytes, cl_mem handle) {
        this.session = session;
        this.bytes = bytes;
        this.handle = handle;
    }

    /// Its size.
    public long bytes() {
        return bytes;
    }

    /// Gives the memory back to the driver. Nothing may use it afterwards.
    ///
    /// @throws IllegalStateException if that was done before
    public void release() {
        cl_mem released = handle();
        handle = null;
        try {
            CL.clReleaseMemObject(released);
        } catch (CLException e) {
            throw new DriverException("release of a buffer of " + bytes + " bytes", e);
        }
    }

    Session session() {
        return session;
    }

    cl_mem handle() {
        cl_mem present = handle;
        if (present == null) {
            throw new IllegalStateException(
                    "a buffer of " + bytes + " bytes is used after its release");
        }
        return present;
    }

    /// Fails unless `[offset, offset + length)` lies inside.
    void check(String what, long offset, long length) {
        if (offset < 0 || length < 0 || offset > bytes - length) {
            throw new IndexOutOfBoundsException(
                    "%s: bytes %d to %d of a buffer of %d"
                            .formatted(what, offset, offset + length, bytes));
        }
    }
}
