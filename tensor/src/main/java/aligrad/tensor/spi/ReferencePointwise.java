package aligrad.tensor.spi;

import aligrad.tensor.BinaryOp;
import aligrad.tensor.DType;
import aligrad.tensor.Philox;
import aligrad.tensor.Pointwise;
import aligrad.tensor.Tensor;
import aligrad.tensor.UnaryOp;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Interprets a pointwise expression, node after node, over a few hundred elements at a time.
///
/// Between nodes of a floating type nothing is rounded; a constant of type `F32` is, because every
/// backend must see the same one.
final class ReferencePointwise {

    private static final int LONGEST_CHUNK = 256;

    private final Expression expression;
    private final Program program;
    private final MemorySegment[] leaves;
    private final ReferenceWalk[] walks;
    private final ReferenceValues[] nodes;
    private final int chunk;

    ReferencePointwise(Expression expression, Program program) {
        this.expression = expression;
        this.program = program;
        this.leaves = new MemorySegment[expression.leaves()];
        this.walks = new ReferenceWalk[expression.leaves()];
        for (int i = 0; i < leaves.length; i++) {
            Tensor leaf = expression.leaf(i);
            leaves[i] = ((HostStorage) leaf.storage()).segment();
            Layout layout = leaf.layout().broadcast(leaf.shape(), expression.shape());
            walks[i] = new ReferenceWalk(expression.shape(), layout);
        }
        this.chunk = (int) Math.min(LONGEST_CHUNK, expression.shape().size());
        this.nodes = new ReferenceValues[program.nodes()];
        for (int i = 0; i < nodes.length; i++) {
            nodes[i] = new ReferenceValues(program.type(i), chunk);
        }
    }

    /// Computes and stores the outputs.
    void run() {
        run(null);
    }

    /// Computes and stores the outputs, and answers with the values of the root.
    ReferenceValues root() {
        ReferenceValues root =
                new ReferenceValues(program.type(program.root(0)), expression.shape().size());
        run(root);
        return root;
    }

    private void run(@Nullable ReferenceValues root) {
        long size = expression.shape().size();
        for (long first = 0; first < size; first += chunk) {
            int count = (int) Math.min(chunk, size - first);
            for (int node = 0; node < nodes.length; node++) {
                compute(node, first, count);
            }
            for (int i = 0; i < expression.outputs(); i++) {
                HostStorage to = (HostStorage) expression.destination(i);
                nodes[program.output(i)].store(to.segment(), first, count);
            }
            for (int i = 0; root != null && i < count; i++) {
                root.copy((int) first + i, nodes[program.root(0)], i);
            }
        }
    }

    private void compute(int node, long first, int count) {
        ReferenceValues to = nodes[node];
        int index = program.index(node);
        switch (program.kind(node)) {
            case LEAF -> {
                for (int i = 0; i < count; i++) {
                    to.load(leaves[index], walks[index].next(), i);
                }
            }
            case FILL -> fill(to, expression.constant(index));
            case UNIFORM -> uniform(to, expression.uniform(index), first, count);
            case CAST -> cast(to, nodes[program.a(node)], count);
            case WHERE -> {
                ReferenceValues condition = nodes[program.a(node)];
                ReferenceValues a = nodes[program.b(node)];
                ReferenceValues b = nodes[program.c(node)];
                for (int i = 0; i < count; i++) {
                    to.copy(i, condition.wholes[i] != 0 ? a : b, i);
                }
            }
            case UNARY -> unary(program.unary(node), to, nodes[program.a(node)], count);
            case BINARY ->
                    binary(
                            program.binary(node),
                            to,
                            nodes[program.a(node)],
                            nodes[program.b(node)],
                            count);
        }
    }

    private static void fill(ReferenceValues to, double value) {
        switch (to.type) {
            case F32 -> Arrays.fill(to.reals, (float) value);
            case F64 -> Arrays.fill(to.reals, value);
            case I32, I64, U8, BOOL ->
                    Arrays.fill(to.wholes, ReferenceValues.saturated(to.type, value));
        }
    }

    private static void uniform(ReferenceValues to, Pointwise.Uniform u, long first, int count) {
        for (int i = 0; i < count; i++) {
            to.reals[i] =
                    to.type == DType.F32
                            ? Philox.uniformFloat(u.key(), u.call(), first + i)
                            : Philox.uniformDouble(u.key(), u.call(), first + i);
        }
    }

    private static void cast(ReferenceValues to, ReferenceValues x, int count) {
        boolean throughFloat = to.type == DType.F32 || x.type == DType.F32;
        for (int i = 0; i < count; i++) {
            if (x.type.isFloating()) {
                double value = throughFloat ? (float) x.reals[i] : x.reals[i];
                if (to.type.isFloating()) {
                    to.reals[i] = value;
                } else {
                    to.wholes[i] = ReferenceValues.saturated(to.type, value);
                }
            } else if (to.type.isFloating()) {
                // from long to float at once: through double it would be rounded twice
                to.reals[i] = to.type == DType.F32 ? (float) x.wholes[i] : (double) x.wholes[i];
            } else {
                to.wholes[i] = ReferenceValues.saturated(to.type, x.wholes[i]);
            }
        }
    }

    private static void unary(UnaryOp f, ReferenceValues to, ReferenceValues x, int count) {
        for (int i = 0; i < count; i++) {
            if (to.type.isFloating()) {
                to.reals[i] = f.apply(x.reals[i]);
            } else if (x.type.isFloating()) {
                to.wholes[i] = (long) f.apply(x.reals[i]);
            } else {
                to.wholes[i] = ReferenceValues.wrapped(to.type, whole(f, x.wholes[i]));
            }
        }
    }

    private static long whole(UnaryOp f, long x) {
        return switch (f) {
            case IDENTITY -> x;
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case SIGN -> Long.signum(x);
            case SQUARE -> x * x;
            case RELU -> Math.max(x, 0);
            case NOT -> x == 0 ? 1 : 0;
            case SQRT,
                    RSQRT,
                    RECIPROCAL,
                    EXP,
                    EXPM1,
                    LOG,
                    LOG1P,
                    SIN,
                    COS,
                    TAN,
                    ASIN,
                    ACOS,
                    ATAN,
                    SINH,
                    COSH,
                    TANH,
                    SIGMOID,
                    SOFTPLUS,
                    ERF,
                    FLOOR,
                    CEIL,
                    ROUND,
                    TRUNC,
                    IS_NAN,
                    IS_FINITE ->
                    throw new AssertionError(f + " is not made for whole numbers");
        };
    }

    private static void binary(
            BinaryOp f, ReferenceValues to, ReferenceValues a, ReferenceValues b, int count) {
        for (int i = 0; i < count; i++) {
            if (to.type.isFloating()) {
                to.reals[i] = f.apply(a.reals[i], b.reals[i]);
            } else if (a.type.isFloating()) {
                to.wholes[i] = (long) f.apply(a.reals[i], b.reals[i]);
            } else {
                to.wholes[i] =
                        ReferenceValues.wrapped(
                                to.type, whole(f, a.wholes[i], b.wholes[i], a.type));
            }
        }
    }

    private static long whole(BinaryOp f, long a, long b, DType type) {
        return switch (f) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / divisor(f, a, b, type);
            case MOD -> Math.floorMod(a, divisor(f, a, b, type));
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case EQ -> a == b ? 1 : 0;
            case NE -> a != b ? 1 : 0;
            case LT -> a < b ? 1 : 0;
            case LE -> a <= b ? 1 : 0;
            case GT -> a > b ? 1 : 0;
            case GE -> a >= b ? 1 : 0;
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
            case POW, ATAN2 -> throw new AssertionError(f + " is not made for whole numbers");
        };
    }

    private static long divisor(BinaryOp f, long a, long b, DType type) {
        if (b == 0) {
            throw new ArithmeticException(
                    "%s of %s %d by 0: whole numbers have no infinity; replace 0, or cast"
                            .formatted(f.label(), type, a));
        }
        return b;
    }
}
