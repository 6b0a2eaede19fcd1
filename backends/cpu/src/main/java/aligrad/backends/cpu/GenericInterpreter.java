package aligrad.backends.cpu;

import aligrad.tensor.DType;
import aligrad.tensor.Philox;
import aligrad.tensor.Pointwise;
import aligrad.tensor.spi.Expression;
import aligrad.tensor.spi.HostStorage;
import aligrad.tensor.spi.Program;

/// Runs a pointwise program of any types node by node over blocks: `F64`, whole numbers, and
/// mixtures.
///
/// Floating nodes and `BOOL`s are kept as `double`s and rounded to their type after each node;
/// whole numbers are kept as `long`s.
final class GenericInterpreter {

    private static final int BLOCK = 512;

    private static final ThreadLocal<GenericInterpreter> OF_THREAD =
            ThreadLocal.withInitial(GenericInterpreter::new);

    private double[][] real = new double[0][];
    private long[][] whole = new long[0][];

    private GenericInterpreter() {}

    static GenericInterpreter ofThread() {
        return OF_THREAD.get();
    }

    /// Computes the elements `from … to - 1`; the parameters are those of [FloatInterpreter#run],
    /// except that nothing is written before a block is done, so it may always run in place.
    void run(CpuProgram cpu, Expression e, Iteration it, long from, long to, long root) {
        Program p = cpu.program;
        if (real.length < cpu.slots) {
            real = new double[cpu.slots][BLOCK];
            whole = new long[cpu.slots][BLOCK];
        }
        for (long start = from; start < to; start += BLOCK) {
            int n = (int) Math.min(BLOCK, to - start);
            for (int i = 0; i < p.nodes(); i++) {
                node(cpu, e, it, i, start, n);
            }
            for (int o = 0; o < p.outputs(); o++) {
                int node = p.output(o);
                long address = ((HostStorage) e.destination(o)).address();
                write(cpu, node, n, address + start * p.type(node).bytes());
            }
            if (root != 0) {
                int node = p.root(0);
                write(cpu, node, n, root + start * p.type(node).bytes());
            }
        }
    }

    private void node(CpuProgram cpu, Expression e, Iteration it, int i, long start, int n) {
        Program p = cpu.program;
        double[] y = real[cpu.slot[i]];
        long[] w = whole[cpu.slot[i]];
        DType type = p.type(i);
        switch (p.kind(i)) {
            case LEAF -> read(it, p.index(i), type, start, n, y, w);
            case FILL -> {
                double value = e.constant(p.index(i));
                java.util.Arrays.fill(y, 0, n, value);
                java.util.Arrays.fill(w, 0, n, (long) value);
            }
            case UNIFORM -> {
                Pointwise.Uniform u = e.uniform(p.index(i));
                for (int j = 0; j < n; j++) {
                    y[j] =
                            type == DType.F32
                                    ? Philox.uniformFloat(u.key(), u.call(), start + j)
                                    : Philox.uniformDouble(u.key(), u.call(), start + j);
                }
            }
            case CAST -> cast(cpu, p.a(i), type, n, y, w);
            case WHERE -> {
                double[] c = real[cpu.slot[p.a(i)]];
                double[] a = real[cpu.slot[p.b(i)]];
                double[] b = real[cpu.slot[p.c(i)]];
                long[] aw = whole[cpu.slot[p.b(i)]];
                long[] bw = whole[cpu.slot[p.c(i)]];
                for (int j = 0; j < n; j++) {
                    boolean yes = c[j] != 0;
                    y[j] = yes ? a[j] : b[j];
                    w[j] = yes ? aw[j] : bw[j];
                }
            }
            case UNARY -> {
                double[] x = real[cpu.slot[p.a(i)]];
                long[] xw = whole[cpu.slot[p.a(i)]];
                for (int j = 0; j < n; j++) {
                    if (type.isInteger()) {
                        w[j] = WholeNumbers.apply(p.unary(i), xw[j]);
                    } else {
                        y[j] = p.unary(i).apply(x[j]);
                    }
                }
            }
            case BINARY -> binary(cpu, i, n, y, w);
        }
        round(type, n, y, w);
    }

    private void binary(CpuProgram cpu, int i, int n, double[] y, long[] w) {
        Program p = cpu.program;
        DType operands = p.type(p.a(i));
        double[] a = real[cpu.slot[p.a(i)]];
        double[] b = real[cpu.slot[p.b(i)]];
        long[] aw = whole[cpu.slot[p.a(i)]];
        long[] bw = whole[cpu.slot[p.b(i)]];
        for (int j = 0; j < n; j++) {
            if (!operands.isInteger()) {
                y[j] = p.binary(i).apply(a[j], b[j]);
            } else if (p.binary(i).isComparison()) {
                y[j] = WholeNumbers.compare(p.binary(i), aw[j], bw[j]) ? 1 : 0;
            } else {
                w[j] = WholeNumbers.apply(p.binary(i), aw[j], bw[j]);
            }
        }
    }

    private void cast(CpuProgram cpu, int from, DType to, int n, double[] y, long[] w) {
        double[] x = real[cpu.slot[from]];
        long[] xw = whole[cpu.slot[from]];
        boolean wasWhole = cpu.program.type(from).isInteger();
        for (int j = 0; j < n; j++) {
            if (to == DType.BOOL) {
                y[j] = (wasWhole ? xw[j] != 0 : x[j] != 0) ? 1 : 0;
            } else if (to.isInteger()) {
                w[j] = WholeNumbers.saturate(to, wasWhole ? xw[j] : (long) x[j]);
            } else if (wasWhole) {
                y[j] = to == DType.F32 ? (float) xw[j] : (double) xw[j];
            } else {
                y[j] = x[j];
            }
        }
    }

    private static void round(DType type, int n, double[] y, long[] w) {
        switch (type) {
            case F32 -> {
                for (int j = 0; j < n; j++) {
                    y[j] = (float) y[j];
                }
            }
            case I32 -> {
                for (int j = 0; j < n; j++) {
                    w[j] = (int) w[j];
                }
            }
            case F64, I64, U8, BOOL -> {}
        }
    }

    private static void read(
            Iteration it, int leaf, DType type, long start, int n, double[] y, long[] w) {
        int last = it.rank - 1;
        int inner = it.extents[last];
        long step = it.stride(leaf, last) * type.bytes();
        int done = 0;
        while (done < n) {
            long row = (start + done) / inner;
            int column = (int) (start + done - row * inner);
            int count = Math.min(inner - column, n - done);
            long index = 0;
            for (int axis = last - 1; axis >= 0; axis--) {
                long outer = row / it.extents[axis];
                index += (row - outer * it.extents[axis]) * it.stride(leaf, axis);
                row = outer;
            }
            long address = it.addresses[leaf] + index * type.bytes() + column * step;
            for (int j = done; j < done + count; j++, address += step) {
                switch (type) {
                    case F32 -> y[j] = Lanes.f32(address);
                    case F64 -> y[j] = Lanes.f64(address);
                    case BOOL -> y[j] = Lanes.i8(address);
                    case I32 -> w[j] = Lanes.i32(address);
                    case I64 -> w[j] = Lanes.i64(address);
                    case U8 -> w[j] = Lanes.i8(address) & 0xff;
                }
            }
            done += count;
        }
    }

    private void write(CpuProgram cpu, int node, int n, long to) {
        double[] y = real[cpu.slot[node]];
        long[] w = whole[cpu.slot[node]];
        DType type = cpu.program.type(node);
        for (int j = 0; j < n; j++) {
            switch (type) {
                case F32 -> Lanes.putF32(to + 4L * j, (float) y[j]);
                case F64 -> Lanes.putF64(to + 8L * j, y[j]);
                case BOOL -> Lanes.putI8(to + j, (byte) (y[j] != 0 ? 1 : 0));
                case I32 -> Lanes.putI32(to + 4L * j, (int) w[j]);
                case I64 -> Lanes.putI64(to + 8L * j, w[j]);
                case U8 -> Lanes.putI8(to + j, (byte) w[j]);
            }
        }
    }
}
