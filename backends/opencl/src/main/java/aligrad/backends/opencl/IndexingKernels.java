package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Buffer;
import aligrad.backends.opencl.driver.Kernel;
import aligrad.tensor.IndexException;
import aligrad.tensor.Indexing;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

/// Reading and adding at positions given by a tensor of indices.
///
/// A first kernel checks the indices. What adds is turned round: each element of the result looks
/// for what is added to it, in the order of the source. A few positions are looked through; more of
/// them are sorted before.
final class IndexingKernels {

    /// So many positions are looked through by each element of the result: that takes less time
    /// than the launches of sorting.
    private static final int FEW = 16;

    private final OpenClDevice device;
    private final Sorting sorting;

    IndexingKernels(OpenClDevice device) {
        this.device = device;
        this.sorting = new Sorting(device);
    }

    void compute(Indexing op, DeviceStorage to) {
        switch (op) {
            case Indexing.Gather(var x, _, int axis, _) -> {
                Lines from = Lines.of(device, x, axis);
                Positions positions = shared(op, from.extent());
                take(op, from, positions, to);
                to.bound(bounds(x));
                check(op, positions);
            }
            case Indexing.TakeAlong(var x, _, int axis) -> {
                Lines from = Lines.of(device, x, axis);
                Positions positions = own(op, from.extent());
                take(op, from, positions, to);
                to.bound(bounds(x));
                check(op, positions);
            }
            case Indexing.GatherAdd(var source, var index, int axis, var shape) -> {
                int end = axis + index.shape().rank();
                Lines from = Lines.of(device, source, axis, end);
                Positions positions = shared(op, shape.extent(axis));
                add(op, from, positions, to);
                check(op, positions);
            }
            case Indexing.PutAlongAdd(var source, _, int axis, var shape) -> {
                Lines from = Lines.of(device, source, axis);
                Positions positions = own(op, shape.extent(axis));
                add(op, from, positions, to);
                check(op, positions);
            }
        }
    }

    /// Checked positions along the lines of a tensor, row-major `int`s.
    ///
    /// @param lines the indices that they come from: one line that is the same for every line of
    ///   the tensor, or a line for each
    /// @param extent of the axis where they must lie
    /// @param shared whether there is one line for all
    private record Positions(Buffer buffer, Lines lines, long extent, boolean shared) {

        /// Hands over the strides before, along and behind the axis.
        void strides(Kernel kernel) {
            kernel.number(shared ? 0 : lines.extent() * lines.inner())
                    .number(shared ? 1 : lines.inner())
                    .number(shared ? 0 : 1);
        }
    }

    /// The positions of whole slices.
    private Positions shared(Indexing op, long extent) {
        Lines lines = Lines.of(device, op.index(), 0, op.index().shape().rank());
        return new Positions(positions(lines, extent), lines, extent, true);
    }

    /// The positions of single elements.
    private Positions own(Indexing op, long extent) {
        Lines lines = Lines.of(device, op.index(), op.axis());
        return new Positions(positions(lines, extent), lines, extent, false);
    }

    /// Indices that lie outside are noted, and 0 takes their place until [#check].
    private Buffer positions(Lines index, long extent) {
        Buffer positions = device.scratch(index.size() * Integer.BYTES);
        if (index.size() > 0) {
            Buffer notes = device.failure().buffer();
            Kernel kernel =
                    device.kernel(
                            "positions.cl", "positions", "-DT=" + Kernels.type(index.x().dtype()));
            kernel.begin().buffer(device.buffer(index.x())).buffer(positions).buffer(notes);
            kernel.number(index.size()).number(index.extent()).number(index.inner());
            index.strides(kernel).number(extent).launch(index.size());
        }
        return positions;
    }

    private static @Nullable Bounds bounds(Tensor x) {
        return ((DeviceStorage) x.storage()).bounds();
    }

    /// Fails if an index lies outside its axis, and then says which is the first. Waits for the
    /// device, unless the indices are known to lie inside.
    private void check(Indexing op, Positions positions) {
        Bounds known = bounds(op.index());
        if (positions.lines.size() == 0
                || (known != null && known.areWithin(op.index().dtype(), positions.extent))
                || device.failure().notes()[0] == 0) {
            return;
        }
        long[] index = op.index().detach().toLongArray();
        for (int i = 0; i < index.length; i++) {
            if (index[i] < 0 || index[i] >= positions.extent) {
                throw new IndexException(
                        "%s along axis %d of extent %d: index %d at position %d is outside 0 to %d"
                                .formatted(
                                        op.name(),
                                        op.axis(),
                                        positions.extent,
                                        index[i],
                                        i,
                                        positions.extent - 1));
            }
        }
        throw new AssertionError("the device noted an index outside that is not there");
    }

    private void take(Indexing op, Lines x, Positions positions, DeviceStorage to) {
        long n = op.shape().size();
        if (n == 0 || x.size() == 0) { // without elements to take, every index lies outside
            return;
        }
        Kernel kernel = device.kernel("indexing.cl", "take", Kernels.bits(op.dtype().bytes()));
        kernel.begin().buffer(device.buffer(x.x())).buffer(positions.buffer).buffer(to.buffer());
        kernel.number(n).number(positions.lines.extent()).number(x.inner());
        positions.strides(kernel);
        x.strides(kernel).launch(n);
    }

    private void add(Indexing op, Lines source, Positions positions, DeviceStorage to) {
        Shape shape = op.shape();
        if (shape.size() == 0) {
            return;
        }
        if (source.extent() <= FEW) {
            Kernel kernel = device.kernel("indexing.cl", "add", Kernels.addition(op.dtype()));
            kernel.begin().buffer(device.buffer(source.x())).buffer(positions.buffer);
            kernel.buffer(to.buffer());
            kernel.number(shape.size()).number(positions.extent).number(source.inner());
            kernel.number(source.extent());
            positions.strides(kernel);
            source.strides(kernel).launch(shape.size());
        } else {
            addSorted(op, source, positions, to);
        }
    }

    private void addSorted(Indexing op, Lines source, Positions positions, DeviceStorage to) {
        Lines lines = positions.lines;
        int n = Math.toIntExact(lines.extent());
        Sorting.Sorted sorted =
                sorting.sort(positions.buffer, Integer.BYTES, lines.outer(), n, lines.inner());
        long bounds = lines.count() * (positions.extent + 1);
        Buffer starts = device.scratch(bounds * Integer.BYTES);
        String variant = Kernels.addition(op.dtype());
        Kernel kernel = device.kernel("indexing.cl", "starts", variant);
        kernel.begin().buffer(sorted.keys()).buffer(starts);
        kernel.number(bounds).number(n).number(positions.extent + 1).launch(bounds);

        kernel = device.kernel("indexing.cl", "add_sorted", variant);
        kernel.begin().buffer(device.buffer(source.x())).buffer(sorted.order()).buffer(starts);
        kernel.buffer(to.buffer());
        kernel.number(op.shape().size()).number(positions.extent).number(source.inner()).number(n);
        kernel.number(positions.shared ? 0 : source.inner()).number(positions.shared ? 0 : 1);
        source.strides(kernel).launch(op.shape().size());
    }
}
