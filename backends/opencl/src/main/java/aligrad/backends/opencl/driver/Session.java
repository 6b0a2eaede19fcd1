package aligrad.backends.opencl.driver;

import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;
import org.jocl.cl_event;
import org.jocl.cl_mem;
import org.jocl.cl_platform_id;
import org.jocl.cl_program;
import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/// An open device with its one queue, which does what it is told in that order.
///
/// One thread at a time: whoever uses the session, its programs or kernels, or recycles its
/// buffers, holds [#lock()]. So a buffer may be handed out again as soon as its last use was told,
/// and the arguments of a kernel belong to the thread that launches it.
public final class Session {

    /// Launches between two pushes of what was told so far.
    private static final int FLUSH = 32;

    /// Launches between two marks; the device is at most two marks behind.
    private static final int MARK = 256;

    private static final long LONGEST_TRANSFER = 1 << 30;

    /// How often a program is compiled whose file was lost.
    private static final int BUILDS = 4;

    private final Facts facts;
    private final cl_device_id device;
    private final cl_context context;
    private final cl_command_queue queue;
    private final cl_command_queue transfers;
    private final Staging staging = new Staging(this);
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable cl_event mark;
    private final List<Kernel> kernels = new ArrayList<>();
    private long launches;
    private long waits;

    Session(Facts facts, cl_platform_id platform, cl_device_id device) {
        this.facts = facts;
        this.device = device;
        cl_context_properties properties = new cl_context_properties();
        properties.addProperty(CL.CL_CONTEXT_PLATFORM, platform);
        try {
            context =
                    CL.clCreateContext(
                            properties, 1, new cl_device_id[] {device}, null, null, null);
            queue = createQueue(context, device);
            transfers = createQueue(context, device);
        } catch (CLException e) {
            throw new DriverException("open " + facts.name(), e);
        }
    }

    @SuppressWarnings("deprecation") // what replaces it is missing from drivers of OpenCL 1.2
    private static cl_command_queue createQueue(cl_context context, cl_device_id device) {
        return CL.clCreateCommandQueue(context, device, 0, null);
    }

    public Facts facts() {
        return facts;
    }

    /// What a thread holds while it uses the session.
    public ReentrantLock lock() {
        return lock;
    }

    /// How many kernels were launched so far.
    public long launches() {
        return launches;
    }

    /// How often the host waited for all that the device had been told, to read or to write
    /// numbers.
    public long waits() {
        return waits;
    }

    /// How often kernels were launched so far, by name. Those that were not are left out.
    public Map<String, Long> launchesByKernel() {
        requireLock();
        Map<String, Long> counts = new TreeMap<>();
        for (Kernel kernel : kernels) {
            if (kernel.launches() > 0) {
                counts.merge(kernel.name(), kernel.launches(), Long::sum);
            }
        }
        return counts;
    }

    /// All kernels that were made; they live as long as the session.
    List<Kernel> kernels() {
        return kernels;
    }

    /// New memory, contents undefined.
    public Buffer allocate(long bytes) {
        requireLock();
        try {
            cl_mem handle = CL.clCreateBuffer(context, CL.CL_MEM_READ_WRITE, bytes, null, null);
            return new Buffer(this, bytes, handle);
        } catch (CLException e) {
            throw new DriverException("allocate " + bytes + " bytes", e);
        }
    }

    /// Copies `from` to the buffer, from its byte `offset` on, after all that was told; returns
    /// when `from` may change, which is at once where there is room between ([Staging]).
    public void write(MemorySegment from, Buffer to, long offset) {
        requireLock();
        to.check("write", offset, from.byteSize());
        transfer(from, true, (host, at) -> write(host, to.handle(), offset + at));
    }

    private void write(MemorySegment host, cl_mem to, long offset) {
        Staging.Slot slot = staging.take(host.byteSize());
        if (slot == null) {
            waits++;
            write(queue, host, to, offset);
            return;
        }
        write(transfers, host, slot.memory(), 0);
        cl_event copied = new cl_event();
        CL.clEnqueueCopyBuffer(
                queue, slot.memory(), to, 0, offset, host.byteSize(), 0, null, copied);
        staging.giveBack(slot, new Mark(copied));
    }

    private static void write(cl_command_queue by, MemorySegment host, cl_mem to, long offset) {
        CL.clEnqueueWriteBuffer(
                by,
                to,
                true,
                offset,
                host.byteSize(),
                Pointer.to(host.asByteBuffer()),
                0,
                null,
                null);
    }

    /// Copies the buffer's bytes from `offset` on to all of `to`, when all that was told is done.
    public void read(Buffer from, long offset, MemorySegment to) {
        waits++;
        read(queue, from, offset, to, null);
    }

    /// Copies the buffer's bytes from `offset` on to all of `to`, when what `after` marks is done:
    /// what was told since may go on, so it must leave the buffer alone.
    public void read(Buffer from, long offset, MemorySegment to, Mark after) {
        read(transfers, from, offset, to, new cl_event[] {after.event()});
    }

    private void read(
            cl_command_queue by,
            Buffer from,
            long offset,
            MemorySegment to,
            cl_event @Nullable [] after) {
        requireLock();
        from.check("read", offset, to.byteSize());
        transfer(
                to,
                false,
                (host, at) ->
                        CL.clEnqueueReadBuffer(
                                by,
                                from.handle(),
                                true,
                                offset + at,
                                host.byteSize(),
                                Pointer.to(host.asByteBuffer()),
                                after == null ? 0 : after.length,
                                after,
                                null));
    }

    @FunctionalInterface
    private interface Transfer {
        void run(MemorySegment host, long at);
    }

    /// In pieces that a [java.nio.ByteBuffer] can hold, and through native memory where `host` is a
    /// Java array: JOCL would pin the array, and not look at its length.
    private static void transfer(MemorySegment host, boolean out, Transfer transfer) {
        long bytes = host.byteSize();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment staging =
                    host.isNative()
                            ? host
                            : arena.allocate(Math.clamp(bytes, 1, LONGEST_TRANSFER), 64);
            for (long at = 0; at < bytes; at += LONGEST_TRANSFER) {
                long length = Math.min(LONGEST_TRANSFER, bytes - at);
                MemorySegment piece = host.asSlice(at, length);
                if (host.isNative()) {
                    transfer.run(piece, at);
                } else {
                    MemorySegment staged = staging.asSlice(0, length);
                    if (out) {
                        staged.copyFrom(piece);
                    }
                    transfer.run(staged, at);
                    if (!out) {
                        piece.copyFrom(staged);
                    }
                }
            }
        } catch (CLException e) {
            throw new DriverException(
                    "copy " + bytes + " bytes " + (out ? "to" : "from") + " the device", e);
        }
    }

    /// Copies within the device.
    public void copy(Buffer from, long fromOffset, Buffer to, long toOffset, long bytes) {
        requireLock();
        from.check("copy from", fromOffset, bytes);
        to.check("copy to", toOffset, bytes);
        if (bytes == 0) {
            return;
        }
        try {
            CL.clEnqueueCopyBuffer(
                    queue, from.handle(), to.handle(), fromOffset, toOffset, bytes, 0, null, null);
        } catch (CLException e) {
            throw new DriverException("copy " + bytes + " bytes on the device", e);
        }
        told();
    }

    /// Marks the point up to which the device was told, and sees to it that it gets there.
    public Mark mark() {
        requireLock();
        try {
            cl_event event = new cl_event();
            CL.clEnqueueMarkerWithWaitList(queue, 0, null, event);
            CL.clFlush(queue); // another queue can wait only for what was pushed
            return new Mark(event);
        } catch (CLException e) {
            throw new DriverException("mark a point of the queue", e);
        }
    }

    /// Compiles a program.
    ///
    /// A program whose file the driver lost is compiled again. It was seen once, on PoCL, and this
    /// is the likely cause: LLVM deletes its unfinished files when the process gets a signal such
    /// as SIGSEGV, and the virtual machine raises that to stop its threads, with nothing wrong.
    ///
    /// @throws DriverException with the compiler's messages
    public CompiledProgram build(String source, String options) {
        requireLock();
        for (int attempt = 1; ; attempt++) {
            cl_program program = null;
            try {
                long bytes = source.getBytes(StandardCharsets.UTF_8).length;
                program =
                        CL.clCreateProgramWithSource(
                                context, 1, new String[] {source}, new long[] {bytes}, null);
                CL.clBuildProgram(program, 1, new cl_device_id[] {device}, options, null, null);
                return new CompiledProgram(this, program);
            } catch (CLException e) {
                if (program != null) {
                    CL.clReleaseProgram(program);
                }
                if (attempt == BUILDS || !lostItsFile(e.getMessage())) {
                    throw new DriverException("compile with '" + options + "'", e);
                }
            }
        }
    }

    static boolean lostItsFile(@Nullable String messages) {
        return messages != null
                && messages.contains("unable to rename temporary")
                && messages.contains("No such file or directory");
    }

    /// A program from what [CompiledProgram#binary()] gave; `null` if the driver does not take it.
    public @Nullable CompiledProgram load(byte[] binary, String options) {
        requireLock();
        cl_device_id[] devices = {device};
        try {
            cl_program program =
                    CL.clCreateProgramWithBinary(
                            context,
                            1,
                            devices,
                            new long[] {binary.length},
                            new byte[][] {binary},
                            new int[1],
                            null);
            CL.clBuildProgram(program, 1, devices, options, null, null);
            return new CompiledProgram(this, program);
        } catch (CLException e) {
            return null;
        }
    }

    void launch(Kernel kernel, int dimensions, long[] global, long[] local) {
        try {
            kernel.calls().launch(queue, dimensions, global, local);
        } catch (CLException e) {
            throw new DriverException("launch " + kernel, e);
        }
        launches++;
        told();
    }

    /// Sees to it that the device starts, and that it does not fall too far behind.
    private void told() {
        if (launches % FLUSH == 0) {
            CL.clFlush(queue);
        }
        if (launches % MARK == 0) {
            cl_event before = mark;
            cl_event now = new cl_event();
            CL.clEnqueueMarkerWithWaitList(queue, 0, null, now);
            mark = now;
            if (before != null) {
                CL.clWaitForEvents(1, new cl_event[] {before});
                CL.clReleaseEvent(before);
            }
        }
    }

    void requireLock() {
        if (!lock.isHeldByCurrentThread()) {
            throw new IllegalStateException(
                    "thread '%s' uses %s without holding its lock"
                            .formatted(Thread.currentThread().getName(), facts.name()));
        }
    }
}
