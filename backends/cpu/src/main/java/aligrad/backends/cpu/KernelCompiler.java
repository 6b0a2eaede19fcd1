package aligrad.backends.cpu;

import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import aligrad.tensor.DType;
import aligrad.tensor.ReduceOp;
import aligrad.tensor.spi.Program;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import org.jspecify.annotations.Nullable;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.util.Locale;

/// Writes a pointwise expression of `F32` as bytecode that calls the Vector API: one pass over the
/// leaves, everything in between in registers.
///
/// The forms differ in what happens to the roots' values: nothing (they are among the outputs, if
/// wanted), or they are joined along the last axis, or along the middle one. Each vector is
/// computed completely before anything is stored, so destinations may be leaves.
final class KernelCompiler {

    /// What happens to the root's values.
    enum Form {
        /// Only outputs are stored.
        STORE,
        /// Joined along `n`: a vector for each `(d0, d1)`, whose lanes [LaneFold] joins.
        ROWS,
        /// Joined along `d1`: a result for each `(d0, n)`.
        COLUMNS
    }

    private static final ClassDesc FLOAT_VECTOR = desc(FloatVector.class);
    private static final ClassDesc SPECIES = desc(VectorSpecies.class);
    private static final ClassDesc SPECIES_CLASS = desc(Species.class);
    private static final ClassDesc FUNCTIONS = desc(FloatFunctions.class);
    private static final ClassDesc STEPS = desc(KernelSteps.class);
    private static final ClassDesc KERNEL = desc(PointwiseKernel.class);
    private static final MethodTypeDesc RUN =
            MethodTypeDesc.of(
                    CD_void, CD_long.arrayType(), CD_float.arrayType(), CD_int, CD_int, CD_int);
    private static final MethodTypeDesc BROADCAST =
            MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, CD_float);
    private static final MethodTypeDesc LOAD = MethodTypeDesc.of(FLOAT_VECTOR, CD_long);
    private static final MethodTypeDesc STORE =
            MethodTypeDesc.of(CD_void, FLOAT_VECTOR, CD_long, CD_int);
    private static final MethodTypeDesc STORE_WHOLE =
            MethodTypeDesc.of(CD_void, FLOAT_VECTOR, CD_long);
    private static final MethodTypeDesc END = MethodTypeDesc.of(CD_void, CD_long, CD_long, CD_int);
    private static final int LANES = Species.LANES_32;

    /// Bytes of the longest method that HotSpot compiles (`HugeMethodLimit`).
    private static final int LONGEST_CODE = 8000;

    // Local variables of the method, in slots.
    private static final int FRAME = 1;
    private static final int CONSTANTS = 2;
    private static final int D0 = 3;
    private static final int D1 = 4;
    private static final int N = 5;
    private static final int I0 = 6;
    private static final int I1 = 7;
    private static final int X = 8;
    private static final int OFFSET = 9; // two slots
    private static final int ROW = 11; // two slots: bytes of an output before this row
    private static final int ASIDE = 13; // two slots: where the last vector of a ragged row goes
    private static final int TO = 15; // two slots
    private static final int FIRST_FREE = 17;

    private final Program program;
    private final long pattern;
    private final Form form;
    private final @Nullable ReduceOp f;
    private final int[] node; // slot of each node's vector
    private final int[] pointer; // slot of the row address of each leaf, then of random numbers
    private final int[] joined; // slot of the vector in which each root's values are joined
    private final int[] result; // slot of the address of each root's results
    private final int firstFree; // where spliced code keeps its variables

    private KernelCompiler(Program program, long pattern, Form form, @Nullable ReduceOp f) {
        this.program = program;
        this.pattern = pattern;
        this.form = form;
        this.f = f;
        this.node = new int[program.nodes()];
        this.pointer = new int[program.leaves() + program.uniforms()];
        int next = FIRST_FREE;
        for (int i = 0; i < node.length; i++) {
            node[i] = next++;
        }
        for (int i = 0; i < pointer.length; i++) {
            pointer[i] = next;
            next += 2;
        }
        this.joined = new int[form == Form.STORE ? 0 : program.roots()];
        this.result = new int[joined.length];
        for (int r = 0; r < joined.length; r++) {
            joined[r] = next++;
            result[r] = next;
            next += 2;
        }
        this.firstFree = next;
    }

    /// Calls a step or function by copying its code here.
    private void step(CodeBuilder c, ClassDesc owner, String name, MethodTypeDesc type) {
        MethodSplicer.invoke(c, owner, name, type, firstFree);
    }

    /// Whether this program can be compiled: all leaves and outputs are `F32` or `BOOL`.
    static boolean accepts(CpuProgram cpu) {
        Program p = cpu.program;
        boolean ok = cpu.isFloat && cpu.operands <= 60;
        for (int i = 0; ok && i < p.nodes(); i++) {
            ok =
                    p.kind(i) != Program.Kind.LEAF
                            || p.type(i) == DType.F32
                            || p.type(i) == DType.BOOL;
        }
        return ok && !Lanes.CHECKED;
    }

    /// Compiles one kernel; `null` if the virtual machine would never make machine code of it.
    ///
    /// @param pattern bit `i`: leaf `i` does not move along `n`
    /// @param f how the root's values are joined; `null` for [Form#STORE]
    static @Nullable PointwiseKernel compile(
            Program program, long pattern, Form form, @Nullable ReduceOp f) {
        byte[] bytes = new KernelCompiler(program, pattern, form, f).build();
        if (codeLength(bytes) > LONGEST_CODE) {
            return null;
        }
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup().defineHiddenClass(bytes, true);
            return (PointwiseKernel)
                    lookup.findConstructor(
                                    lookup.lookupClass(),
                                    java.lang.invoke.MethodType.methodType(void.class))
                            .invoke();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (
                Throwable
                        e) { // a method handle declares it, a constructor without code throws none
            throw new AssertionError(e);
        }
    }

    private static int codeLength(byte[] bytes) {
        return ClassFile.of().parse(bytes).methods().stream()
                .flatMap(method -> method.findAttribute(Attributes.code()).stream())
                .mapToInt(CodeAttribute::codeLength)
                .max()
                .orElse(0);
    }

    private byte[] build() {
        return ClassFile.of()
                .build(
                        ClassDesc.of("aligrad.backends.cpu", "Kernel"),
                        builder ->
                                builder.withFlags(ClassFile.ACC_FINAL)
                                        .withSuperclass(KERNEL)
                                        .withMethodBody(
                                                "<init>",
                                                MethodTypeDesc.of(CD_void),
                                                0,
                                                c ->
                                                        c.aload(0)
                                                                .invokespecial(
                                                                        KERNEL,
                                                                        "<init>",
                                                                        MethodTypeDesc.of(CD_void))
                                                                .return_())
                                        .withMethodBody("run", RUN, 0, this::run));
    }

    private void run(CodeBuilder c) {
        for (int i = 0; i < program.nodes(); i++) {
            if (program.kind(i) == Program.Kind.FILL) {
                c.getstatic(SPECIES_CLASS, "F32", SPECIES)
                        .aload(CONSTANTS)
                        .loadConstant(program.index(i))
                        .faload()
                        .invokestatic(FLOAT_VECTOR, "broadcast", BROADCAST)
                        .astore(node[i]);
            }
        }
        for (int r = 0; r < result.length; r++) {
            frame(c, 3 * pointer.length + program.outputs() + r);
            c.lstore(result[r]);
        }
        if (program.outputs() > 0) {
            Label whole = c.newLabel();
            c.lconst_0().lstore(ASIDE);
            c.iload(N).loadConstant(LANES - 1).iand().ifeq(whole);
            c.loadConstant(program.outputs() * KernelSteps.VECTOR_BYTES);
            c.invokestatic(STEPS, "aside", MethodTypeDesc.of(CD_long, CD_long)).lstore(ASIDE);
            c.labelBinding(whole);
        }
        switch (form) {
            case STORE -> {
                c.lconst_0().lstore(ROW);
                loop(c, I0, D0, () -> loop(c, I1, D1, () -> row(c, () -> {})));
            }
            case ROWS -> {
                c.lconst_0().lstore(ROW);
                loop(c, I0, D0, () -> loop(c, I1, D1, () -> joinRow(c)));
            }
            case COLUMNS -> loop(c, I0, D0, () -> joinColumns(c));
        }
        c.return_();
    }

    /// A row of `n`: leaves that stand still are read once, the others vector by vector.
    private void row(CodeBuilder c, Runnable join) {
        pointers(c);
        still(c);
        vectors(c, join);
        Label whole = c.newLabel();
        c.iload(N).loadConstant(LANES - 1).iand().ifeq(whole);
        c.iload(N).loadConstant(-LANES).iand().i2l().loadConstant(4L).lmul().lstore(OFFSET);
        ends(c, () -> c.iload(N).loadConstant(LANES - 1).iand());
        c.labelBinding(whole);
        c.lload(ROW).iload(N).i2l().loadConstant(4L).lmul().ladd().lstore(ROW);
    }

    private void joinRow(CodeBuilder c) {
        identity(c);
        row(c, () -> join(c));
        for (int r = 0; r < joined.length; r++) { // the lanes of this row, and on to the next
            c.aload(joined[r]).lload(result[r]);
            step(c, STEPS, "store", STORE_WHOLE);
            c.lload(result[r]).loadConstant(LaneFold.VECTOR_BYTES).ladd().lstore(result[r]);
        }
    }

    /// For each vector of columns, down the rows.
    private void joinColumns(CodeBuilder c) {
        c.iconst_0().istore(X);
        Label top = c.newLabel();
        Label end = c.newLabel();
        c.labelBinding(top).iload(X).iload(N).if_icmpge(end);
        c.iload(X).i2l().loadConstant(4L).lmul().lstore(OFFSET);
        identity(c);
        // bytes of outputs before this row: i0 · d1 · n · 4
        c.iload(I0).i2l().iload(D1).i2l().lmul().iload(N).i2l().lmul().loadConstant(4L).lmul();
        c.lstore(ROW);
        loop(
                c,
                I1,
                D1,
                () -> {
                    pointers(c);
                    still(c);
                    body(c);
                    Label whole = c.newLabel();
                    c.iload(N).iload(X).isub().loadConstant(LANES).if_icmpge(whole);
                    ends(c, () -> c.iload(N).iload(X).isub());
                    c.labelBinding(whole);
                    join(c);
                    c.lload(ROW).iload(N).i2l().loadConstant(4L).lmul().ladd().lstore(ROW);
                });
        for (int r = 0; r < joined.length; r++) { // result[i0, x …]
            c.aload(joined[r]).lload(result[r]);
            c.iload(I0).i2l().iload(N).i2l().lmul().loadConstant(4L).lmul().ladd();
            c.lload(OFFSET).ladd();
            c.iload(N).iload(X).isub();
            step(c, STEPS, "store", STORE);
        }
        c.iinc(X, LANES).goto_(top).labelBinding(end);
    }

    private void vectors(CodeBuilder c, Runnable join) {
        c.iconst_0().istore(X);
        Label top = c.newLabel();
        Label end = c.newLabel();
        c.labelBinding(top).iload(X).iload(N).if_icmpge(end);
        c.iload(X).i2l().loadConstant(4L).lmul().lstore(OFFSET);
        body(c);
        join.run();
        c.iinc(X, LANES).goto_(top).labelBinding(end);
    }

    /// Computes every node at one vector, then stores the outputs.
    private void body(CodeBuilder c) {
        for (int i = 0; i < program.nodes(); i++) {
            switch (program.kind(i)) {
                case LEAF -> {
                    if (!isStill(program.index(i))) {
                        load(c, i, program.index(i));
                    }
                }
                case FILL -> {}
                case UNIFORM -> load(c, i, program.leaves() + program.index(i));
                case CAST ->
                        call(
                                c,
                                i,
                                program.type(i) == DType.BOOL ? "isTrue" : "identity",
                                program.a(i));
                case WHERE -> call(c, i, "where", program.a(i), program.b(i), program.c(i));
                case UNARY -> call(c, i, name(program.unary(i)), program.a(i));
                case BINARY -> call(c, i, name(program.binary(i)), program.a(i), program.b(i));
            }
        }
        for (int o = 0; o < program.outputs(); o++) {
            Label whole = c.newLabel();
            address(c, o);
            c.lstore(TO);
            c.iload(N).iload(X).isub().loadConstant(LANES).if_icmpge(whole);
            aside(c, o);
            c.lstore(TO).labelBinding(whole);
            c.aload(node[program.output(o)]).lload(TO);
            step(c, STEPS, isBool(o) ? "storeBool" : "store", STORE_WHOLE);
        }
    }

    /// Copies what is in the row of the last vectors, which were stored aside.
    ///
    /// They are not stored in part where they are computed: a masked store in the loop, even in a
    /// branch that is never taken, makes each of its rounds a third longer.
    private void ends(CodeBuilder c, Runnable left) {
        for (int o = 0; o < program.outputs(); o++) {
            aside(c, o);
            address(c, o);
            left.run();
            step(c, STEPS, isBool(o) ? "endBool" : "end", END);
        }
    }

    private boolean isBool(int output) {
        return program.type(program.output(output)) == DType.BOOL;
    }

    /// The address of the present vector of an output.
    private void address(CodeBuilder c, int output) {
        frame(c, 3 * pointer.length + output);
        c.lload(ROW).lload(OFFSET).ladd();
        if (isBool(output)) { // a byte where the others have four
            c.iconst_2().lushr();
        }
        c.ladd();
    }

    private static void aside(CodeBuilder c, int output) {
        c.lload(ASIDE).loadConstant(output * KernelSteps.VECTOR_BYTES).ladd();
    }

    private void load(CodeBuilder c, int i, int operand) {
        boolean isBool = program.type(i) == DType.BOOL;
        c.lload(pointer[operand]);
        if (isBool) {
            c.iload(X).i2l().ladd();
            step(c, STEPS, "loadBool", LOAD);
        } else {
            c.lload(OFFSET).ladd();
            step(c, STEPS, "load", LOAD);
        }
        c.astore(node[i]);
    }

    private void call(CodeBuilder c, int result, String function, int... operands) {
        for (int operand : operands) {
            c.aload(node[operand]);
        }
        ClassDesc[] parameters = new ClassDesc[operands.length];
        java.util.Arrays.fill(parameters, FLOAT_VECTOR);
        step(c, FUNCTIONS, function, MethodTypeDesc.of(FLOAT_VECTOR, parameters));
        c.astore(node[result]);
    }

    /// The address of each operand's row: base + i0 · stride0 + i1 · stride1.
    private void pointers(CodeBuilder c) {
        for (int operand = 0; operand < pointer.length; operand++) {
            frame(c, 3 * operand);
            frame(c, 3 * operand + 1);
            c.iload(I0).i2l().lmul().ladd();
            frame(c, 3 * operand + 2);
            c.iload(I1).i2l().lmul().ladd();
            c.lstore(pointer[operand]);
        }
    }

    private void still(CodeBuilder c) {
        for (int i = 0; i < program.nodes(); i++) {
            if (program.kind(i) == Program.Kind.LEAF && isStill(program.index(i))) {
                c.lload(pointer[program.index(i)]);
                step(c, STEPS, program.type(i) == DType.BOOL ? "broadcastBool" : "broadcast", LOAD);
                c.astore(node[i]);
            }
        }
    }

    private boolean isStill(int leaf) {
        return (pattern >>> leaf & 1) != 0;
    }

    private void identity(CodeBuilder c) {
        for (int slot : joined) {
            c.getstatic(SPECIES_CLASS, "F32", SPECIES)
                    .loadConstant((float) identityOf())
                    .invokestatic(FLOAT_VECTOR, "broadcast", BROADCAST)
                    .astore(slot);
        }
    }

    private double identityOf() {
        return f == null ? 0 : f.identity();
    }

    private void join(CodeBuilder c) {
        for (int r = 0; r < joined.length; r++) {
            c.aload(joined[r]).aload(node[program.root(r)]);
            MethodTypeDesc type;
            if (form == Form.ROWS) { // lanes beyond the row's end must not count
                c.iload(N).iload(X).isub();
                type = MethodTypeDesc.of(FLOAT_VECTOR, FLOAT_VECTOR, FLOAT_VECTOR, CD_int);
            } else {
                type = MethodTypeDesc.of(FLOAT_VECTOR, FLOAT_VECTOR, FLOAT_VECTOR);
            }
            step(c, STEPS, "join" + name(f), type);
            c.astore(joined[r]);
        }
    }

    private static void loop(CodeBuilder c, int index, int bound, Runnable body) {
        c.iconst_0().istore(index);
        Label top = c.newLabel();
        Label end = c.newLabel();
        c.labelBinding(top).iload(index).iload(bound).if_icmpge(end);
        body.run();
        c.iinc(index, 1).goto_(top).labelBinding(end);
    }

    private static void frame(CodeBuilder c, int index) {
        c.aload(FRAME).loadConstant(index).laload();
    }

    /// `IS_NAN` becomes `isNan`.
    private static String name(@Nullable Enum<?> constant) {
        if (constant == null) {
            return "";
        }
        StringBuilder name = new StringBuilder();
        for (String word : constant.name().toLowerCase(Locale.ROOT).split("_", -1)) {
            name.append(
                    name.isEmpty() && !(constant instanceof ReduceOp)
                            ? word
                            : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        return name.toString();
    }

    private static ClassDesc desc(Class<?> type) {
        return ClassDesc.ofDescriptor(type.descriptorString());
    }
}
