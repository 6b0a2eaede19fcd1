package aligrad.tensor.spi;

import aligrad.tensor.DType;
import aligrad.tensor.Op;
import aligrad.tensor.Pointwise;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;

/// A pending pointwise expression gathered for one kernel: its structure ([Program]), its leaves,
/// its constants and where the results go.
///
/// Gathering walks the pending tensors once; a part that is used several times becomes one node.
/// Three rules keep work bounded:
///
/// - an expression of more than [#LIMIT] nodes is computed in parts,
/// - a part that broadcasts to many more elements than it has is computed before,
/// - a part that several kernels need is stored by the second of them (or the third, if it is
///   small), unless it is a little arithmetic on a single tensor of that size: to read what was
///   stored costs as much as to read that tensor.
///
/// Objects are reused by their thread: nothing may hold one after the kernel ran.
public final class Expression implements AutoCloseable {

    /// The most nodes, leaves included, that one pending expression grows to.
    public static final int LIMIT = 40;

    /// The most tensors that one kernel joins.
    public static final int MOST_ROOTS = 4;

    private static final int CAPACITY = 192;
    private static final long RECOMPUTE = 16_384;
    private static final int READ = 8;
    private static final int CHEAP = READ + 6;

    private static final ThreadLocal<ArrayDeque<Expression>> FREE =
            ThreadLocal.withInitial(ArrayDeque::new);

    private final int[] key = new int[3 * CAPACITY + MOST_ROOTS];
    private final Tensor[] tensors = new Tensor[CAPACITY];
    private final Tensor[] leaves = new Tensor[CAPACITY];
    private final double[] constants = new double[CAPACITY];
    private final Pointwise.Uniform[] uniforms = new Pointwise.Uniform[CAPACITY];
    private final int[] outputNodes = new int[CAPACITY];
    private final @Nullable Tensor[] outputTensors = new @Nullable Tensor[CAPACITY];
    private final Storage[] destinations = new Storage[CAPACITY];
    private final int[] rootNodes = new int[MOST_ROOTS];
    private Shape shape = Shape.SCALAR;
    private int nodes;
    private int leafCount;
    private int constantCount;
    private int uniformCount;
    private int outputs;
    private int roots;
    private boolean storesRoot; // if it is worth it; otherwise the caller does or does not

    private Expression() {}

    /// Keeps an operation's expression bounded: computes pending inputs, largest first, until
    /// `weight` is at most [#LIMIT]. Returns the weight that is left.
    public static int limit(Op op, int weight) {
        int total = weight;
        while (total > LIMIT) {
            Tensor largest = op.input(0);
            for (int i = 1; i < op.arity(); i++) {
                if (op.input(i).weight() > largest.weight()) {
                    largest = op.input(i);
                }
            }
            largest.storage();
            total = 1; // counted anew, as the largest may be several of the inputs
            for (int i = 0; i < op.arity(); i++) {
                total += Math.max(1, op.input(i).weight());
            }
        }
        return total;
    }

    /// Computes a pending tensor and, with it, the parts that are worth storing.
    public static void force(Tensor root) {
        try (Expression e = open(root.shape())) {
            int node = e.visit(root, root, true);
            e.output(node, root, root.allocate());
            root.device().backend().evaluate(e);
            e.storeOutputs();
        }
    }

    /// The expression that computes `x`, for a kernel that takes it as a prologue: the root's
    /// values are the elements of `x`; parts worth storing are outputs. To be closed after the
    /// kernel ran and [#storeOutputs()] was called.
    public static Expression prologue(Tensor x) {
        Expression e = open(x.shape());
        e.storesRoot = true;
        e.root(x);
        return e;
    }

    /// The expression that computes several tensors of one shape, for a kernel that takes them all
    /// as prologues; see [#fit].
    public static Expression prologue(List<Tensor> xs) {
        Expression e = open(xs.getFirst().shape());
        e.storesRoot = true;
        for (Tensor x : xs) {
            e.root(x);
        }
        return e;
    }

    /// Whether one kernel can join all these.
    public static boolean fit(List<Tensor> xs) {
        int most = 0;
        for (Tensor x : xs) {
            most += 1 + 3 * x.weight(); // an operation has at most 3 leaves
        }
        return xs.size() <= MOST_ROOTS && most <= CAPACITY;
    }

    private void root(Tensor x) {
        rootNodes[roots++] = visit(x, x, true);
    }

    /// Computes all `values`, of one shape, in one pass over `destinations`, which their leaves may
    /// read at the same places. Returns false, having done nothing, if that is not possible.
    public static boolean evaluateInPlace(Tensor[] values, Storage[] destinations) {
        try (Expression e = open(values[0].shape())) {
            for (int i = 0; i < values.length; i++) {
                if (e.nodes + 1 + 3 * values[i].weight()
                        > CAPACITY) { // an operation has at most 3 leaves
                    e.outputs = 0;
                    return false;
                }
                int node = e.visit(values[i], values[i], true);
                e.output(node, null, destinations[i]);
            }
            for (int i = 0; i < e.leafCount; i++) {
                if (!e.readsInStep(e.leaves[i], destinations)) {
                    e.outputs = 0;
                    return false;
                }
            }
            values[0].device().backend().evaluate(e);
            e.storeOutputs();
            return true;
        }
    }

    private boolean readsInStep(Tensor leaf, Storage[] destinations) {
        Storage from = leaf.storage();
        for (Storage to : destinations) {
            if (from == to) {
                return leaf.layout().isContiguous()
                        && leaf.layout().offset() == 0
                        && leaf.shape().equals(shape);
            }
        }
        return true;
    }

    private static Expression open(Shape shape) {
        Expression e = FREE.get().pollLast();
        if (e == null) {
            e = new Expression();
        }
        e.shape = shape;
        return e;
    }

    /// Forgets the tensors and makes the object available again.
    @Override
    public void close() {
        Arrays.fill(tensors, 0, nodes, null);
        Arrays.fill(leaves, 0, leafCount, null);
        Arrays.fill(uniforms, 0, uniformCount, null);
        Arrays.fill(outputTensors, 0, outputs, null);
        Arrays.fill(destinations, 0, outputs, null);
        nodes = 0;
        leafCount = 0;
        constantCount = 0;
        uniformCount = 0;
        outputs = 0;
        roots = 0;
        storesRoot = false;
        FREE.get().addLast(this);
    }

    /// @param counts whether this kernel's use of what it meets counts: not below a part that is
    ///   stored, since whoever needs that part again reads it, and not below a root that was part
    ///   of another kernel, where its parts were counted
    private int visit(Tensor t, Tensor root, boolean counts) {
        for (int i = 0; i < nodes; i++) {
            if (tensors[i] == t) {
                return i;
            }
        }
        return !t.isComputed() && t.op() instanceof Pointwise op
                ? visit(t, op, root, counts)
                : leaf(t);
    }

    private int visit(Tensor t, Pointwise op, Tensor root, boolean counts) {
        t.requireOpen();
        boolean whole = t.shape().equals(shape);
        if (t != root && !whole && isWastefulToBroadcast(op, t)) {
            return leaf(t);
        }
        int uses = counts ? t.countUse() : 0;
        boolean stored =
                whole
                        && op.arity() > 0
                        && uses >= (t.weight() > 4 ? 2 : 3)
                        && (t != root || storesRoot)
                        && price(t) > CHEAP;
        boolean inside = counts && !stored && !(t == root && uses > 1);
        int node =
                switch (op) {
                    case Pointwise.Unary(var f, var x, var type) -> {
                        int p = visit(x, root, inside);
                        yield node(t, Program.UNARY_BASE + f.ordinal(), type, p, 0, 0);
                    }
                    case Pointwise.Binary(var f, var a, var b, _, var type) -> {
                        int p = visit(a, root, inside);
                        int q = visit(b, root, inside);
                        yield node(t, Program.BINARY_BASE + f.ordinal(), type, p, q, 0);
                    }
                    case Pointwise.Where(var condition, var a, var b, _) -> {
                        int p = visit(condition, root, inside);
                        int q = visit(a, root, inside);
                        int r = visit(b, root, inside);
                        yield node(t, Program.Kind.WHERE.ordinal(), t.dtype(), p, q, r);
                    }
                    case Pointwise.Cast(var x, var type) -> {
                        int p = visit(x, root, inside);
                        yield node(t, Program.Kind.CAST.ordinal(), type, p, 0, 0);
                    }
                    case Pointwise.Fill(var value, _, var type) -> {
                        constants[constantCount++] = value;
                        yield node(t, Program.Kind.FILL.ordinal(), type, 0, 0, 0);
                    }
                    case Pointwise.Uniform u -> {
                        uniforms[uniformCount++] = u;
                        yield node(t, Program.Kind.UNIFORM.ordinal(), u.dtype(), 0, 0, 0);
                    }
                };
        if (stored) {
            output(node, t, t.allocate());
        }
        return node;
    }

    /// Computing a small part again and again, for every place that it is stretched to, must not
    /// cost more than computing it once on its own.
    private boolean isWastefulToBroadcast(Pointwise op, Tensor t) {
        return switch (op) {
            case Pointwise.Fill _ -> false;
            case Pointwise.Uniform _ -> true; // its numbers belong to its own places
            case Pointwise.Unary _, Pointwise.Binary _, Pointwise.Where _, Pointwise.Cast _ ->
                    Math.max(t.weight(), op.cost()) * shape.size() > RECOMPUTE;
        };
    }

    /// What computing a pending part again costs, in additions; reading a tensor of the whole shape
    /// costs as much as many. Up to [#CHEAP] it is no more than to read it where it was stored.
    private int price(Tensor t) {
        if (t.isComputed() || !(t.op() instanceof Pointwise op)) {
            return t.shape().equals(shape) ? READ : 0;
        }
        int price = op instanceof Pointwise.Uniform ? CHEAP + 1 : op.cost();
        for (int i = 0; i < op.arity() && price <= CHEAP; i++) {
            price += price(op.input(i));
        }
        return price;
    }

    private int leaf(Tensor t) {
        t.storage();
        leaves[leafCount++] = t;
        return node(t, Program.Kind.LEAF.ordinal(), t.dtype(), 0, 0, 0);
    }

    private int node(Tensor t, int code, DType type, int a, int b, int c) {
        tensors[nodes] = t;
        key[2 * nodes] = code | type.ordinal() << 8;
        key[2 * nodes + 1] = a | b << 8 | c << 16;
        return nodes++;
    }

    private void output(int node, @Nullable Tensor tensor, Storage destination) {
        outputNodes[outputs] = node;
        outputTensors[outputs] = tensor;
        destinations[outputs++] = destination;
    }

    /// Gives up on a prologue: nothing ran, so nothing is stored. Always false.
    public boolean abandon() {
        Arrays.fill(outputTensors, 0, outputs, null);
        Arrays.fill(destinations, 0, outputs, null);
        outputs = 0;
        return false;
    }

    /// Hands the computed outputs to their tensors; after the kernel ran.
    public void storeOutputs() {
        for (int i = 0; i < outputs; i++) {
            Tensor t = outputTensors[i];
            if (t != null) {
                t.store(destinations[i], t.shape().contiguous());
            }
        }
    }

    /// What `programs` holds for this structure.
    public <T> T program(Programs<T> programs) {
        System.arraycopy(outputNodes, 0, key, 2 * nodes, outputs);
        int length = 2 * nodes + outputs;
        if (roots > 1) {
            for (int i = 0; i < roots; i++) {
                key[length++] = Program.ROOT | rootNodes[i];
            }
        }
        return programs.get(key, length, nodes);
    }

    /// The shape over which it is computed.
    public Shape shape() {
        return shape;
    }

    public int leaves() {
        return leafCount;
    }

    /// Leaf `i`: computed, and broadcasting to [#shape()].
    public Tensor leaf(int i) {
        return leaves[i];
    }

    /// Constant `i`.
    public double constant(int i) {
        return constants[i];
    }

    public int constants() {
        return constantCount;
    }

    public int uniforms() {
        return uniformCount;
    }

    /// Random generator `i`; its shape is [#shape()].
    public Pointwise.Uniform uniform(int i) {
        return uniforms[i];
    }

    public int outputs() {
        return outputs;
    }

    /// Where output `i` goes: contiguous, from the start of the storage.
    public Storage destination(int i) {
        return destinations[i];
    }
}
