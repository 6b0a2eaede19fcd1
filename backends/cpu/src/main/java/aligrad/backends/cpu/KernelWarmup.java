package aligrad.backends.cpu;

import aligrad.tensor.spi.HostMemory;
import aligrad.tensor.spi.HostStorage;
import aligrad.tensor.spi.Program;

import com.sun.management.ThreadMXBean;

import org.jspecify.annotations.Nullable;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Compiles kernels in the background, and runs each on scratch numbers until the virtual machine
/// has made machine code of it.
///
/// A fresh kernel class runs a thousand times slower than the interpreter, because vectors are
/// objects until the optimizing compiler has seen them. So a kernel is put in service only when it
/// is fast; one that never gets there is left to the interpreter. That takes a processor some 80
/// ms, so it is done only for expressions that were interpreted for long, and first for the one on
/// which most time has gone.
final class KernelWarmup implements Runnable {

    /// For how long an expression is interpreted before a kernel is worth making
    /// (`-Daligrad.cpu.compile.after=MILLISECONDS`). At 0 the first call makes the kernel and runs
    /// it cold, which is for tests.
    private static volatile long threshold =
            1_000_000L * Integer.getInteger("aligrad.cpu.compile.after", 3);

    private static final int BATCH = 512;

    /// Batches before the compiler is left some time, and before a kernel is given up.
    private static final int EAGER_BATCHES = 16;

    private static final int MOST_BATCHES = 400;

    private static final List<Specialization> WAITING = new ArrayList<>();

    private static @Nullable Thread thread;

    private KernelWarmup() {}

    /// The time of [Specialization#interpretedFor] from which on a kernel is made, in nanoseconds.
    static long threshold() {
        return threshold;
    }

    static void setThreshold(long nanoseconds) {
        threshold = nanoseconds;
    }

    /// Asks for a kernel; it will be published.
    static void request(Specialization s) {
        synchronized (WAITING) {
            WAITING.add(s);
            WAITING.notifyAll();
            if (thread == null) {
                thread = new Thread(new KernelWarmup(), "aligrad-kernel-compiler");
                thread.setDaemon(true);
                thread.start();
            }
        }
    }

    @Override
    public void run() {
        HostStorage memory = HostMemory.allocate(64 * 1024, "kernel warm-up", "", true);
        memory.segment().fill((byte) 0);
        // asked for here, and not when the class is loaded, since it takes a while
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try {
            while (true) {
                Specialization s = next();
                PointwiseKernel kernel =
                        KernelCompiler.compile(s.cpu.program, s.pattern, s.form, s.f);
                if (kernel != null
                        && becomesFast(kernel, s.cpu.program, memory.address(), threads)) {
                    s.publish(kernel);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does; the thread ends
        }
    }

    /// Waits for requests and takes the one that has cost most so far.
    private static Specialization next() throws InterruptedException {
        synchronized (WAITING) {
            while (WAITING.isEmpty()) {
                WAITING.wait();
            }
            Specialization most =
                    WAITING.stream()
                            .max(Comparator.comparingLong(Specialization::interpreted))
                            .orElseThrow();
            WAITING.remove(most);
            return most;
        }
    }

    /// Runs on rows of two vectors and a ragged end, all reading and writing one small piece of
    /// memory, until vectors are objects no more. That shows in what a call allocates: it falls to
    /// less than an eighth, on any machine and however busy that is.
    private static boolean becomesFast(
            PointwiseKernel kernel, Program p, long memory, ThreadMXBean threads)
            throws InterruptedException {
        long[] frame = new long[3 * p.leaves() + p.outputs() + 1];
        for (int i = 0; i < p.leaves(); i++) {
            frame[3 * i] = memory;
        }
        for (int o = 0; o <= p.outputs(); o++) {
            frame[3 * p.leaves() + o] = memory + 1024L * (o + 1);
        }
        float[] constants = new float[p.fills()];
        int n = 2 * Species.LANES_32 + 1;
        long first = 0;
        for (int batch = 0; batch < MOST_BATCHES; batch++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < BATCH; i++) {
                kernel.run(frame, constants, 1, 1 + (i & 1), n);
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            first = batch == 0 ? allocated : first;
            if (allocated <= first / 8) {
                return true;
            }
            if (batch >= EAGER_BATCHES) {
                Thread.sleep(2);
            }
        }
        return false;
    }
}
