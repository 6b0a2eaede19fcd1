package aligrad.backends.cpu;

import aligrad.tensor.ReduceOp;

import org.jspecify.annotations.Nullable;

/// A pointwise program for one pattern of leaves and one use of the result, and its kernel once it
/// has been interpreted for so long that one is worth making.
final class Specialization {

    final CpuProgram cpu;

    /// Bit `i`: leaf `i` stands still along the last axis.
    final long pattern;

    final KernelCompiler.Form form;

    /// How the root's values are joined; `null` for [KernelCompiler.Form#STORE].
    final @Nullable ReduceOp f;

    private volatile @Nullable PointwiseKernel kernel;
    private volatile long interpreted; // a count lost to another thread's does no harm

    Specialization(CpuProgram cpu, long pattern, KernelCompiler.Form form, @Nullable ReduceOp f) {
        this.cpu = cpu;
        this.pattern = pattern;
        this.form = form;
        this.f = f;
    }

    /// The kernel, or `null` if the expression is to be interpreted.
    @Nullable PointwiseKernel kernel() {
        PointwiseKernel k = kernel;
        if (k == null && KernelWarmup.threshold() == 0) {
            k = KernelCompiler.compile(cpu.program, pattern, form, f);
            kernel = k;
        }
        return k;
    }

    void publish(PointwiseKernel made) {
        kernel = made;
    }

    /// Time spent on interpreting it so far, in nanoseconds.
    long interpreted() {
        return interpreted;
    }

    /// Says that interpreting it took this long once more.
    @SuppressWarnings("NonAtomicVolatileUpdate") // see the field
    void interpretedFor(long nanoseconds) {
        long before = interpreted;
        interpreted = before + nanoseconds;
        long threshold = KernelWarmup.threshold();
        if (before < threshold && before + nanoseconds >= threshold) {
            KernelWarmup.request(this);
        }
    }
}
