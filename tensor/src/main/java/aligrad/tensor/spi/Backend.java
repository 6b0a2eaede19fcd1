package aligrad.tensor.spi;

import aligrad.tensor.Computation;
import aligrad.tensor.DType;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;

/// What a device must do: hold memory, compute pending pointwise expressions, and compute the other
/// operations.
///
/// Every operation arrives with shapes and types already checked. A backend is one exhaustive
/// `switch` over [Computation] without `default`, and passes the suite in `backends/conformance`.
/// Results do not depend on the number of threads.
public interface Backend {

    /// The device's name, such as `cpu`.
    String name();

    /// To what the factors of its `F32` products are rounded.
    default Precision precision() {
        return Precision.FP32;
    }

    /// What searches the parameters of its kernels; nothing for a backend that has none to search.
    default Optional<Tuner> tuner() {
        return Optional.empty();
    }

    /// New storage of `bytes`, contents undefined.
    ///
    /// @param label the operation it is for
    /// @param layer the layer it is for, empty outside layers
    /// @param scoped whether a scope will release it
    Storage allocate(long bytes, String label, String layer, boolean scoped);

    /// Computes all outputs of a pointwise expression in one pass and writes them to its
    /// destinations. A destination may also be a leaf's storage, read at the same places only.
    void evaluate(Expression expression);

    /// Computes `op` into `result`, which holds exactly the elements of `op.shape()`, row-major.
    /// Inputs answer [aligrad.tensor.Tensor#storage()] and [aligrad.tensor.Tensor#layout()], which
    /// computes them if they are pending.
    void compute(Computation op, Storage result);

    /// One element, as a double; waits for the device.
    ///
    /// @param index counted in elements from the start of the storage
    double read(Storage from, DType dtype, long index);

    /// Copies `from` into `to`, starting `offset` bytes into `to`.
    void upload(MemorySegment from, Storage to, long offset);

    /// Fills `to` with the bytes of `from` that start `offset` bytes into it; waits for the device.
    void download(Storage from, long offset, MemorySegment to);

    /// Asks for bytes without waiting: those of `from` that start `offset` bytes into it, as what
    /// was told so far leaves them. `from` may be released or overwritten at once.
    ///
    /// @return fills `to`, to be run once; waits for what was told so far, not for what is told
    ///   since
    default Runnable fetch(Storage from, long offset, MemorySegment to) {
        download(from, offset, to);
        return () -> {};
    }

    /// Whether the device computes while this process goes on, so that reading a number waits for
    /// all that was told before.
    default boolean isAsynchronous() {
        return false;
    }

    /// How often each kernel was launched so far, by its name; empty for a backend that computes by
    /// calls. The difference of two readings says what a training step launches.
    default Map<String, Long> launches() {
        return Map.of();
    }
}
