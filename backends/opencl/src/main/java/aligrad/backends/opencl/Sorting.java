package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Buffer;
import aligrad.backends.opencl.driver.Kernel;

/// Sorts lines of unsigned numbers, equal ones in the order in which they stand.
///
/// Each element of a short block finds its place by counting the elements that come before it; then
/// neighbouring runs are merged, twice as long each time, where each element finds its place by a
/// binary search in the other run. So all elements of all lines work at the same time, and nothing
/// depends on who is first.
final class Sorting {

    /// Elements of a block, as `BLOCK` in `sort.cl`: of the order of the elements that one more
    /// round of merging would visit in its binary searches.
    private static final int BLOCK = 64;

    private final OpenClDevice device;

    Sorting(OpenClDevice device) {
        this.device = device;
    }

    /// Sorted lines, one after the other.
    ///
    /// @param keys the sorted numbers
    /// @param order where each stood in its line, an `int`
    record Sorted(Buffer keys, Buffer order) {}

    /// Sorts `outer` × `inner` lines of `n` elements that lie row-major, `inner` apart in a line.
    /// The results belong to the running operation, as [OpenClDevice#scratch] does.
    ///
    /// @param bytes 4 for numbers of 32 bits, 8 for 64
    Sorted sort(Buffer keys, int bytes, long outer, int n, long inner) {
        String variant = Kernels.bits(bytes);
        long size = outer * n * inner;
        Sorted sorted = room(size, bytes);
        launch(
                device.kernel("sort.cl", "blocks", variant).begin().buffer(keys),
                sorted,
                size,
                n,
                inner);
        Sorted other = n > BLOCK ? room(size, bytes) : sorted;
        for (long width = BLOCK; width < n; width *= 2) {
            Kernel merge = device.kernel("sort.cl", "merge", variant).begin();
            merge.buffer(sorted.keys).buffer(sorted.order);
            launch(merge, other, size, n, width);
            Sorted swap = sorted;
            sorted = other;
            other = swap;
        }
        return sorted;
    }

    private Sorted room(long size, int bytes) {
        return new Sorted(device.scratch(size * bytes), device.scratch(size * Integer.BYTES));
    }

    private static void launch(Kernel kernel, Sorted to, long size, long n, long number) {
        kernel.buffer(to.keys).buffer(to.order);
        kernel.number(size).number(n).number(number).launch(size);
    }
}
