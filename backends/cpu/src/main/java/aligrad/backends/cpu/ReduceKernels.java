package aligrad.backends.cpu;

import aligrad.tensor.DType;
import aligrad.tensor.Pointwise;
import aligrad.tensor.ReduceOp;
import aligrad.tensor.Reduction;
import aligrad.tensor.Tensor;
import aligrad.tensor.spi.Expression;
import aligrad.tensor.spi.HostMemory;
import aligrad.tensor.spi.HostStorage;

import java.util.List;
import java.util.Objects;

/// Joins elements along axes, taking a pending expression as prologue where a kernel for it exists.
///
/// After axes are joined, nearly every reduction runs along rows (the last axis goes) or down
/// columns (the last axis stays); the rest is brought into that form by a copy. Long rows and
/// columns are cut in pieces of fixed length whose results are joined in turn: better rounding,
/// work for several threads, and the same bits for any number of them.
final class ReduceKernels {

    /// Elements of a row that are joined into one partial result.
    private static final int ROW_PIECE = 4096;

    /// Rows that are joined into one partial row.
    private static final int COLUMN_PIECE = 256;

    /// Rows of a block, as long as the outermost axis can be cut that fine: before their lanes are
    /// joined, each takes a vector.
    private static final int BLOCK_ROWS = 1024;

    private ReduceKernels() {}

    static void reduce(Reduction.Reduce op, long to) {
        Tensor x = op.x();
        if (!isPending(x) || !fused(op.f(), List.of(x), op.axes(), op.shape().size(), to)) {
            single(op.f(), x, op.axes(), to);
        }
    }

    static void sums(Reduction.Sums op, long to) {
        List<Tensor> xs = op.xs();
        long results = op.shape().size() / xs.size();
        boolean fits = Expression.fit(xs) && xs.stream().anyMatch(ReduceKernels::isPending);
        if (!fits || !fused(ReduceOp.SUM, xs, op.axes(), results, to)) {
            for (int i = 0; i < xs.size(); i++) {
                long at = to + i * results * op.dtype().bytes();
                Tensor x = xs.get(i);
                if (!isPending(x) || !fused(ReduceOp.SUM, List.of(x), op.axes(), results, at)) {
                    single(ReduceOp.SUM, x, op.axes(), at);
                }
            }
        }
    }

    private static boolean isPending(Tensor x) {
        return x.dtype() == DType.F32
                && x.size() > 0
                && !x.isComputed()
                && x.op() instanceof Pointwise;
    }

    private static void single(ReduceOp f, Tensor x, List<Integer> axes, long to) {
        if (x.dtype() != DType.F32) {
            GenericReduce.reduce(f, x, axes, to);
        } else if (x.size() == 0) {
            int results = 1;
            for (int axis = 0; axis < x.shape().rank(); axis++) {
                results *= axes.contains(axis) ? 1 : x.extent(axis);
            }
            StridedReader.fill((float) f.identity(), results, to);
        } else {
            computed(f, x, axes, to);
        }
    }

    private static long bits(List<Integer> axes) {
        long bits = 0;
        for (int i = 0; i < axes.size(); i++) {
            bits |= 1L << axes.get(i);
        }
        return bits;
    }

    /// The three nested axes of a reduction, and how it runs.
    private record Plan(KernelCompiler.Form form, int d0, int d1, int n) {}

    /// The plan for the joined axes, or `STORE` if they are in no order that a kernel has.
    private static Plan plan(Iteration it) {
        int rank = it.rank;
        boolean last = it.reduced[rank - 1];
        int n = it.extents[rank - 1];
        int d1 = rank > 1 ? it.extents[rank - 2] : 1;
        int d0 = rank > 2 ? it.extents[rank - 3] : 1;
        boolean middle = rank > 1 && it.reduced[rank - 2];
        boolean first = rank > 2 && it.reduced[rank - 3];
        if (rank <= 3 && last && !middle && !first) {
            return new Plan(KernelCompiler.Form.ROWS, d0, d1, n);
        }
        if (rank <= 3 && rank > 1 && !last && middle && !first) {
            return new Plan(KernelCompiler.Form.COLUMNS, d0, d1, n);
        }
        return new Plan(KernelCompiler.Form.STORE, d0, d1, n);
    }

    /// Computes and joins the values in one kernel if there is one, and one after the other until
    /// then. Does nothing and returns false if no kernel can do it.
    ///
    /// @param results of each of `xs`, which go one behind the other
    private static boolean fused(
            ReduceOp f, List<Tensor> xs, List<Integer> joined, long results, long to) {
        long axes = bits(joined);
        try (Expression e =
                xs.size() == 1 ? Expression.prologue(xs.getFirst()) : Expression.prologue(xs)) {
            PointwiseKernels kernels = PointwiseKernels.ofThread();
            CpuProgram cpu = PointwiseKernels.program(e);
            if (!cpu.isCompilable || cpu.hasUniform) {
                return e.abandon();
            }
            Iteration it = kernels.open(e, axes);
            Plan plan = plan(it);
            if (plan.form == KernelCompiler.Form.STORE) {
                return e.abandon();
            }
            Specialization s = kernels.specialization(cpu, e, plan.form, f);
            PointwiseKernel kernel = s.kernel();
            if (kernel == null) {
                interpreted(s, e, kernels, plan, results, to);
            } else {
                kernels.straighten(e, axes);
                plan = plan(it); // copies may have joined axes further
                run(cpu, e, kernels, kernel, plan, f, 4 * results, to);
                kernels.releaseCopies();
            }
            e.storeOutputs();
            return true;
        }
    }

    private static void interpreted(
            Specialization s,
            Expression e,
            PointwiseKernels kernels,
            Plan plan,
            long results,
            long to) {
        long size = e.shape().size();
        int roots = s.cpu.program.roots();
        HostStorage values = HostMemory.allocate(4 * size * roots, "reduction", "", true);
        kernels.interpret(s, e, size, values.address());
        long row = 4L * plan.n;
        for (int r = 0; r < roots; r++) {
            long from = values.address() + 4 * size * r;
            long at = to + 4 * results * r;
            run(Objects.requireNonNull(s.f), plan, from, plan.d1 * row, row, at);
        }
        values.release();
    }

    private static void run(
            CpuProgram cpu,
            Expression e,
            PointwiseKernels kernels,
            PointwiseKernel kernel,
            Plan plan,
            ReduceOp f,
            long rootBytes,
            long to) {
        kernels.fill(cpu, e);
        boolean rows = plan.form == KernelCompiler.Form.ROWS;
        int length = rows ? plan.n : plan.d1;
        int piece = rows ? ROW_PIECE : COLUMN_PIECE;
        int pieces = (length + piece - 1) / piece;
        int results = rows ? plan.d0 * plan.d1 : plan.d0 * plan.n;
        if (pieces == 1) {
            whole(cpu, e, kernels, kernel, plan, f, rootBytes, to);
            return;
        }
        int roots = cpu.program.roots();
        long partialBytes = 4L * results * pieces;
        long partial = Scratch.address(Scratch.Use.REDUCTION, partialBytes * roots);
        pieces(cpu, e, kernels, kernel, plan, f, pieces, partialBytes, partial);
        for (int r = 0; r < roots; r++) {
            joinPartials(f, plan, pieces, partial + r * partialBytes, to + r * rootBytes);
        }
    }

    /// Short rows or columns: in blocks along the outermost axis, which threads share.
    private static void whole(
            CpuProgram cpu,
            Expression e,
            PointwiseKernels kernels,
            PointwiseKernel kernel,
            Plan plan,
            ReduceOp f,
            long rootBytes,
            long to) {
        boolean rows = plan.form == KernelCompiler.Form.ROWS;
        int axis = plan.d0 > 1 || !rows ? 0 : 1;
        int extent = axis == 0 ? plan.d0 : plan.d1;
        long size = (long) plan.d0 * plan.d1 * plan.n;
        long each = Math.max(size / extent, 1);
        long resultsEach = rows ? (axis == 0 ? plan.d1 : 1) : plan.n;
        long most = Math.min(65_536 / each, rows ? BLOCK_ROWS / resultsEach : extent);
        int step = Math.clamp(most, 1, extent);
        long[] frame = kernels.frame();
        float[] constants = kernels.constants();
        if (step == extent) {
            block(cpu, kernel, frame, constants, plan, f, rootBytes, to);
            return;
        }
        Workers.run(
                (extent + step - 1) / step,
                PointwiseKernels.nanoseconds(cpu, size),
                block -> {
                    int first = block * step;
                    int count = Math.min(step, extent - first);
                    long[] mine = frame.clone();
                    advance(cpu, mine, e, axis, first, each);
                    Plan part =
                            new Plan(
                                    plan.form,
                                    axis == 0 ? count : plan.d0,
                                    axis == 1 ? count : plan.d1,
                                    plan.n);
                    long at = to + 4 * first * resultsEach;
                    block(cpu, kernel, mine, constants, part, f, rootBytes, at);
                });
    }

    /// @param rootBytes from the results of one root to those of the next
    private static void block(
            CpuProgram cpu,
            PointwiseKernel kernel,
            long[] frame,
            float[] constants,
            Plan plan,
            ReduceOp f,
            long rootBytes,
            long to) {
        int slot = 3 * cpu.operands + cpu.program.outputs();
        int roots = cpu.program.roots();
        if (plan.form == KernelCompiler.Form.ROWS) {
            int count = plan.d0 * plan.d1;
            long lanesBytes = LaneFold.bytes(count);
            long lanes = Scratch.address(Scratch.Use.LANES, roots * lanesBytes);
            for (int r = 0; r < roots; r++) {
                frame[slot + r] = lanes + r * lanesBytes;
            }
            kernel.run(frame, constants, plan.d0, plan.d1, plan.n);
            for (int r = 0; r < roots; r++) {
                LaneFold.fold(f, lanes + r * lanesBytes, count, to + r * rootBytes);
            }
        } else {
            for (int r = 0; r < roots; r++) {
                frame[slot + r] = to + r * rootBytes;
            }
            kernel.run(frame, constants, plan.d0, plan.d1, plan.n);
        }
    }

    private static void advance(
            CpuProgram cpu, long[] frame, Expression e, int axis, int first, long each) {
        int leaves = e.leaves();
        for (int i = 0; i < leaves; i++) {
            frame[3 * i] += first * frame[3 * i + 1 + axis];
        }
        for (int o = 0; o < e.outputs(); o++) {
            frame[3 * leaves + o] += cpu.outputBytes(o) * first * each;
        }
    }

    /// Long rows or columns: one partial result for each piece of each.
    private static void pieces(
            CpuProgram cpu,
            Expression e,
            PointwiseKernels kernels,
            PointwiseKernel kernel,
            Plan plan,
            ReduceOp f,
            int pieces,
            long partialBytes,
            long partial) {
        boolean rows = plan.form == KernelCompiler.Form.ROWS;
        Iteration it = kernels.iteration();
        long[] frame = kernels.frame();
        float[] constants = kernels.constants();
        int leaves = e.leaves();
        int outer = rows ? plan.d0 * plan.d1 : plan.d0;
        long size = (long) plan.d0 * plan.d1 * plan.n;
        Workers.run(
                outer * pieces,
                PointwiseKernels.nanoseconds(cpu, size),
                block -> {
                    int row = block / pieces;
                    int piece = block % pieces;
                    long[] mine = frame.clone();
                    int i0 = rows ? row / plan.d1 : row;
                    int i1 = rows ? row % plan.d1 : piece * COLUMN_PIECE;
                    int x = rows ? piece * ROW_PIECE : 0;
                    for (int i = 0; i < leaves; i++) {
                        long bytes = e.leaf(i).dtype().bytes();
                        mine[3 * i] +=
                                i0 * mine[3 * i + 1]
                                        + i1 * mine[3 * i + 2]
                                        + x * it.stride(i, it.rank - 1) * bytes;
                    }
                    long before = ((long) i0 * plan.d1 + i1) * plan.n + x;
                    for (int o = 0; o < e.outputs(); o++) {
                        mine[3 * leaves + o] += cpu.outputBytes(o) * before;
                    }
                    int length = rows ? Math.min(ROW_PIECE, plan.n - x) : plan.n;
                    int count = rows ? 1 : Math.min(COLUMN_PIECE, plan.d1 - i1);
                    Plan part = new Plan(plan.form, 1, count, length);
                    long results = rows ? 1 : plan.n;
                    long at = partial + 4L * block * results;
                    block(cpu, kernel, mine, constants, part, f, partialBytes, at);
                });
    }

    private static void joinPartials(ReduceOp f, Plan plan, int pieces, long partial, long to) {
        if (plan.form == KernelCompiler.Form.ROWS) {
            ReduceLoops.rows(f, partial, 4L * pieces, plan.d0 * plan.d1, pieces, to);
        } else {
            long row = 4L * plan.n;
            for (int i0 = 0; i0 < plan.d0; i0++) {
                ReduceLoops.columns(
                        f, partial + i0 * pieces * row, row, pieces, plan.n, to + i0 * row);
            }
        }
    }

    private static void computed(ReduceOp f, Tensor x, List<Integer> axes, long to) {
        PointwiseKernels kernels = PointwiseKernels.ofThread();
        Iteration it = kernels.iteration();
        x.storage();
        it.open(x.shape(), 1);
        it.operand(0, x);
        it.join(bits(axes));
        Plan plan = plan(it);
        long stride = it.stride(0, it.rank - 1);
        boolean strided = stride != 1 && it.extents[it.rank - 1] > 1;
        if (plan.form == KernelCompiler.Form.STORE || strided) {
            rearranged(f, x, axes, to);
            return;
        }
        long s0 = it.rank > 2 ? 4 * it.stride(0, it.rank - 3) : 0;
        long s1 = it.rank > 1 ? 4 * it.stride(0, it.rank - 2) : 0;
        run(f, plan, it.addresses[0], s0, s1, to);
    }

    /// Kept axes to the front, reduced ones to the back, and again.
    private static void rearranged(ReduceOp f, Tensor x, List<Integer> axes, long to) {
        int rank = x.shape().rank();
        int[] order = new int[rank];
        int kept = 1;
        int n = 0;
        for (int axis = 0; axis < rank; axis++) {
            if (!axes.contains(axis)) {
                order[n++] = axis;
                kept *= x.shape().extent(axis);
            }
        }
        for (int axis : axes) {
            order[n++] = axis;
        }
        Tensor rows = Contiguous.copy(x.detach().permute(order));
        int length = (int) (x.size() / kept);
        long address = ((HostStorage) rows.storage()).address();
        run(f, new Plan(KernelCompiler.Form.ROWS, 1, kept, length), address, 0, 4L * length, to);
    }

    private static void run(ReduceOp f, Plan plan, long x, long s0, long s1, long to) {
        boolean rows = plan.form == KernelCompiler.Form.ROWS;
        int length = rows ? plan.n : plan.d1;
        int piece = rows ? ROW_PIECE : COLUMN_PIECE;
        int pieces = (length + piece - 1) / piece;
        long size = (long) plan.d0 * plan.d1 * plan.n;
        if (pieces > 1) {
            int results = rows ? plan.d0 * plan.d1 : plan.d0 * plan.n;
            long partial = Scratch.address(Scratch.Use.REDUCTION, 4L * results * pieces);
            int outer = rows ? plan.d0 * plan.d1 : plan.d0;
            Workers.run(
                    outer * pieces,
                    size / 8,
                    block ->
                            piece(
                                    f,
                                    plan,
                                    x,
                                    s0,
                                    s1,
                                    block / pieces,
                                    block % pieces,
                                    partial + (rows ? 4L : 4L * plan.n) * block));
            joinPartials(f, plan, pieces, partial, to);
        } else {
            for (int i0 = 0; i0 < plan.d0; i0++) {
                if (rows) {
                    ReduceLoops.rows(f, x + i0 * s0, s1, plan.d1, plan.n, to + 4L * i0 * plan.d1);
                } else {
                    ReduceLoops.columns(f, x + i0 * s0, s1, plan.d1, plan.n, to + 4L * i0 * plan.n);
                }
            }
        }
    }

    private static void piece(
            ReduceOp f, Plan plan, long x, long s0, long s1, int row, int piece, long to) {
        if (plan.form == KernelCompiler.Form.ROWS) {
            int start = piece * ROW_PIECE;
            long from = x + row / plan.d1 * s0 + row % plan.d1 * s1 + 4L * start;
            ReduceLoops.rows(f, from, 0, 1, Math.min(ROW_PIECE, plan.n - start), to);
        } else {
            int start = piece * COLUMN_PIECE;
            int count = Math.min(COLUMN_PIECE, plan.d1 - start);
            ReduceLoops.columns(f, x + row * s0 + start * s1, s1, count, plan.n, to);
        }
    }
}
