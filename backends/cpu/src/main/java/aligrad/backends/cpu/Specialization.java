package aligrad.backends.cpu;

import aligrad.tensor.ReduceOp;
import aligrad.tensor.spi.Program;

import org.jspecify.annotations.Nullable;

/// A pointwise program for one pattern of leaves and one use of the result, and its kernel once it
/// has been interpreted for so long that one is worth making.
final class Specialization implements Warmup.Candidate {

    /// For how long an expression is interpreted before a kernel is made, in nanoseconds
    /// (`-Daligrad.cpu.compile.after=MILLISECONDS`). At 0 the first call makes the kernel and runs
    /// it cold, which is for tests.
    private static volatile long threshold =
            1_000_000L * Integer.getInteger("aligrad.cpu.compile.after", 3);

    final CpuProgram cpu;

    /// Bit `i`: leaf `i` stands still along the last axis.
    final long pattern;

    final KernelCompiler.Form form;

    /// How the root's values are joined; `null` for [KernelCompiler.Form#STORE].
    final @Nullable ReduceOp f;

    private volatile @Nullable PointwiseKernel kernel;
    private volatile long interpreted; // a count lost to another thread's does no harm

    /// Made but not yet fast; only the thread of [Warmup] looks at it.
    private @Nullable PointwiseKernel made;

    Specialization(CpuProgram cpu, long pattern, KernelCompiler.Form form, @Nullable ReduceOp f) {
        this.cpu = cpu;
        this.pattern = pattern;
        this.form = form;
        this.f = f;
    }

    static long threshold() {
        return threshold;
    }

    static void setThreshold(long nanoseconds) {
        threshold = nanoseconds;
    }

    /// The kernel, or `null` if the expression is to be interpreted.
    @Nullable PointwiseKernel kernel() {
        PointwiseKernel k = kernel;
        if (k == null && threshold == 0) {
            k = KernelCompiler.compile(cpu.program, pattern, form, f);
            kernel = k;
        }
        return k;
    }

    /// Says that interpreting it took this long once more.
    @SuppressWarnings("NonAtomicVolatileUpdate") // see the field
    void interpretedFor(long nanoseconds) {
        long before = interpreted;
        interpreted = before + nanoseconds;
        if (before < threshold && before + nanoseconds >= threshold) {
            Warmup.request(this);
        }
    }

    @Override
    public long spent() {
        return interpreted;
    }

    /// Rows of two vectors, with and without a ragged end, all reading and writing one small piece
    /// of memory.
    @Override
    public Warmup.@Nullable Rehearsal rehearsal() {
        if (made == null) {
            made = KernelCompiler.compile(cpu.program, pattern, form, f);
        }
        PointwiseKernel k = made;
        if (k == null) {
            return null; // too long for the virtual machine's compilers
        }
        Program p = cpu.program;
        long[] frame = new long[3 * cpu.operands + p.outputs() + p.roots()];
        float[] constants = new float[p.fills()];
        int n = 2 * Species.LANES_32;
        return (memory, turn) -> {
            for (int i = 0; i < cpu.operands; i++) {
                frame[3 * i] = memory;
            }
            for (int o = 0; o < p.outputs() + p.roots(); o++) {
                frame[3 * cpu.operands + o] = memory + 1024L * (o + 1);
            }
            k.run(frame, constants, 1, 1 + (turn & 1), n + (turn >> 1 & 1));
        };
    }

    @Override
    public void publish() {
        kernel = made;
    }
}
