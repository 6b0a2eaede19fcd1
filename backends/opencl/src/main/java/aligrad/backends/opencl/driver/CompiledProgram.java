package aligrad.backends.opencl.driver;

import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_program;

/// A program that was built for the session's device.
public final class CompiledProgram {

    private final Session session;
    private final cl_program handle;

    CompiledProgram(Session session, cl_program handle) {
        this.session = session;
        this.handle = handle;
    }

    /// The kernel with this name, with arguments of its own.
    public Kernel kernel(String name) {
        session.requireLock();
        try {
            Kernel kernel = new Kernel(session, name, CL.clCreateKernel(handle, name, null));
            session.kernels().add(kernel);
            return kernel;
        } catch (CLException e) {
            throw new DriverException("find kernel '" + name + "'", e);
        }
    }

    /// What [Session#load] takes, of this driver and device only.
    public byte[] binary() {
        session.requireLock();
        try {
            long[] size = new long[1];
            CL.clGetProgramInfo(
                    handle, CL.CL_PROGRAM_BINARY_SIZES, Sizeof.size_t, Pointer.to(size), null);
            byte[] binary = new byte[Math.toIntExact(size[0])];
            CL.clGetProgramInfo(
                    handle,
                    CL.CL_PROGRAM_BINARIES,
                    Sizeof.POINTER,
                    Pointer.to(Pointer.to(binary)),
                    null);
            return binary;
        } catch (CLException e) {
            throw new DriverException("get a program's binary", e);
        }
    }
}
