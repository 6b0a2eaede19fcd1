package aligrad.backends.cpu;

import aligrad.tensor.Tensor;
import aligrad.tensor.spi.HostStorage;

import java.util.ArrayList;
import java.util.List;

/// Operands row-major without gaps, for kernels that take no strides.
///
/// A kernel works on addresses, which the garbage collector does not see. So a copy that is made
/// for one is held here until the operation ends; the operation itself holds its inputs.
final class Contiguous {

    private static final ThreadLocal<Contiguous> OF_THREAD =
            ThreadLocal.withInitial(Contiguous::new);

    private final List<Tensor> held = new ArrayList<>();
    private int depth;

    private Contiguous() {}

    /// The tensor itself, computed, or a copy that lies so.
    static Tensor of(Tensor t) {
        t.storage();
        return t.layout().isContiguous() ? t : copy(t);
    }

    /// A copy, held until the operation ends.
    static Tensor copy(Tensor t) {
        Tensor copy = t.detach().copy();
        OF_THREAD.get().held.add(copy);
        return copy;
    }

    /// The address of the first element of [#of].
    static long address(Tensor t) {
        Tensor dense = of(t);
        return ((HostStorage) dense.storage()).address()
                + dense.layout().offset() * dense.dtype().bytes();
    }

    /// An operation begins on this thread; to be followed by [#end()].
    static Contiguous begin() {
        Contiguous copies = OF_THREAD.get();
        copies.depth++;
        return copies;
    }

    /// The operation has ended.
    void end() {
        depth--;
        if (depth == 0 && !held.isEmpty()) {
            held.clear();
        }
    }
}
