package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Kernel;
import aligrad.tensor.BinaryOp;
import aligrad.tensor.DType;
import aligrad.tensor.Pointwise;
import aligrad.tensor.UnaryOp;
import aligrad.tensor.spi.Expression;
import aligrad.tensor.spi.Program;

import java.util.ArrayList;
import java.util.List;

/// A pointwise program printed as OpenCL C: one line a node, each leaf read once, each output
/// written once.
///
/// What the kernel must know of where the leaves lie, extents, strides and offsets, are members of
/// its structure of numbers; [#fields] names them and [#numbers] gives their values, in the same
/// order.
final class PointwiseSource {

    /// In place of a number of axes: every leaf is walked in the order of the elements, or is one
    /// element everywhere, so that its index follows from the element's place.
    static final int FLAT = 0;

    private final Program program;
    private final int rank;
    private final boolean placed;

    /// @param rank how many axes the walk has; or [#FLAT]
    /// @param placed whether the caller keeps the row-major place of the element in `i`; otherwise
    ///   it is computed from coordinates where it is needed
    PointwiseSource(Program program, int rank, boolean placed) {
        this.program = program;
        this.rank = rank;
        this.placed = placed;
    }

    /// Whether a row-major place must be computed: outputs are stored there, random numbers belong
    /// to it.
    private boolean computesPlace() {
        return !placed && (program.outputs() > 0 || program.uniforms() > 0);
    }

    /// Whether it divides whole numbers, and so notes a division by zero.
    boolean canFail() {
        for (int node = 0; node < program.nodes(); node++) {
            if (program.kind(node) == Program.Kind.BINARY
                    && !program.type(node).isFloating()
                    && (program.binary(node) == BinaryOp.DIV
                            || program.binary(node) == BinaryOp.MOD)) {
                return true;
            }
        }
        return false;
    }

    /// The names of the numbers that [#numbers] gives.
    List<String> fields() {
        List<String> fields = new ArrayList<>();
        for (int i = 0; i < program.fills(); i++) {
            fields.add("c" + i);
        }
        for (int i = 0; i < program.uniforms(); i++) {
            fields.add("key" + i);
            fields.add("call" + i);
        }
        for (int axis = 0; axis < rank; axis++) {
            fields.add("e" + axis);
        }
        for (int i = 0; i < program.leaves(); i++) {
            fields.add("o" + i);
            addStrides(fields, "s" + i + "_");
        }
        if (computesPlace()) {
            addStrides(fields, "w");
        }
        return fields;
    }

    private void addStrides(List<String> fields, String name) {
        for (int axis = 0; axis < Math.max(1, rank); axis++) {
            fields.add(name + axis);
        }
    }

    /// Hands the numbers to a kernel; the walk's operands are the leaves and then, unless places
    /// are kept, the row-major place.
    void numbers(Kernel kernel, Expression expression, Walk walk) {
        int fill = 0;
        for (int node = 0; node < program.nodes(); node++) {
            if (program.kind(node) == Program.Kind.FILL) {
                fill(kernel, program.type(node), expression.constant(fill++));
            }
        }
        for (int i = 0; i < program.uniforms(); i++) {
            Pointwise.Uniform uniform = expression.uniform(i);
            kernel.number(uniform.key()).number(uniform.call());
        }
        if (rank != FLAT) {
            walk.extents(kernel);
        }
        for (int i = 0; i < program.leaves(); i++) {
            kernel.number(walk.offset(i));
            if (rank != FLAT) {
                walk.strides(kernel, i);
            } else {
                kernel.number(walk.isSame(i) ? 0 : 1);
            }
        }
        if (computesPlace()) {
            walk.strides(kernel, program.leaves());
        }
    }

    private static void fill(Kernel kernel, DType type, double value) {
        switch (type) {
            case F32 -> kernel.number((double) (float) value);
            case F64 -> kernel.number(value);
            case I32 ->
                    kernel.number(
                            (long) Math.clamp((long) value, Integer.MIN_VALUE, Integer.MAX_VALUE));
            case I64 -> kernel.number((long) value);
            case U8 -> kernel.number(Math.clamp((long) value, 0, 255));
            case BOOL -> kernel.number(value == 0 ? 0L : 1L);
        }
    }

    /// The beginning of a kernel that takes these buffers and numbers: the numbers are members of
    /// `p`.
    static String head(String name, List<String> buffers, List<String> fields) {
        String members = "typedef struct { long " + String.join(", ", fields) + "; } P;\n";
        boolean many = fields.size() > Kernel.MOST_NUMBERS;
        return "%s%skernel void %s(%s, %s) {\n"
                .formatted(
                        members,
                        many ? "#define p (*numbers)\n" : "",
                        name,
                        String.join(", ", buffers),
                        many ? "global const P* numbers" : "const P p");
    }

    /// The buffers: leaves `x0`, …, outputs `y0`, …, and where something can fail `failure`.
    List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        for (int node = 0; node < program.nodes(); node++) {
            if (program.kind(node) == Program.Kind.LEAF) {
                arguments.add(
                        "global const %s* x%d"
                                .formatted(Kernels.type(program.type(node)), program.index(node)));
            }
        }
        for (int o = 0; o < program.outputs(); o++) {
            arguments.add(
                    "global %s* y%d".formatted(Kernels.type(program.type(program.output(o))), o));
        }
        if (canFail()) {
            arguments.add("global long* failure");
        }
        return arguments;
    }

    /// Lines that compute the coordinates `k…` of axes `first` to `end - 1` from a number that
    /// counts them row-major, the variable `rest`, and use it up.
    static void coordinates(StringBuilder text, String indent, int first, int end) {
        for (int axis = end - 1; axis > first; axis--) {
            text.append(indent)
                    .append(
                            "const I k%d = rest %% (I)p.e%d; rest /= (I)p.e%d;\n"
                                    .formatted(axis, axis, axis));
        }
        text.append(indent).append("const I k%d = rest;\n".formatted(first));
    }

    /// Lines that compute every node as `v0`, `v1`, … and store the outputs, at the coordinates
    /// `k0`, … and the place `i`.
    void body(StringBuilder text, String indent) {
        if (computesPlace()) {
            text.append(indent).append("const I i = ").append(sum("w")).append(";\n");
        }
        for (int node = 0; node < program.nodes(); node++) {
            DType type = program.type(node);
            text.append(indent)
                    .append("const ")
                    .append(Kernels.type(type))
                    .append(" v")
                    .append(node)
                    .append(" = ")
                    .append(value(node, type))
                    .append(";\n");
        }
        for (int o = 0; o < program.outputs(); o++) {
            text.append(indent).append("y%d[i] = v%d;\n".formatted(o, program.output(o)));
        }
    }

    private String sum(String strides) {
        StringBuilder text = new StringBuilder();
        for (int axis = 0; axis < rank; axis++) {
            text.append(axis == 0 ? "" : " + ")
                    .append("k%d * (I)p.%s%d".formatted(axis, strides, axis));
        }
        return rank == FLAT ? "i * (I)p.%s0".formatted(strides) : text.toString();
    }

    private String value(int node, DType type) {
        int index = program.index(node);
        String a = "v" + program.a(node);
        String b = "v" + program.b(node);
        return switch (program.kind(node)) {
            case LEAF -> leaf(index, type);
            case FILL ->
                    switch (type) {
                        case F32, F64 ->
                                "(%s)as_double(p.c%d)".formatted(Kernels.type(type), index);
                        case I32, I64, U8, BOOL -> "(%s)p.c%d".formatted(Kernels.type(type), index);
                    };
            case UNIFORM ->
                    "uniform_%s(p.key%d, p.call%d, i)".formatted(Kernels.type(type), index, index);
            case CAST -> cast(a, program.type(program.a(node)), type);
            case WHERE -> "%s ? %s : v%d".formatted(a, b, program.c(node));
            case UNARY -> unary(program.unary(node), a, program.type(program.a(node)));
            case BINARY -> binary(program.binary(node), a, b, program.type(program.a(node)));
        };
    }

    private String leaf(int index, DType type) {
        String element = "x%d[(I)p.o%d + %s]".formatted(index, index, sum("s" + index + "_"));
        return type == DType.BOOL ? element + " != 0" : element;
    }

    private static String cast(String x, DType from, DType to) {
        String type = Kernels.type(to);
        return switch (to) {
            case F32, F64 -> "(%s)%s".formatted(type, x);
            case BOOL -> x + " != 0";
            case I32, I64, U8 ->
                    from.isFloating()
                            ? "to_%s_%s(%s)".formatted(type, Kernels.type(from), x)
                            : "convert_%s_sat(%s)".formatted(type, x);
        };
    }

    private static String unary(UnaryOp f, String x, DType type) {
        String t = Kernels.type(type);
        boolean real = type.isFloating();
        return switch (f) {
            case IDENTITY -> x;
            case NEG -> real ? "-" + x : wrapping("sub", "0", x, type);
            case ABS ->
                    real
                            ? "fabs(%s)".formatted(x)
                            : "%s < 0 ? %s : %s".formatted(x, wrapping("sub", "0", x, type), x);
            case SIGN ->
                    real ? "sign_%s(%s)".formatted(t, x) : "(%s > 0) - (%s < 0)".formatted(x, x);
            case SQUARE -> real ? x + " * " + x : wrapping("mul", x, x, type);
            case SQRT -> "sqrt(" + x + ")";
            case RSQRT -> "1 / sqrt(" + x + ")";
            case RECIPROCAL -> "1 / " + x;
            case EXP -> "exp(" + x + ")";
            case EXPM1 -> "expm1(" + x + ")";
            case LOG -> "log(" + x + ")";
            case LOG1P -> "log1p(" + x + ")";
            case SIN -> "sin(" + x + ")";
            case COS -> "cos(" + x + ")";
            case TAN -> "tan(" + x + ")";
            case ASIN -> "asin(" + x + ")";
            case ACOS -> "acos(" + x + ")";
            case ATAN -> "atan(" + x + ")";
            case SINH -> "sinh(" + x + ")";
            case COSH -> "cosh(" + x + ")";
            case TANH -> "tanh(" + x + ")";
            case SIGMOID -> "sigmoid_" + t + "(" + x + ")";
            case SOFTPLUS -> "softplus_" + t + "(" + x + ")";
            case ERF -> "erf(" + x + ")";
            case RELU -> real ? "relu_" + t + "(" + x + ")" : x + " > 0 ? " + x + " : 0";
            case FLOOR -> "floor(" + x + ")";
            case CEIL -> "ceil(" + x + ")";
            case ROUND -> "rint(" + x + ")";
            case TRUNC -> "trunc(" + x + ")";
            case IS_NAN -> "isnan(" + x + ") != 0";
            case IS_FINITE -> "isfinite(" + x + ") != 0";
            case NOT -> x + " == 0";
        };
    }

    private static String binary(BinaryOp f, String a, String b, DType type) {
        String t = Kernels.type(type);
        boolean real = type.isFloating();
        return switch (f) {
            case ADD -> real ? a + " + " + b : wrapping("add", a, b, type);
            case SUB -> real ? a + " - " + b : wrapping("sub", a, b, type);
            case MUL -> real ? a + " * " + b : wrapping("mul", a, b, type);
            case DIV -> real ? a + " / " + b : dividing("div", a, b, type);
            case MOD -> real ? "mod_%s(%s, %s)".formatted(t, a, b) : dividing("mod", a, b, type);
            case POW -> "pow_%s(%s, %s)".formatted(t, a, b);
            case ATAN2 -> "atan2(%s, %s)".formatted(a, b);
            case MAX -> real ? "max_%s(%s, %s)".formatted(t, a, b) : "max(" + a + ", " + b + ")";
            case MIN -> real ? "min_%s(%s, %s)".formatted(t, a, b) : "min(" + a + ", " + b + ")";
            case EQ -> a + " == " + b;
            case NE -> a + " != " + b;
            case LT -> a + " < " + b;
            case LE -> a + " <= " + b;
            case GT -> a + " > " + b;
            case GE -> a + " >= " + b;
            case AND -> a + " & " + b;
            case OR -> a + " | " + b;
            case XOR -> a + " ^ " + b;
        };
    }

    /// Arithmetic that wraps around; a `BOOL` asks for "not 0".
    private static String wrapping(String f, String a, String b, DType type) {
        String text = "%s_%s(%s, %s)".formatted(f, Kernels.type(type), a, b);
        return type == DType.BOOL ? text + " != 0" : text;
    }

    private static String dividing(String f, String a, String b, DType type) {
        return "(%s)%s_long(%s, %s, failure)".formatted(Kernels.type(type), f, a, b);
    }
}
