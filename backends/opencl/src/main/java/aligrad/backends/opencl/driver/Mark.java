package aligrad.backends.opencl.driver;

import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.cl_event;
import org.jspecify.annotations.Nullable;

/// A point in what a device was told, see [Session#mark()]. Released once; like a [Buffer] it is
/// asked before each use.
public final class Mark {

    private @Nullable cl_event event;

    Mark(cl_event event) {
        this.event = event;
    }

    /// Whether the device is past it.
    boolean isReached() {
        int[] status = new int[1];
        try {
            CL.clGetEventInfo(
                    event(),
                    CL.CL_EVENT_COMMAND_EXECUTION_STATUS,
                    Integer.BYTES,
                    Pointer.to(status),
                    null);
        } catch (CLException e) {
            throw new DriverException("ask for a mark", e);
        }
        return status[0] <= CL.CL_COMPLETE; // below it are errors
    }

    cl_event event() {
        cl_event present = event;
        if (present == null) {
            throw new IllegalStateException("a mark is used after its release");
        }
        return present;
    }

    /// Forgets it. Nothing may use it afterwards.
    ///
    /// @throws IllegalStateException if that was done before
    public void release() {
        cl_event released = event();
        event = null;
        try {
            CL.clReleaseEvent(released);
        } catch (CLException e) {
            throw new DriverException("release of a mark", e);
        }
    }
}
