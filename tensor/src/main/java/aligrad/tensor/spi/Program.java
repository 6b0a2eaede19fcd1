package aligrad.tensor.spi;

import aligrad.tensor.BinaryOp;
import aligrad.tensor.DType;
import aligrad.tensor.UnaryOp;

/// The structure of a pointwise expression, without its tensors and constants: straight-line code
/// in which node `i` is computed from earlier nodes.
///
/// Two expressions with the same structure have the same program, so a kernel made for it is made
/// once. This is what the CPU compiles to bytecode, OpenCL prints as a kernel and the reference
/// backend interprets.
public final class Program {

    /// What a node does.
    public enum Kind {
        /// Reads an element of leaf `index`.
        LEAF,
        /// The constant number `index`.
        FILL,
        /// A uniform random number of generator `index`, at the element's row-major place.
        UNIFORM,
        /// Node `a` as another type.
        CAST,
        /// Node `a` ? node `b` : node `c`.
        WHERE,
        /// A [UnaryOp] of node `a`.
        UNARY,
        /// A [BinaryOp] of nodes `a` and `b`.
        BINARY
    }

    static final int UNARY_BASE = 8;
    static final int BINARY_BASE = 64;

    private static final Kind[] KINDS = Kind.values();
    private static final UnaryOp[] UNARY = UnaryOp.values();
    private static final BinaryOp[] BINARY = BinaryOp.values();
    private static final DType[] TYPES = DType.values();

    /// Marks the word of a root in a key.
    static final int ROOT = 1 << 16;

    private final int[] key;
    private final int nodes;
    private final int outputs;
    private final int leaves;
    private final int fills;
    private final int uniforms;
    private final int[] index;

    /// From a key of [Expression]: two words for each node (code and type, then operands), then a
    /// word for each output, then one for each root if there are several.
    Program(int[] key, int nodes) {
        this.key = key;
        this.nodes = nodes;
        this.index = new int[nodes];
        int leafCount = 0;
        int fillCount = 0;
        int uniformCount = 0;
        for (int i = 0; i < nodes; i++) {
            switch (kind(i)) {
                case LEAF -> index[i] = leafCount++;
                case FILL -> index[i] = fillCount++;
                case UNIFORM -> index[i] = uniformCount++;
                case CAST, WHERE, UNARY, BINARY -> {}
            }
        }
        int outputCount = 0;
        for (int i = 2 * nodes; i < key.length; i++) {
            outputCount += (key[i] & ROOT) == 0 ? 1 : 0;
        }
        this.outputs = outputCount;
        this.leaves = leafCount;
        this.fills = fillCount;
        this.uniforms = uniformCount;
    }

    /// How many nodes there are.
    public int nodes() {
        return nodes;
    }

    /// How many leaves, constants and random generators there are.
    public int leaves() {
        return leaves;
    }

    public int fills() {
        return fills;
    }

    public int uniforms() {
        return uniforms;
    }

    /// How many nodes are stored.
    public int outputs() {
        return outputs;
    }

    /// The node that output `o` stores.
    public int output(int o) {
        return key[2 * nodes + o];
    }

    /// How many nodes a reduction joins the values of.
    public int roots() {
        return Math.max(1, key.length - 2 * nodes - outputs);
    }

    /// The node of root `r`. That of a single one is the node on which all others were gathered.
    public int root(int r) {
        int at = 2 * nodes + outputs + r;
        return at < key.length ? key[at] & ~ROOT : nodes - 1;
    }

    public Kind kind(int node) {
        int code = key[2 * node] & 0xff;
        return code >= BINARY_BASE ? Kind.BINARY : code >= UNARY_BASE ? Kind.UNARY : KINDS[code];
    }

    /// The type of a node's values.
    public DType type(int node) {
        return TYPES[key[2 * node] >>> 8];
    }

    public UnaryOp unary(int node) {
        return UNARY[(key[2 * node] & 0xff) - UNARY_BASE];
    }

    public BinaryOp binary(int node) {
        return BINARY[(key[2 * node] & 0xff) - BINARY_BASE];
    }

    /// Which leaf, constant or generator a node reads.
    public int index(int node) {
        return index[node];
    }

    /// The first operand.
    public int a(int node) {
        return key[2 * node + 1] & 0xff;
    }

    /// The second operand.
    public int b(int node) {
        return key[2 * node + 1] >>> 8 & 0xff;
    }

    /// The third operand.
    public int c(int node) {
        return key[2 * node + 1] >>> 16 & 0xff;
    }

    /// One line a node, such as `%3 = MUL F32 %1 %2`.
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < nodes; i++) {
            text.append('%').append(i).append(" = ");
            switch (kind(i)) {
                case LEAF, FILL, UNIFORM ->
                        text.append(kind(i))
                                .append(' ')
                                .append(type(i))
                                .append(" #")
                                .append(index(i));
                case CAST -> text.append("CAST ").append(type(i)).append(" %").append(a(i));
                case WHERE -> text.append("WHERE %" + a(i) + " %" + b(i) + " %" + c(i));
                case UNARY ->
                        text.append(unary(i)).append(' ').append(type(i)).append(" %").append(a(i));
                case BINARY -> text.append(binary(i) + " " + type(i) + " %" + a(i) + " %" + b(i));
            }
            text.append('\n');
        }
        for (int o = 0; o < outputs(); o++) {
            text.append("store %").append(output(o)).append('\n');
        }
        return text.toString();
    }
}
