package aligrad.tensor;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/// The elements of a tensor on their way to the program, from [Tensor#fetch()].
///
/// Asking for them waits until the device has computed that tensor, whatever it was told since.
public final class Fetch {

    private final Shape shape;
    private final DType dtype;
    private final MemorySegment bytes;
    private @Nullable Runnable arrival;

    /// @param arrival waits and fills `bytes`
    Fetch(Shape shape, DType dtype, MemorySegment bytes, Runnable arrival) {
        this.shape = shape;
        this.dtype = dtype;
        this.bytes = bytes;
        this.arrival = arrival;
    }

    /// The only element.
    ///
    /// @throws ShapeException if there is not exactly one
    public double item() {
        if (shape.size() != 1) {
            throw new ShapeException(
                    "item of a fetched %s: it has %d elements, not one; use toDoubleArray()"
                            .formatted(shape, shape.size()));
        }
        return toDoubleArray()[0];
    }

    /// All elements as `double`s, row-major. `BOOL`s are 0 and 1; `I64`s beyond 2⁵³ are rounded.
    public double[] toDoubleArray() {
        Runnable awaited = arrival;
        if (awaited != null) {
            awaited.run();
            arrival = null;
        }
        return Tensor.doubles(bytes, dtype);
    }
}
