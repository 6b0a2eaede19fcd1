package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.CompiledProgram;
import aligrad.backends.opencl.driver.Facts;
import aligrad.backends.opencl.driver.Kernel;
import aligrad.backends.opencl.driver.Session;
import aligrad.tensor.DType;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The kernels of a device, compiled when first asked for.
///
/// A kernel comes from a source file of this package, or from generated text; in front of it stands
/// `common.cl`. Options such as `-DT=float` make variants of one file.
final class Kernels {

    private static final Pattern INCLUDE =
            Pattern.compile("^#include \"([a-z_]+\\.cl)\"$", Pattern.MULTILINE);

    private static final String FUNCTIONS = resource("functions.cl");

    /// The name of a function of `functions.cl` where it is called.
    private static final Pattern CALL =
            Pattern.compile("\\b(?!as_)[a-z_]+_(float|double|int|long|uchar)\\(");

    private static final String COMMON = resource("common.cl");

    private final Session session;
    private final ProgramCache cache;
    private final String options;
    private final Map<String, String> files = new HashMap<>();
    private final Map<String, CompiledProgram> programs = new HashMap<>();
    private final Map<String, Kernel> kernels = new HashMap<>();

    Kernels(Session session, ProgramCache cache) {
        this.session = session;
        this.cache = cache;
        Facts facts = session.facts();
        this.options =
                "-cl-std=CL1.2"
                        + (facts.roundsDivision() ? " -cl-fp32-correctly-rounded-divide-sqrt" : "")
                        + (facts.cpu() ? " -DCPU" : "");
    }

    /// Kernel `name` of source file `file`. The caller holds the session's lock.
    ///
    /// @param variant compiler options such as `-DT=float`, separated by spaces; empty for none
    Kernel of(String file, String name, String variant) {
        String key = file + ' ' + variant + ' ' + name;
        Kernel kernel = kernels.get(key);
        if (kernel == null) {
            CompiledProgram program =
                    programs.computeIfAbsent(
                            file + ' ' + variant,
                            _ -> build(files.computeIfAbsent(file, Kernels::resource), variant));
            kernel = program.kernel(name);
            kernels.put(key, kernel);
        }
        return kernel;
    }

    /// Kernel `name` of generated text, which the caller keeps.
    Kernel generated(String source, String name) {
        // Without those functions where none is called: to read them is a fifth of a compilation.
        boolean calls = CALL.matcher(source).find();
        return build(calls ? FUNCTIONS + source : source, "").kernel(name);
    }

    private CompiledProgram build(String source, String variant) {
        return cache.get(session, COMMON + "#line 1\n" + source, (options + ' ' + variant).strip());
    }

    /// The type of an element in OpenCL C. A `BOOL` is 0 or 1.
    static String type(DType dtype) {
        return switch (dtype) {
            case F32 -> "float";
            case F64 -> "double";
            case I32 -> "int";
            case I64 -> "long";
            case U8, BOOL -> "uchar";
        };
    }

    /// The options of a kernel that takes elements of so many bytes as unsigned numbers, or moves
    /// them as they are.
    static String bits(int bytes) {
        return switch (bytes) {
            case 1 -> "-DT=uchar";
            case 4 -> "-DT=uint";
            default -> "-DT=ulong";
        };
    }

    /// The options of a kernel that adds elements with `ADDED`: whole numbers wrap around, `BOOL`s
    /// are joined by or.
    static String addition(DType dtype) {
        return switch (dtype) {
            case F32 -> "-DT=float";
            case F64 -> "-DT=double";
            case I32, I64, U8 -> bits(dtype.bytes());
            case BOOL -> bits(dtype.bytes()) + " -DOR";
        };
    }

    /// The text of a source file, with what it includes.
    static String resource(String file) {
        try (InputStream in = Kernels.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalArgumentException("no kernel source '" + file + "'");
            }
            return included(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("read kernel source '" + file + "'", e);
        }
    }

    /// The text with another file of this package in place of each line `#include "FILE"`: drivers
    /// know no paths into a jar.
    private static String included(String text) {
        return INCLUDE.matcher(text)
                .replaceAll(line -> Matcher.quoteReplacement(resource(line.group(1))));
    }
}
