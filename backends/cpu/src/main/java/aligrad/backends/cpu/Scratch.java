package aligrad.backends.cpu;

import aligrad.tensor.spi.HostMemory;
import aligrad.tensor.spi.HostStorage;

import org.jspecify.annotations.Nullable;

/// A thread's working memory for kernels: packed operands and the like.
///
/// It grows to the largest size asked for and is kept, so that a kernel in steady state allocates
/// nothing. When its thread has ended, the garbage collector returns it to the pool.
final class Scratch {

    /// What a piece of scratch is for. Two kernels that are active on one thread at the same time,
    /// one inside the other, need different ones.
    enum Use {
        /// Packed left operand of a matrix product.
        GEMM_A,
        /// Packed right operand of a matrix product.
        GEMM_B,
        /// Transposed result of a matrix product.
        GEMM_C,
        /// Sums of a block of a matrix product that is not done.
        GEMM_SUMS,
        /// A tile that reaches over the edge of a matrix product's result.
        GEMM_EDGE,
        /// A ragged block of [Packing#transpose].
        TRANSPOSE,
        /// The blocks of a pointwise expression.
        POINTWISE,
        /// The last vectors of a row of a compiled expression.
        ROW_END,
        /// Random numbers of a piece of a pointwise expression.
        UNIFORM,
        /// Partial results of a reduction.
        REDUCTION,
        /// Vectors whose lanes are to be joined.
        LANES,
        /// Transformed patches of a block of tiles.
        WINOGRAD_INPUT,
        /// Products of transformed patches and filters.
        WINOGRAD_OUTPUT,
        /// A tile that is half transformed.
        WINOGRAD_LINES
    }

    private static final Use[] USES = Use.values();

    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    private final @Nullable HostStorage[] storages = new HostStorage[USES.length];

    private Scratch() {}

    /// Address of at least `bytes` bytes, 64-byte aligned, with 64 more behind them, of this
    /// thread's own. The contents are undefined. Valid until the thread asks for the same use
    /// again.
    static long address(Use use, long bytes) {
        Scratch scratch = OF_THREAD.get();
        HostStorage storage = scratch.storages[use.ordinal()];
        if (storage == null || storage.bytes() < bytes) {
            storage = HostMemory.allocate(bytes, "scratch", "", true);
            storage.moveTo(null); // the one it replaces, and this one some day, go to the collector
            scratch.storages[use.ordinal()] = storage;
        }
        return storage.address();
    }
}
