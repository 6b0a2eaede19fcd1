package aligrad.backends.cpu;

import aligrad.tensor.ReduceOp;
import aligrad.tensor.spi.HostMemory;
import aligrad.tensor.spi.HostStorage;
import aligrad.tensor.spi.Program;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.LinkedBlockingQueue;

/// Compiles kernels in the background, and runs each on scratch numbers until the virtual machine
/// has made machine code of it.
///
/// A fresh kernel class runs a thousand times slower than the interpreter, because vectors are
/// objects until the optimizing compiler has seen them. So a kernel is put in service only when it
/// is fast.
final class KernelWarmup implements Runnable {

    /// How often an expression is interpreted before a kernel is worth making
    /// (`-Daligrad.cpu.compile.calls=N`). At 0 the first call waits for its kernel and runs it
    /// cold, which is for tests.
    private static volatile int calls = Integer.getInteger("aligrad.cpu.compile.calls", 16);

    /// A call on two vectors takes some 20 to 200 ns as machine code, and tens of µs before.
    private static final int BATCH = 512;

    private static final int MOST_BATCHES = 60;

    private static final LinkedBlockingQueue<Request> QUEUE = new LinkedBlockingQueue<>();

    private static @Nullable Thread thread;

    private record Request(
            CpuProgram cpu, long pattern, KernelCompiler.Form form, @Nullable ReduceOp f) {}

    private KernelWarmup() {}

    static int calls() {
        return calls;
    }

    static void setCalls(int count) {
        calls = count;
    }

    /// Asks for a kernel; it will be published in the program.
    static synchronized void request(
            CpuProgram cpu, long pattern, KernelCompiler.Form form, @Nullable ReduceOp f) {
        if (calls == 0) {
            PointwiseKernel cold = KernelCompiler.compile(cpu.program, pattern, form, f);
            cpu.publish(pattern, KernelCompiler.code(form, f), cold);
            return;
        }
        QUEUE.add(new Request(cpu, pattern, form, f));
        if (thread == null) {
            thread = new Thread(new KernelWarmup(), "aligrad-kernel-compiler");
            thread.setDaemon(true);
            thread.start();
        }
    }

    @Override
    public void run() {
        HostStorage memory = HostMemory.allocate(64 * 1024, "kernel warm-up", "", true);
        memory.segment().fill((byte) 0);
        try {
            while (true) {
                Request r = QUEUE.take();
                PointwiseKernel kernel =
                        KernelCompiler.compile(r.cpu.program, r.pattern, r.form, r.f);
                warm(kernel, r, memory.address());
                r.cpu.publish(r.pattern, KernelCompiler.code(r.form, r.f), kernel);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does; the thread ends
        }
    }

    /// Runs on rows of two vectors and a ragged end, all reading and writing one small piece of
    /// memory.
    private static void warm(PointwiseKernel kernel, Request r, long memory) {
        Program p = r.cpu.program;
        long[] frame = new long[3 * p.leaves() + p.outputs() + 1];
        for (int i = 0; i < p.leaves(); i++) {
            frame[3 * i] = memory;
        }
        for (int o = 0; o <= p.outputs(); o++) {
            frame[3 * p.leaves() + o] = memory + 1024L * (o + 1);
        }
        float[] constants = new float[p.fills()];
        int n = 2 * Species.LANES_32 + 1;
        long fast = BATCH * (400L + 6L * r.cpu.cost);
        for (int batch = 0; batch < MOST_BATCHES; batch++) {
            long start = System.nanoTime();
            for (int i = 0; i < BATCH; i++) {
                kernel.run(frame, constants, 1, 1 + (i & 1), n);
            }
            if (System.nanoTime() - start < fast) {
                return;
            }
        }
    }
}
