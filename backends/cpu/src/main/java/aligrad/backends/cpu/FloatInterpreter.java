package aligrad.backends.cpu;

import aligrad.tensor.DType;
import aligrad.tensor.Pointwise;
import aligrad.tensor.UnaryOp;
import aligrad.tensor.spi.Expression;
import aligrad.tensor.spi.HostStorage;
import aligrad.tensor.spi.Program;

/// Runs a pointwise program of `F32` node by node over blocks that stay in the first-level cache.
///
/// It is what runs until a kernel has been compiled, and for expressions that are too rare to be
/// worth one. Each node is one vector loop over the block; truth values are 1 and 0.
final class FloatInterpreter {

    /// Elements of a block: 4 KB, so that a dozen blocks fit in the first-level cache.
    static final int BLOCK = 1024;

    private static final long SLOT = 4L * BLOCK + 64;

    private static final ThreadLocal<FloatInterpreter> OF_THREAD =
            ThreadLocal.withInitial(FloatInterpreter::new);

    private long[] at = new long[64];

    private FloatInterpreter() {}

    static FloatInterpreter ofThread() {
        return OF_THREAD.get();
    }

    /// Computes the elements `from … to - 1`, in row-major order.
    ///
    /// @param it the leaves as operands, joined
    /// @param inPlace whether a destination is a leaf's storage, so that nothing may be written
    ///   before everything at that place was read
    /// @param root where the values of each root go too, as dense blocks of the whole shape one
    ///   behind the other; 0 for nowhere
    void run(
            CpuProgram cpu,
            Expression e,
            Iteration it,
            long from,
            long to,
            boolean inPlace,
            long root) {
        Program p = cpu.program;
        int nodes = p.nodes();
        if (at.length < nodes) {
            at = new long[2 * nodes];
        }
        long scratch = Scratch.address(Scratch.Use.POINTWISE, cpu.slots * SLOT);
        int longest = (int) Math.min(BLOCK, to - from);
        for (int i = 0; i < nodes; i++) {
            at[i] = scratch + cpu.slot[i] * SLOT;
            if (p.kind(i) == Program.Kind.FILL) {
                StridedReader.fill((float) e.constant(p.index(i)), longest, at[i]);
            } else if (p.kind(i) == Program.Kind.LEAF) {
                int leaf = p.index(i);
                if (isSingle(it, leaf)) {
                    StridedReader.floats(it, leaf, p.type(i), 0, 1, at[i]);
                    StridedReader.fill(Lanes.f32(at[i]), longest, at[i]);
                }
            }
        }
        for (long start = from; start < to; start += BLOCK) {
            int n = (int) Math.min(BLOCK, to - start);
            block(cpu, e, it, start, n, inPlace, root);
        }
    }

    private void block(
            CpuProgram cpu,
            Expression e,
            Iteration it,
            long start,
            int n,
            boolean inPlace,
            long root) {
        Program p = cpu.program;
        int nodes = p.nodes();
        if (!inPlace) { // results go where they belong at once
            for (int o = 0; o < p.outputs(); o++) {
                int node = p.output(o);
                boolean isComputed =
                        p.kind(node) != Program.Kind.LEAF && p.kind(node) != Program.Kind.FILL;
                if (p.type(node) == DType.F32 && isComputed) {
                    at[node] = address(e, o) + 4 * start;
                }
            }
        }
        long bytes = 4L * n;
        for (int i = 0; i < nodes; i++) {
            switch (p.kind(i)) {
                case LEAF -> leaf(p, i, it, start, n);
                case FILL -> {}
                case UNIFORM -> {
                    Pointwise.Uniform u = e.uniform(p.index(i));
                    PhiloxLoops.uniform(u.key(), u.call(), start, n, at[i]);
                }
                case CAST -> {
                    if (p.type(i) == DType.BOOL) {
                        FloatUnaryLoops.isTrue(at[p.a(i)], at[i], bytes);
                    } else {
                        FloatUnaryLoops.run(UnaryOp.IDENTITY, at[p.a(i)], at[i], bytes);
                    }
                }
                case WHERE ->
                        FloatBinaryLoops.where(at[p.a(i)], at[p.b(i)], at[p.c(i)], at[i], bytes);
                case UNARY -> FloatUnaryLoops.run(p.unary(i), at[p.a(i)], at[i], bytes);
                case BINARY ->
                        FloatBinaryLoops.run(p.binary(i), at[p.a(i)], at[p.b(i)], at[i], bytes);
            }
        }
        for (int o = 0; o < p.outputs(); o++) {
            int node = p.output(o);
            long to = address(e, o);
            if (p.type(node) == DType.BOOL) {
                truths(at[node], n, to + start);
            } else if (at[node] != to + 4 * start) {
                copy(at[node], n, to + 4 * start);
            }
        }
        for (int r = 0; root != 0 && r < p.roots(); r++) {
            long to = root + 4 * (r * e.shape().size() + start);
            if (at[p.root(r)] != to) {
                copy(at[p.root(r)], n, to);
            }
        }
    }

    private static long address(Expression e, int output) {
        return ((HostStorage) e.destination(output)).address();
    }

    private void leaf(Program p, int node, Iteration it, long start, int n) {
        int leaf = p.index(node);
        if (isSingle(it, leaf)) {
            return; // filled before the first block
        }
        if (p.type(node) == DType.F32 && isDense(it, leaf)) {
            at[node] = it.addresses[leaf] + 4 * start;
        } else {
            StridedReader.floats(it, leaf, p.type(node), start, n, at[node]);
        }
    }

    private static boolean isSingle(Iteration it, int leaf) {
        for (int axis = 0; axis < it.rank; axis++) {
            if (it.stride(leaf, axis) != 0) {
                return false;
            }
        }
        return true;
    }

    static boolean isDense(Iteration it, int leaf) {
        long step = 1;
        for (int axis = it.rank - 1; axis >= 0; axis--) {
            if (it.stride(leaf, axis) != step) {
                return false;
            }
            step *= it.extents[axis];
        }
        return true;
    }

    private static void truths(long from, int n, long to) {
        for (int i = 0; i < n; i++) {
            Lanes.putI8(to + i, (byte) (Lanes.f32(from + 4L * i) != 0 ? 1 : 0));
        }
    }

    private static void copy(long from, int n, long to) {
        int i = 0;
        for (; i <= n - Species.LANES_32; i += Species.LANES_32) {
            Lanes.store(Lanes.loadF32(from + 4L * i), to + 4L * i);
        }
        for (; i < n; i++) {
            Lanes.putF32(to + 4L * i, Lanes.f32(from + 4L * i));
        }
    }
}
