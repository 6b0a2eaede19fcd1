package aligrad.nn;

import aligrad.tensor.DType;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.function.Supplier;

/// The floating type of the parameters and buffers of modules that are made here: `F32` unless set
/// around the code that makes them.
///
/// ```java
/// Linear exact = Precision.use(DType.F64, () -> new Linear(3, 2, Random.stream(1)));
/// ```
///
/// Initial values are drawn in `F32` either way, so a model starts from the same numbers in both.
public final class Precision {

    private static final ScopedValue<DType> CURRENT = ScopedValue.newInstance();

    private Precision() {}

    /// Runs `body` with `type` for new modules.
    ///
    /// @throws IllegalArgumentException if the type is not `F32` or `F64`
    public static <T extends @Nullable Object> T use(DType type, Supplier<T> body) {
        if (!type.isFloating()) {
            throw new IllegalArgumentException(
                    "modules of " + type + ": parameters must be F32 or F64");
        }
        return ScopedValue.where(CURRENT, type).call(body::get);
    }

    /// The type of modules that are made here.
    public static DType current() {
        return CURRENT.orElse(DType.F32);
    }

    /// Floating numbers in the present type; others as they are.
    static Tensor convert(Tensor initial) {
        return initial.dtype().isFloating() ? initial.to(current()) : initial;
    }
}
