package aligrad.backends.cpu;

import aligrad.tensor.DType;
import aligrad.tensor.ReduceOp;
import aligrad.tensor.spi.Program;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// What the CPU makes of one pointwise program: which interpreter runs it, where that keeps its
/// blocks, and the kernels compiled for it so far.
final class CpuProgram {

    final Program program;

    /// Whether all arithmetic is `F32` (with `BOOL`s in between), so that vector blocks can run it.
    final boolean isFloat;

    /// The block of scratch in which each node's values stand.
    final int[] slot;

    final int slots;

    /// How much work a single element is, in additions.
    final int cost;

    final boolean hasUniform;

    /// What a kernel reads: leaves, then random numbers, which are made before it runs.
    final int operands;

    /// Whether [KernelCompiler] can make a kernel of it.
    final boolean isCompilable;

    private volatile Specialization[] specializations = {};

    CpuProgram(Program program) {
        this.program = program;
        this.isFloat = isFloat(program);
        this.slot = new int[program.nodes()];
        this.slots = assignSlots(program, slot);
        int sum = 1;
        boolean uniform = false;
        for (int i = 0; i < program.nodes(); i++) {
            sum +=
                    switch (program.kind(i)) {
                        case UNARY -> program.unary(i).cost();
                        case BINARY -> program.binary(i).cost();
                        case LEAF, FILL -> 0;
                        case CAST, WHERE -> 1;
                        case UNIFORM -> 20;
                    };
            uniform |= program.kind(i) == Program.Kind.UNIFORM;
        }
        this.cost = sum;
        this.hasUniform = uniform;
        this.operands = program.leaves() + program.uniforms();
        this.isCompilable = KernelCompiler.accepts(this);
    }

    /// Leaves of other types are allowed where they are only cast to `F32`: they are read that way.
    private static boolean isFloat(Program p) {
        for (int i = 0; i < p.nodes(); i++) {
            DType type = p.type(i);
            boolean fits = type == DType.F32 || type == DType.BOOL;
            if (!fits && !(p.kind(i) == Program.Kind.LEAF && isOnlyCast(p, i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isOnlyCast(Program p, int leaf) {
        for (int i = 0; i < p.nodes(); i++) {
            boolean reads =
                    switch (p.kind(i)) {
                        case LEAF, FILL, UNIFORM -> false;
                        case UNARY -> p.a(i) == leaf;
                        case CAST -> p.a(i) == leaf && p.type(i) != DType.F32;
                        case BINARY -> p.a(i) == leaf || p.b(i) == leaf;
                        case WHERE -> p.a(i) == leaf || p.b(i) == leaf || p.c(i) == leaf;
                    };
            if (reads) {
                return false;
            }
        }
        for (int o = 0; o < p.outputs(); o++) {
            if (p.output(o) == leaf) {
                return false;
            }
        }
        return !isRoot(p, leaf);
    }

    private static boolean isRoot(Program p, int node) {
        for (int r = 0; r < p.roots(); r++) {
            if (p.root(r) == node) {
                return true;
            }
        }
        return false;
    }

    /// Leaves and constants keep a slot of their own for the whole call; the others share, a slot
    /// being free again after the last node that reads it.
    private static int assignSlots(Program p, int[] slot) {
        int n = p.nodes();
        int[] lastUse = new int[n];
        for (int i = 0; i < n; i++) {
            lastUse[i] = Math.max(lastUse[i], i);
            switch (p.kind(i)) {
                case LEAF, FILL, UNIFORM -> {}
                case CAST, UNARY -> lastUse[p.a(i)] = Math.max(lastUse[p.a(i)], i);
                case BINARY -> {
                    lastUse[p.a(i)] = Math.max(lastUse[p.a(i)], i);
                    lastUse[p.b(i)] = Math.max(lastUse[p.b(i)], i);
                }
                case WHERE -> {
                    lastUse[p.a(i)] = Math.max(lastUse[p.a(i)], i);
                    lastUse[p.b(i)] = Math.max(lastUse[p.b(i)], i);
                    lastUse[p.c(i)] = Math.max(lastUse[p.c(i)], i);
                }
            }
        }
        for (int o = 0; o < p.outputs(); o++) {
            lastUse[p.output(o)] = n;
        }
        for (int r = 0; r < p.roots(); r++) {
            lastUse[p.root(r)] = n;
        }
        int used = 0;
        for (int i = 0;
                i < n;
                i++) { // filled before the first block, so nobody else may write there
            if (isKept(p, i)) {
                slot[i] = used++;
            }
        }
        int kept = used;
        int[] freeFrom = new int[n];
        for (int i = 0; i < n; i++) {
            if (!isKept(p, i)) {
                int s = kept;
                while (s < used && freeFrom[s - kept] >= i) {
                    s++;
                }
                used = Math.max(used, s + 1);
                slot[i] = s;
                freeFrom[s - kept] = lastUse[i];
            }
        }
        return used;
    }

    private static boolean isKept(Program p, int node) {
        return p.kind(node) == Program.Kind.LEAF || p.kind(node) == Program.Kind.FILL;
    }

    /// Bytes of an element of output `o`.
    int outputBytes(int o) {
        return program.type(program.output(o)).bytes();
    }

    /// The one for this pattern and form, made if there was none.
    Specialization specialization(long pattern, KernelCompiler.Form form, @Nullable ReduceOp f) {
        Specialization found = find(pattern, form, f);
        return found != null ? found : add(pattern, form, f);
    }

    private @Nullable Specialization find(
            long pattern, KernelCompiler.Form form, @Nullable ReduceOp f) {
        for (Specialization s : specializations) {
            if (s.pattern == pattern && s.form == form && s.f == f) {
                return s;
            }
        }
        return null;
    }

    private synchronized Specialization add(
            long pattern, KernelCompiler.Form form, @Nullable ReduceOp f) {
        Specialization found = find(pattern, form, f);
        if (found != null) {
            return found;
        }
        Specialization made = new Specialization(this, pattern, form, f);
        Specialization[] more = Arrays.copyOf(specializations, specializations.length + 1);
        more[more.length - 1] = made;
        specializations = more;
        return made;
    }
}
