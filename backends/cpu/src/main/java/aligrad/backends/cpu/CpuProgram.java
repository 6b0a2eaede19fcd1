package aligrad.backends.cpu;

import aligrad.tensor.DType;
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

    /// Calls so far; only roughly counted, since it decides nothing but when to compile.
    int calls;

    private volatile Variant[] variants = {};

    /// A compiled kernel (`null` while it is being made) for one pattern of leaves.
    record Variant(long pattern, int form, @Nullable PointwiseKernel kernel) {}

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
        return p.root() != leaf;
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
        lastUse[p.root()] = n;
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

    /// The kernel for this pattern and form, or `null` if there is none yet.
    @Nullable PointwiseKernel kernel(long pattern, int form) {
        for (Variant v : variants) {
            if (v.pattern == pattern && v.form == form) {
                return v.kernel;
            }
        }
        return null;
    }

    /// Reserves a variant for compilation; false if somebody did before.
    synchronized boolean reserve(long pattern, int form) {
        for (Variant v : variants) {
            if (v.pattern == pattern && v.form == form) {
                return false;
            }
        }
        Variant[] more = Arrays.copyOf(variants, variants.length + 1);
        more[variants.length] = new Variant(pattern, form, null);
        variants = more;
        return true;
    }

    synchronized void publish(long pattern, int form, PointwiseKernel kernel) {
        Variant[] changed = variants.clone();
        for (int i = 0; i < changed.length; i++) {
            if (changed[i].pattern == pattern && changed[i].form == form) {
                changed[i] = new Variant(pattern, form, kernel);
            }
        }
        variants = changed;
    }
}
