package aligrad.tensor.spi;

import aligrad.tensor.IndexException;
import aligrad.tensor.Indexing;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

/// Reading and adding at positions.
final class ReferenceIndexing {

    private ReferenceIndexing() {}

    static ReferenceValues compute(Indexing op) {
        ReferenceValues from = ReferenceValues.of(op.input(0));
        long[] index = ReferenceValues.of(op.index()).wholes;
        ReferenceValues to = new ReferenceValues(op.dtype(), op.shape().size());
        switch (op) {
            case Indexing.Gather(Tensor x, _, int axis, _) -> {
                check(op, index, x.shape().extent(axis));
                visitSlices(x.shape(), axis, index, (a, b) -> to.copy(b, from, a));
            }
            case Indexing.GatherAdd(_, _, int axis, Shape shape) -> {
                check(op, index, shape.extent(axis));
                visitSlices(shape, axis, index, (a, b) -> to.add(a, from, b));
            }
            case Indexing.TakeAlong(Tensor x, _, int axis) -> {
                check(op, index, x.shape().extent(axis));
                visitElements(x.shape(), op.shape(), axis, index, (a, b) -> to.copy(b, from, a));
            }
            case Indexing.PutAlongAdd(Tensor source, _, int axis, Shape shape) -> {
                check(op, index, shape.extent(axis));
                visitElements(shape, source.shape(), axis, index, (a, b) -> to.add(a, from, b));
            }
        }
        return to;
    }

    /// Takes a place in the tensor with the indexed axis, and its partner.
    private interface Pair {
        void at(int indexed, int partner);
    }

    /// `indexed[outer, index[p], inner]` and `partner[outer, p, inner]`.
    private static void visitSlices(Shape indexed, int axis, long[] index, Pair pair) {
        ReferenceLines lines = ReferenceLines.of(indexed, axis);
        int partner = 0;
        for (int outer = 0; outer < lines.outer(); outer++) {
            for (long at : index) {
                for (int inner = 0; inner < lines.inner(); inner++) {
                    pair.at(lines.index(outer * lines.inner() + inner, (int) at), partner++);
                }
            }
        }
    }

    /// `indexed[…, index[…, j, …], …]` and `partner[…, j, …]`.
    private static void visitElements(
            Shape indexed, Shape partner, int axis, long[] index, Pair pair) {
        ReferenceLines to = ReferenceLines.of(indexed, axis);
        ReferenceLines from = ReferenceLines.of(partner, axis);
        for (int line = 0; line < from.count(); line++) {
            for (int j = 0; j < from.extent(); j++) {
                int place = from.index(line, j);
                pair.at(to.index(line, (int) index[place]), place);
            }
        }
    }

    private static void check(Indexing op, long[] index, int extent) {
        for (int i = 0; i < index.length; i++) {
            if (index[i] < 0 || index[i] >= extent) {
                throw new IndexException(
                        "%s along axis %d of extent %d: index %d at position %d is outside 0 to %d"
                                .formatted(op.name(), op.axis(), extent, index[i], i, extent - 1));
            }
        }
    }
}
