package aligrad.autograd;

import aligrad.tensor.Assemble;
import aligrad.tensor.Computation;
import aligrad.tensor.Op;
import aligrad.tensor.Recording;
import aligrad.tensor.Scope;
import aligrad.tensor.Tensor;
import aligrad.tensor.Variable;
import aligrad.tensor.View;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;

/// One backward pass: the graph behind a tensor in topological order, and the gradients on their
/// way from it to the leaves.
///
/// A gradient is forgotten as soon as it has been passed on. In a large graph the pass is cut into
/// stages, each in a scope of its own, so that the memory of what was forgotten is used again
/// within the pass instead of after it.
final class Backward {

    /// Graphs whose tensors hold fewer bytes than this are done in one stage.
    private static final long SMALLEST_STAGE = 64L << 20;

    /// Of this many stages, so about this fraction of the gradients is held at a time.
    private static final int STAGES = 8;

    private final Nodes nodes = new Nodes();
    private final StretchedGradients stretched = new StretchedGradients();
    private final @Nullable Tensor boundary;
    private final IdentityHashMap<Object, Tensor> leaves = new IdentityHashMap<>();
    private Node[] order = new Node[64];
    private int count;
    private long bytes;
    private @Nullable Tensor current;

    private Backward(@Nullable Tensor boundary) {
        this.boundary = boundary;
    }

    /// The gradients of all leaves behind `y`: by [Variable] where the leaf is the value of one,
    /// otherwise by the leaf. Recorded if recording is on.
    ///
    /// @param cotangent the gradient of `y`, of its shape and type
    static IdentityHashMap<Object, Tensor> pass(Tensor y, Tensor cotangent) {
        return pass(y, cotangent, null);
    }

    /// The same for the part of the graph between `y` and `boundary`, which counts as a leaf.
    static IdentityHashMap<Object, Tensor> pass(
            Tensor y, Tensor cotangent, @Nullable Tensor boundary) {
        Backward pass = new Backward(boundary);
        pass.walk(y);
        pass.node(y).add(cotangent);
        try {
            pass.differentiate();
        } catch (NonFiniteException e) {
            throw pass.current == null ? e : e.inDerivativeOf(pass.current);
        }
        return pass.leaves;
    }

    /// The tracked leaves behind `y`, where `boundary` counts as one.
    static List<Tensor> leavesBehind(Tensor y, Tensor boundary) {
        Backward pass = new Backward(boundary);
        pass.walk(y);
        List<Tensor> leaves = new ArrayList<>();
        for (int i = 0; i < pass.count; i++) {
            Tensor tensor = pass.order[i].tensor;
            if (pass.opOf(tensor) == null) {
                leaves.add(tensor);
            }
        }
        return leaves;
    }

    /// By what the gradient of a leaf is found.
    static Object key(Tensor leaf) {
        Variable variable = leaf.variable();
        return variable != null ? variable : leaf;
    }

    /// Puts the tracked tensors behind `y` in an order in which every one comes after its inputs.
    /// The walk goes depth first and keeps its own stack, since a graph may be deeper than the
    /// thread's.
    private void walk(Tensor y) {
        Node[] stack = new Node[64];
        int depth = 0;
        stack[depth++] = enter(y);
        while (depth > 0) {
            Node node = stack[depth - 1];
            Node next = unvisitedInput(node);
            if (next == null) {
                depth--;
                append(node);
            } else {
                if (depth == stack.length) {
                    stack = Arrays.copyOf(stack, 2 * depth);
                }
                stack[depth++] = next;
            }
        }
    }

    private @Nullable Node unvisitedInput(Node node) {
        Op op = opOf(node.tensor);
        if (op == null) {
            return null;
        }
        int arity = op.arity();
        while (node.visited < arity) {
            Tensor input = op.input(node.visited++);
            if (input.isTracked() && nodes.find(input) == null) {
                return enter(input);
            }
        }
        return null;
    }

    private @Nullable Op opOf(Tensor tensor) {
        return tensor == boundary ? null : tensor.op();
    }

    private Node enter(Tensor tensor) {
        Node node = new Node(tensor);
        nodes.add(node);
        return node;
    }

    private void append(Node node) {
        if (count == order.length) {
            order = Arrays.copyOf(order, 2 * count);
        }
        order[count++] = node;
        bytes += bytesOf(node.tensor);
    }

    private static long bytesOf(Tensor tensor) {
        return tensor.size() * tensor.dtype().bytes();
    }

    private void differentiate() {
        if (Recording.isOn() || bytes < SMALLEST_STAGE) {
            differentiate(Long.MAX_VALUE);
            return;
        }
        long limit = Math.max(SMALLEST_STAGE, bytes / STAGES);
        while (count > 0) {
            Scope.compute(
                    "gradients",
                    () -> {
                        differentiate(limit);
                        return alive();
                    });
        }
    }

    /// Goes backwards until the gradients of about `limit` bytes have been passed on. A stage ends
    /// behind an operation with a kernel of its own, where little is pending: all that lives on is
    /// computed there.
    private void differentiate(long limit) {
        long done = 0;
        boolean mayEnd = false;
        while (count > 0 && !(mayEnd && done >= limit)) {
            Node node = order[--count];
            Tensor y = node.tensor;
            Op op = opOf(y);
            current = y;
            stretched.settle(node);
            if (op instanceof View.Slice outer && node.hasOnlyPieces()) {
                passThrough(outer, Objects.requireNonNull(node.takePieces()));
                continue;
            }
            Tensor g = node.take();
            if (g == null) {
                continue; // nothing that is differentiable used it
            }
            if (op == null) {
                arrive(y, g);
            } else {
                Derivatives.apply(op, y, g, this);
            }
            done += bytesOf(y);
            mayEnd = op instanceof Computation;
        }
        stretched.settle(); // what they are computed from may go with this stage
    }

    /// Slices of a slice are slices of what it was cut from.
    private void passThrough(View.Slice outer, List<Assemble.Piece> pieces) {
        int rank = outer.shape().rank();
        for (Assemble.Piece inner : pieces) {
            List<Integer> starts = new ArrayList<>(rank);
            List<Integer> steps = new ArrayList<>(rank);
            for (int i = 0; i < rank; i++) {
                int step = outer.steps().get(i);
                starts.add(outer.starts().get(i) + inner.starts().get(i) * step);
                steps.add(inner.steps().get(i) * step);
            }
            node(outer.x()).add(new Assemble.Piece(inner.x(), starts, steps));
        }
    }

    /// A gradient is complete. It is computed here, row-major, because what it is computed from may
    /// be overwritten by the optimizer.
    private void arrive(Tensor leaf, Tensor g) {
        Object key = key(leaf);
        Tensor before = leaves.get(key);
        Tensor dense = (before == null ? g : before.add(g)).contiguous();
        dense.storage();
        leaves.put(key, dense);
    }

    private List<Tensor> alive() {
        List<Tensor> alive = new ArrayList<>(leaves.values());
        for (int i = 0; i < count; i++) {
            order[i].collect(alive);
        }
        return alive;
    }

    private Node node(Tensor tensor) {
        return Objects.requireNonNull(nodes.find(tensor));
    }

    /// Adds `g` to the gradient of a tracked input. Where the input was stretched by broadcasting,
    /// the sum over its copies is taken: by [StretchedGradients] and nowhere else.
    void add(Tensor input, Tensor g) {
        if (g.shape().equals(input.shape())) {
            node(input).add(g);
        } else {
            stretched.add(node(input), g);
        }
    }

    /// Adds `g` to a part of the gradient of a tracked input.
    void addPiece(Tensor input, Tensor g, List<Integer> starts, List<Integer> steps) {
        node(input).add(new Assemble.Piece(g, starts, steps));
    }

    /// What a tracked input is the transposed matrix of, or `null` if it is not one.
    @Nullable Tensor transposed(Tensor input) {
        if (!(opOf(input) instanceof View.Permute(var x, var axes))) {
            return null;
        }
        int last = axes.size() - 1;
        boolean isTransposed =
                axes.size() == x.shape().rank()
                        && axes.get(last) == last - 1
                        && axes.get(last - 1) == last;
        for (int i = 0; i < last - 1; i++) {
            isTransposed &= axes.get(i) == i;
        }
        return isTransposed ? x : null;
    }

    /// Adds `aᵀ·g` to the gradient of a tracked input, for matrices `a` and `g` of as many rows.
    void addProduct(Tensor input, Tensor a, Tensor g) {
        node(input).add(a, g);
    }
}
