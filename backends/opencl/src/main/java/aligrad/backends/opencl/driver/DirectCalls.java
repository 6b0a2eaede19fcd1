package aligrad.backends.opencl.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.NativePointerObject;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/// The two calls of which a launch consists, made without JOCL: for each argument JOCL makes an
/// object that native code takes apart again, which takes 0.3 µs, where the call itself takes 0.01.
///
/// Handles are JOCL's, and the library is the one that JOCL has loaded. Belongs to one kernel,
/// whose caller holds the session's lock.
final class DirectCalls {

    /// `cl_int clSetKernelArg(cl_kernel, cl_uint index, size_t size, const void* value)`.
    private static final MethodHandle SET_ARGUMENT =
            function(
                    "clSetKernelArg",
                    FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS));

    /// `cl_int clEnqueueNDRangeKernel(cl_command_queue, cl_kernel, cl_uint dimensions, const
    /// size_t* offset, const size_t* global, const size_t* local, cl_uint events, const cl_event*
    /// after, cl_event* event)`.
    private static final MethodHandle ENQUEUE =
            function(
                    "clEnqueueNDRangeKernel",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, ADDRESS,
                            JAVA_INT, ADDRESS, ADDRESS));

    private final long kernel;
    private final MemorySegment handle;
    private final MemorySegment global;
    private final MemorySegment local;

    DirectCalls(cl_kernel kernel) {
        this.kernel = kernel.getNativePointer();
        Arena arena = Arena.ofAuto();
        handle = arena.allocate(JAVA_LONG);
        global = arena.allocate(JAVA_LONG, 3);
        local = arena.allocate(JAVA_LONG, 3);
    }

    @SuppressWarnings("restricted") // the descriptors are those of the OpenCL 1.0 specification
    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        SymbolLookup library = SymbolLookup.libraryLookup(library(), Arena.global());
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), descriptor);
    }

    /// The loader's name; only that of Linux has been tried.
    private static String library() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        return system.startsWith("windows")
                ? "OpenCL.dll"
                : system.startsWith("mac")
                        ? "/System/Library/Frameworks/OpenCL.framework/OpenCL"
                        : "libOpenCL.so.1";
    }

    /// Sets an argument to a buffer.
    ///
    /// @throws CLException if the driver refuses
    void buffer(int index, cl_mem buffer) {
        handle.set(JAVA_LONG, 0, buffer.getNativePointer());
        bytes(index, handle, 8);
    }

    /// Sets an argument to the first bytes of a segment.
    ///
    /// @throws CLException if the driver refuses
    void bytes(int index, MemorySegment value, long size) {
        try {
            check((int) SET_ARGUMENT.invokeExact(kernel, index, size, value));
        } catch (CLException e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("clSetKernelArg", e);
        }
    }

    /// Launches the kernel with the arguments that were set.
    ///
    /// @throws CLException if the driver refuses
    void launch(NativePointerObject queue, int dimensions, long[] globalSize, long[] localSize) {
        for (int i = 0; i < dimensions; i++) {
            global.setAtIndex(JAVA_LONG, i, globalSize[i]);
            local.setAtIndex(JAVA_LONG, i, localSize[i]);
        }
        try {
            check(
                    (int)
                            ENQUEUE.invokeExact(
                                    queue.getNativePointer(),
                                    kernel,
                                    dimensions,
                                    MemorySegment.NULL,
                                    global,
                                    local,
                                    0,
                                    MemorySegment.NULL,
                                    MemorySegment.NULL));
        } catch (CLException e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("clEnqueueNDRangeKernel", e);
        }
    }

    private static void check(int status) {
        if (status != CL.CL_SUCCESS) {
            throw new CLException(CL.stringFor_errorCode(status), status);
        }
    }
}
