package aligrad.tensor;

/// Operations whose result is computed at once by a kernel of its own into new, contiguous storage.
///
/// Inputs may be pending: a reduction takes a pending expression as its prologue, other kernels
/// have it computed first.
public sealed interface Computation extends Op
        permits Assemble,
                Contraction,
                Convolution,
                Custom,
                Indexing,
                Normalization,
                Ordering,
                Pooling,
                Reduction,
                Scan,
                Transfer {}
