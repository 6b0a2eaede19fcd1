package aligrad.backends.opencl;

import aligrad.tensor.DType;
import aligrad.tensor.ReduceOp;

/// How a reduction joins elements, in OpenCL C.
///
/// Whole numbers are joined as `long` and wrap around at the end; a `BOOL` asks for "not 0".
///
/// @param accumulator the type in which elements are joined
/// @param identity what changes nothing
/// @param value what an element `v` contributes
/// @param operation two accumulators `a` and `b` joined
/// @param result the type of the result
/// @param finish the result of an accumulator `a`
record Join(
        String accumulator,
        String identity,
        String value,
        String operation,
        String result,
        String finish) {

    /// Elements of `dtype` joined by `f`.
    static Join of(ReduceOp f, DType dtype) {
        String result = Kernels.type(dtype);
        String a = dtype.isFloating() ? result : "long";
        String finish = dtype == DType.BOOL ? "a != 0" : "(" + result + ")a";
        return switch (f) {
            case SUM -> new Join(a, "0", "v", "a + b", result, finish);
            case PROD -> new Join(a, "1", "v", "a * b", result, finish);
            case MAX ->
                    dtype.isFloating()
                            ? new Join(a, "-INFINITY", "v", "max_" + a + "(a, b)", result, finish)
                            : new Join(a, "LONG_MIN", "v", "max(a, b)", result, finish);
            case MIN ->
                    dtype.isFloating()
                            ? new Join(a, "INFINITY", "v", "min_" + a + "(a, b)", result, finish)
                            : new Join(a, "LONG_MAX", "v", "min(a, b)", result, finish);
        };
    }

    /// Squares summed in double.
    static Join squaredNorm() {
        return new Join("double", "0", "(double)v * (double)v", "a + b", "double", "a");
    }

    /// These as functions, for the text of a kernel.
    String functions() {
        return """
        typedef %s A;
        inline A join(A a, A b) { return %s; }
        inline %s finish(A a) { return %s; }
        """
                .formatted(accumulator, operation, result, finish);
    }
}
