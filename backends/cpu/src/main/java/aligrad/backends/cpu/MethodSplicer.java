package aligrad.backends.cpu;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Copies the bytecode of our static methods to where they are called.
///
/// The optimizing compiler stops inlining when a method has grown past some 18,000 of its nodes,
/// and an operation of the Vector API is about 400; then every vector that is handed to a method
/// becomes an object on the heap, ten times slower. It keeps inlining the Vector API itself,
/// though. So a kernel contains no calls but those: whatever a step needs of [FloatFunctions],
/// [VectorMath] and [KernelSteps] is spliced in.
final class MethodSplicer {

    private static final List<Class<?>> SOURCES =
            List.of(FloatFunctions.class, VectorMath.class, KernelSteps.class);

    private static final Map<String, MethodModel> METHODS = new HashMap<>();

    static {
        for (Class<?> source : SOURCES) {
            String owner = source.descriptorString();
            for (MethodModel method : parse(source).methods()) {
                METHODS.put(
                        key(
                                owner,
                                method.methodName().stringValue(),
                                method.methodType().stringValue()),
                        method);
            }
        }
    }

    private MethodSplicer() {}

    private static ClassModel parse(Class<?> source) {
        try (InputStream in = source.getResourceAsStream(source.getSimpleName() + ".class")) {
            if (in == null) {
                throw new IllegalStateException(source + ": its class file cannot be read");
            }
            return ClassFile.of().parse(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String key(String owner, String name, String type) {
        return owner + name + type;
    }

    /// Emits a call whose arguments are on the operand stack: the method's own code if it can be
    /// copied, otherwise a call.
    ///
    /// @param firstLocal the first local variable that the code may use
    static void invoke(
            CodeBuilder c, ClassDesc owner, String name, MethodTypeDesc type, int firstLocal) {
        CodeAttribute code = copyable(owner.descriptorString(), name, type.descriptorString());
        if (code == null) {
            c.invokestatic(owner, name, type);
        } else {
            splice(c, code, type, firstLocal);
        }
    }

    /// The method's code, unless it is none of ours or holds what cannot be moved.
    private static @Nullable CodeAttribute copyable(String owner, String name, String type) {
        MethodModel method = METHODS.get(key(owner, name, type));
        if (method == null) {
            return null;
        }
        for (CodeElement element : method.code().orElseThrow()) {
            boolean fixed =
                    element instanceof InvokeDynamicInstruction
                            || element instanceof TableSwitchInstruction
                            || element instanceof LookupSwitchInstruction;
            if (fixed) {
                return null;
            }
        }
        return method.findAttribute(java.lang.classfile.Attributes.code()).orElseThrow();
    }

    private static void splice(
            CodeBuilder c, CodeAttribute code, MethodTypeDesc type, int firstLocal) {
        int[] slots = new int[type.parameterCount()];
        int next = firstLocal;
        for (int i = 0; i < slots.length; i++) {
            slots[i] = next;
            next += TypeKind.from(type.parameterType(i)).slotSize();
        }
        for (int i = slots.length - 1; i >= 0; i--) {
            c.storeLocal(TypeKind.from(type.parameterType(i)), slots[i]);
        }
        Map<Label, Label> labels = new HashMap<>();
        Label end = c.newLabel();
        int beyond = firstLocal + code.maxLocals();
        int returns = 0;
        for (CodeElement element : code) {
            returns += element instanceof ReturnInstruction ? 1 : 0;
        }
        for (CodeElement element : code) {
            switch (element) {
                case LoadInstruction load -> c.loadLocal(load.typeKind(), load.slot() + firstLocal);
                case StoreInstruction store ->
                        c.storeLocal(store.typeKind(), store.slot() + firstLocal);
                case IncrementInstruction inc -> c.iinc(inc.slot() + firstLocal, inc.constant());
                case BranchInstruction branch ->
                        c.branch(
                                branch.opcode(),
                                labels.computeIfAbsent(branch.target(), l -> c.newLabel()));
                case LabelTarget target ->
                        c.labelBinding(labels.computeIfAbsent(target.label(), l -> c.newLabel()));
                case ReturnInstruction _ -> {
                    if (returns > 1) { // the value stays on the stack
                        c.goto_(end);
                    }
                }
                case InvokeInstruction call when call.opcode() == Opcode.INVOKESTATIC ->
                        invoke(
                                c,
                                call.owner().asSymbol(),
                                call.name().stringValue(),
                                call.typeSymbol(),
                                beyond);
                case Instruction other -> c.with(other);
                default -> {} // line numbers, names of variables
            }
        }
        c.labelBinding(end);
    }
}
