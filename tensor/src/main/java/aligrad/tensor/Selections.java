package aligrad.tensor;

/// Choosing elements: by index, by order, by mask.
public sealed interface Selections permits Tensor {

    Tensor self();

    Shape shape();

    DType dtype();

    Device device();

    /// The slices at `index` along an axis, which is replaced by the axes of `index`: with axis 0
    /// of a table `(V, D)` and indices `(B, T)` the result is `(B, T, D)`.
    ///
    /// @param index `I32` or `I64`, within 0 to extent - 1
    default Tensor gather(int axis, Tensor index) {
        requireIndex("gather", index);
        int at = shape().axis("gather", axis);
        int[] extents = new int[shape().rank() - 1 + index.shape().rank()];
        int n = 0;
        for (int i = 0; i < shape().rank(); i++) {
            if (i == at) {
                for (int j = 0; j < index.shape().rank(); j++) {
                    extents[n++] = index.shape().extent(j);
                }
            } else {
                extents[n++] = shape().extent(i);
            }
        }
        return Tensor.make(new Indexing.Gather(self(), index, at, Shape.owning(extents)));
    }

    /// Zeros of `extent` along `axis`, to which each of these slices is added at `index`: the
    /// adjoint of [#gather]. The axes of `index` stand here in place of that axis.
    default Tensor gatherAdd(int axis, Tensor index, int extent) {
        requireIndex("gather_add", index);
        int span = index.shape().rank();
        int rank = shape().rank() - span + 1;
        int at = axis < 0 ? axis + rank : axis;
        boolean fits = at >= 0 && at < rank;
        for (int j = 0; fits && j < span; j++) {
            fits = shape().extent(at + j) == index.shape().extent(j);
        }
        if (!fits) {
            throw new ShapeException(
                    "gather_add %s at index %s, axis %d: from that axis on, the extents must be those of the index"
                            .formatted(shape(), index.shape(), axis));
        }
        int[] extents = new int[rank];
        for (int i = 0; i < rank; i++) {
            extents[i] = i == at ? extent : shape().extent(i < at ? i : i + span - 1);
        }
        return Tensor.make(new Indexing.GatherAdd(self(), index, at, Shape.owning(extents)));
    }

    /// Single elements along an axis: `y[i, j] = x[i, index[i, j]]` for axis 1 of a matrix.
    ///
    /// @param index `I32` or `I64`, of the same extents as this except along `axis`
    default Tensor takeAlong(int axis, Tensor index) {
        int at = checkAlong("take_along", axis, index, shape());
        return Tensor.make(new Indexing.TakeAlong(self(), index, at));
    }

    /// Zeros of `extent` along `axis`, to which each element is added at `index`: the adjoint of
    /// [#takeAlong]. `index` has the shape of this.
    default Tensor putAlongAdd(int axis, Tensor index, int extent) {
        int at = checkAlong("put_along_add", axis, index, shape());
        if (!index.shape().equals(shape())) {
            throw new ShapeException(
                    "put_along_add %s at index %s: both must have the same shape"
                            .formatted(shape(), index.shape()));
        }
        return Tensor.make(new Indexing.PutAlongAdd(self(), index, at, shape().with(at, extent)));
    }

    private int checkAlong(String op, int axis, Tensor index, Shape shape) {
        requireIndex(op, index);
        int at = shape.axis(op, axis);
        if (index.shape().rank() != shape.rank()
                || !index.shape().with(at, 0).equals(shape.with(at, 0))) {
            throw new ShapeException(
                    "%s along axis %d of %s with index %s: all other extents must be equal"
                            .formatted(op, axis, shape, index.shape()));
        }
        return at;
    }

    /// The position of the largest along an axis, which is dropped. Ties go to the first.
    default Tensor argmax(int axis) {
        return argExtreme(axis, true);
    }

    /// The position of the smallest along an axis, which is dropped. Ties go to the first.
    default Tensor argmin(int axis) {
        return argExtreme(axis, false);
    }

    private Tensor argExtreme(int axis, boolean largest) {
        int at = shape().axis(largest ? "argmax" : "argmin", axis);
        if (shape().extent(at) == 0) {
            throw new ShapeException(
                    "%s of %s along axis %d: there is nothing to choose from"
                            .formatted(largest ? "argmax" : "argmin", shape(), axis));
        }
        return Tensor.make(new Ordering.ArgExtreme(self().detach(), at, largest)).squeeze(at);
    }

    /// The positions that sort along an axis; equal elements keep their order.
    default Tensor argsort(int axis, boolean descending) {
        return Tensor.make(
                new Ordering.ArgSort(self().detach(), shape().axis("argsort", axis), descending));
    }

    /// Sorted along an axis; the gradient goes to where each element came from.
    default Tensor sort(int axis, boolean descending) {
        return takeAlong(axis, argsort(axis, descending));
    }

    /// The `k` largest along an axis, in falling order, and where they stand.
    default TopK topK(int k, int axis) {
        if (k < 0 || k > shape().extent(axis)) {
            throw new ShapeException(
                    "top-k of %s along axis %d: k = %d must be 0 to %d"
                            .formatted(shape(), axis, k, shape().extent(axis)));
        }
        Tensor indices = argsort(axis, true).slice(axis, 0, k);
        return new TopK(takeAlong(axis, indices), indices);
    }

    /// The result of [#topK]: the values and their positions (`I64`).
    record TopK(Tensor values, Tensor indices) {}

    /// `F32` rows with a 1 at each index and 0 elsewhere: `(…)` to `(…, classes)`.
    default Tensor oneHot(int classes) {
        requireIndex("one_hot", self());
        return Device.use(device(), () -> Tensor.range(classes))
                .eq(self().to(DType.I64).unsqueeze(-1))
                .to(DType.F32);
    }

    private static void requireIndex(String op, Tensor index) {
        if (index.dtype() != DType.I32 && index.dtype() != DType.I64) {
            throw new ShapeException(
                    "%s with index %s %s: indices must be I32 or I64; cast with to(DType.I64)"
                            .formatted(op, index.dtype(), index.shape()));
        }
    }
}
