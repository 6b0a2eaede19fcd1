package aligrad.backends.cpu;

import aligrad.tensor.DType;
import aligrad.tensor.Pointwise;
import aligrad.tensor.ReduceOp;
import aligrad.tensor.Tensor;
import aligrad.tensor.spi.Expression;
import aligrad.tensor.spi.HostMemory;
import aligrad.tensor.spi.HostStorage;
import aligrad.tensor.spi.Programs;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// Computes pending pointwise expressions: by a compiled kernel where there is one, by an
/// interpreter until then.
///
/// One object a thread holds the loops and addresses of the call, so that a small expression costs
/// no allocation.
final class PointwiseKernels {

    private static final Programs<CpuProgram> PROGRAMS = new Programs<>(CpuProgram::new);

    /// Elements of the pieces in which large expressions are shared among threads.
    private static final int PIECE = 16_384;

    private static final ThreadLocal<PointwiseKernels> OF_THREAD =
            ThreadLocal.withInitial(PointwiseKernels::new);

    private final Iteration it = new Iteration();
    private long[] frame = new long[64];
    private float[] constants = new float[16];
    private HostStorage[] copies = new HostStorage[4];
    private int copyCount;

    private PointwiseKernels() {}

    static PointwiseKernels ofThread() {
        return OF_THREAD.get();
    }

    static CpuProgram program(Expression e) {
        return e.program(PROGRAMS);
    }

    /// Computes all outputs of an expression.
    void evaluate(Expression e) {
        long size = e.shape().size();
        if (size == 0) {
            return;
        }
        CpuProgram cpu = program(e);
        open(e, 0);
        if (!cpu.isCompilable) {
            interpret(cpu, e, size, 0);
            return;
        }
        Specialization s = specialization(cpu, e, KernelCompiler.Form.STORE, null);
        PointwiseKernel kernel = s.kernel();
        if (kernel == null) {
            interpret(s, e, size, 0);
        } else {
            straighten(e, 0);
            store(cpu, e, kernel);
            releaseCopies();
        }
    }

    /// Interprets what there is no kernel for yet.
    ///
    /// @param root where the values of each root go too, as dense blocks of the whole shape one
    ///   behind the other; 0 for nowhere
    void interpret(Specialization s, Expression e, long size, long root) {
        long start = System.nanoTime();
        interpret(s.cpu, e, size, root);
        s.interpretedFor(System.nanoTime() - start);
    }

    private void interpret(CpuProgram cpu, Expression e, long size, long root) {
        if (!cpu.isFloat) {
            GenericInterpreter.ofThread().run(cpu, e, it, 0, size, root);
            return;
        }
        boolean inPlace = isInPlace(e);
        if (size <= PIECE) {
            FloatInterpreter.ofThread().run(cpu, e, it, 0, size, inPlace, root);
        } else {
            int pieces = Math.toIntExact((size + PIECE - 1) / PIECE);
            Workers.run(
                    pieces,
                    nanoseconds(cpu, size),
                    piece -> {
                        long from = (long) piece * PIECE;
                        long to = Math.min(size, from + PIECE);
                        FloatInterpreter.ofThread().run(cpu, e, it, from, to, inPlace, root);
                    });
        }
    }

    private static boolean isInPlace(Expression e) {
        for (int o = 0; o < e.outputs(); o++) {
            for (int i = 0; i < e.leaves(); i++) {
                if (e.leaf(i).storage() == e.destination(o)) {
                    return true;
                }
            }
        }
        return false;
    }

    private void store(CpuProgram cpu, Expression e, PointwiseKernel kernel) {
        int outer = Math.max(it.rank - 3, 0);
        int d0 = it.rank >= 3 ? it.extents[it.rank - 3] : 1;
        int d1 = it.rank >= 2 ? it.extents[it.rank - 2] : 1;
        int n = it.extents[it.rank - 1];
        fill(cpu, e);
        long rest = 1;
        for (int axis = 0; axis < outer; axis++) {
            rest *= it.extents[axis];
        }
        long inner = (long) d0 * d1 * n;
        long work = nanoseconds(cpu, rest * inner);
        boolean atOnce =
                !cpu.hasUniform && (work < Workers.WORTH_SHARING || Workers.threads() == 1);
        for (long i = 0; i < rest; i++) {
            move(cpu, e, outer, i, inner);
            if (atOnce) {
                kernel.run(frame, constants, d0, d1, n);
            } else {
                share(cpu, e, kernel, i * inner, d0, d1, n, work / rest);
            }
        }
    }

    /// Cuts the outermost axis that is long enough in pieces of about [#PIECE] elements, for which
    /// random numbers are made one piece at a time.
    ///
    /// @param before elements of the whole expression before the first of these
    private void share(
            CpuProgram cpu,
            Expression e,
            PointwiseKernel kernel,
            long before,
            int d0,
            int d1,
            int n,
            long nanoseconds) {
        int axis = d0 > 1 ? 0 : d1 > 1 ? 1 : 2;
        int extent = axis == 0 ? d0 : axis == 1 ? d1 : n;
        long row = axis == 0 ? (long) d1 * n : axis == 1 ? n : 1;
        int piece = Math.clamp(PIECE / row, 1, extent);
        piece =
                axis == 2
                        ? (piece + 15) & ~15
                        : piece; // whole vectors, so that tails do not overlap
        int rows = piece;
        int leaves = e.leaves();
        int outputs = e.outputs();
        long[] whole = frame;
        float[] values = constants;
        Workers.run(
                (extent + rows - 1) / rows,
                nanoseconds,
                block -> {
                    int first = block * rows;
                    int count = Math.min(rows, extent - first);
                    long[] mine = Arrays.copyOf(whole, 3 * cpu.operands + outputs);
                    for (int i = 0; i < leaves; i++) {
                        long stride =
                                axis == 2
                                        ? it.stride(i, it.rank - 1) * e.leaf(i).dtype().bytes()
                                        : whole[3 * i + 1 + axis];
                        mine[3 * i] += first * stride;
                    }
                    uniforms(e, mine, before + first * row, Math.toIntExact(count * row), d1, n);
                    for (int o = 0; o < outputs; o++) {
                        mine[3 * cpu.operands + o] += cpu.outputBytes(o) * first * row;
                    }
                    kernel.run(
                            mine,
                            values,
                            axis == 0 ? count : d0,
                            axis == 1 ? count : d1,
                            axis == 2 ? count : n);
                });
    }

    /// Makes the random numbers of the elements `[first, first + count)` and puts their place into
    /// the frame.
    private static void uniforms(Expression e, long[] frame, long first, int count, int d1, int n) {
        if (e.uniforms() == 0) {
            return;
        }
        long bytes = 4L * count + 64;
        long at = Scratch.address(Scratch.Use.UNIFORM, e.uniforms() * bytes);
        for (int u = 0; u < e.uniforms(); u++) {
            Pointwise.Uniform generator = e.uniform(u);
            PhiloxLoops.uniform(generator.key(), generator.call(), first, count, at);
            int slot = 3 * (e.leaves() + u);
            frame[slot] = at;
            frame[slot + 1] = 4L * d1 * n;
            frame[slot + 2] = 4L * n;
            at += bytes;
        }
    }

    /// Starts a walk over the leaves, keeping `reducedAxes` apart.
    Iteration open(Expression e, long reducedAxes) {
        int leaves = e.leaves();
        it.open(e.shape(), leaves);
        for (int i = 0; i < leaves; i++) {
            it.operand(i, e.leaf(i));
        }
        it.join(reducedAxes);
        return it;
    }

    /// How this expression, whose leaves are open, is computed.
    Specialization specialization(
            CpuProgram cpu, Expression e, KernelCompiler.Form form, @Nullable ReduceOp f) {
        return cpu.specialization(pattern(e), form, f);
    }

    /// Bit `i`: leaf `i` stands still along the last axis.
    private long pattern(Expression e) {
        long pattern = 0;
        int last = it.rank - 1;
        for (int i = 0; i < e.leaves(); i++) {
            if (it.stride(i, last) == 0 && it.extents[last] > 1
                    || it.extents[last] == 1 && it.rank == 1) {
                pattern |= 1L << i;
            }
        }
        return pattern;
    }

    /// Copies leaves whose neighbours along the last axis are apart, so that vectors can be read.
    void straighten(Expression e, long axes) {
        int last = it.rank - 1;
        boolean[] jumps = null;
        for (int i = 0; i < e.leaves(); i++) {
            long stride = it.stride(i, last);
            if (stride != 0 && stride != 1 && it.extents[last] > 1) {
                jumps = jumps == null ? new boolean[e.leaves()] : jumps;
                jumps[i] = true;
            }
        }
        if (jumps == null) {
            return;
        }
        long size = e.shape().size();
        long[] dense = new long[e.leaves()];
        for (int i = 0; i < e.leaves(); i++) {
            if (jumps[i]) {
                HostStorage copy =
                        HostMemory.allocate(
                                size * e.leaf(i).dtype().bytes(), "straighten", "", true);
                if (copyCount == copies.length) {
                    copies = Arrays.copyOf(copies, 2 * copyCount);
                }
                copies[copyCount++] = copy;
                copy(i, e.leaf(i).dtype(), size, copy.address());
                dense[i] = copy.address();
            }
        }
        it.open(e.shape(), e.leaves());
        for (int i = 0; i < e.leaves(); i++) {
            if (jumps[i]) {
                it.dense(i, dense[i]);
            } else {
                it.operand(i, e.leaf(i));
            }
        }
        it.join(axes);
    }

    private void copy(int leaf, DType type, long size, long to) {
        int piece = 1 << 30;
        for (long start = 0; start < size; start += piece) {
            int n = (int) Math.min(piece, size - start);
            if (type == DType.BOOL) {
                StridedReader.bytes(it, leaf, start, n, to + start);
            } else {
                StridedReader.floats(it, leaf, type, start, n, to + 4 * start);
            }
        }
    }

    void releaseCopies() {
        for (int i = 0; i < copyCount; i++) {
            copies[i].release();
        }
        copyCount = 0;
    }

    /// Writes strides, outputs and constants into the frame; base addresses follow by [#move].
    void fill(CpuProgram cpu, Expression e) {
        int leaves = e.leaves();
        int needed = 3 * cpu.operands + e.outputs() + cpu.program.roots();
        if (frame.length < needed) {
            frame = new long[2 * needed];
        }
        for (int i = 0; i < leaves; i++) {
            Tensor leaf = e.leaf(i);
            int bytes = leaf.dtype().bytes();
            frame[3 * i + 1] = it.rank >= 3 ? it.stride(i, it.rank - 3) * bytes : 0;
            frame[3 * i + 2] = it.rank >= 2 ? it.stride(i, it.rank - 2) * bytes : 0;
        }
        int count = e.constants();
        if (constants.length < count) {
            constants = new float[2 * count];
        }
        for (int i = 0; i < count; i++) {
            constants[i] = (float) e.constant(i);
        }
        move(cpu, e, 0, 0, 0);
    }

    /// Sets the frame's addresses to the `index`-th place along the first `outer` axes.
    private void move(CpuProgram cpu, Expression e, int outer, long index, long inner) {
        int leaves = e.leaves();
        for (int i = 0; i < leaves; i++) {
            long offset = 0;
            long rest = index;
            for (int axis = outer - 1; axis >= 0; axis--) {
                long next = rest / it.extents[axis];
                offset += (rest - next * it.extents[axis]) * it.stride(i, axis);
                rest = next;
            }
            frame[3 * i] = it.addresses[i] + offset * e.leaf(i).dtype().bytes();
        }
        for (int o = 0; o < e.outputs(); o++) {
            HostStorage to = (HostStorage) e.destination(o);
            frame[3 * cpu.operands + o] = to.address() + cpu.outputBytes(o) * index * inner;
        }
    }

    long[] frame() {
        return frame;
    }

    float[] constants() {
        return constants;
    }

    Iteration iteration() {
        return it;
    }

    /// About how long one thread takes: some 16 additions a nanosecond, and no faster than memory.
    static long nanoseconds(CpuProgram cpu, long elements) {
        return elements
                * Math.max(cpu.cost, 2 * (cpu.program.leaves() + cpu.program.outputs()))
                / 16;
    }
}
