package aligrad.backends.opencl.driver;

import org.jocl.CL;
import org.jocl.CLException;

/// What a driver refused, with OpenCL's name for the reason.
public final class DriverException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int status;

    DriverException(String what, CLException cause) {
        super(what + ": " + reason(cause), cause);
        this.status = cause.getStatus();
    }

    /// OpenCL's error code, negative.
    public int status() {
        return status;
    }

    /// The code's name and what it usually means for us.
    private static String reason(CLException cause) {
        int status = cause.getStatus();
        String name = CL.stringFor_errorCode(status);
        return switch (status) {
            case CL.CL_MEM_OBJECT_ALLOCATION_FAILURE, CL.CL_OUT_OF_HOST_MEMORY ->
                    name
                            + ": the device has no memory left; use a smaller batch, or lower"
                            + " -Daligrad.opencl.memory.limit so that this is found out earlier";
            case CL.CL_OUT_OF_RESOURCES, CL.CL_INVALID_COMMAND_QUEUE ->
                    name
                            + ": the driver has lost the device or a kernel has failed on it;"
                            + " nothing more can be computed there, so start the program again"
                            + " from its last checkpoint";
            case CL.CL_BUILD_PROGRAM_FAILURE -> name + "\n" + cause.getMessage();
            default -> name;
        };
    }
}
