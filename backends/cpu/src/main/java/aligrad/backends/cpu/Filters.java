package aligrad.backends.cpu;

import aligrad.tensor.Tensor;
import aligrad.tensor.spi.HostStorage;

import org.jspecify.annotations.Nullable;

/// The filters of a convolution, `(o, kh, kw, c / groups)`, contiguous.
///
/// @param storage where they lie, if what is made of them may be kept ([Prepared])
record Filters(long address, @Nullable HostStorage storage) {

    /// Filters of which nothing is kept.
    static Filters at(long address) {
        return new Filters(address, null);
    }

    static Filters of(Tensor t) {
        Tensor dense = Contiguous.of(t);
        HostStorage storage = (HostStorage) dense.storage();
        return new Filters(
                storage.address() + dense.layout().offset() * dense.dtype().bytes(), storage);
    }

    /// Offset from the beginning of the storage, in bytes.
    long offset() {
        return storage == null ? 0 : address - storage.address();
    }
}
