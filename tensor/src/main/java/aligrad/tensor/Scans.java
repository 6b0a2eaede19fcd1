package aligrad.tensor;

/// Running sums and products along an axis.
public sealed interface Scans permits Tensor {

    Tensor self();

    Shape shape();

    DType dtype();

    Device device();

    /// `y_t = x_0 + … + x_t` along an axis.
    default Tensor cumsum(int axis) {
        return Tensor.fill(1, dtype(), Shape.SCALAR, device()).recurrence(self(), axis, false);
    }

    /// `y_t = x_0 · … · x_t` along an axis. The gradient never divides, so zeros are fine.
    default Tensor cumprod(int axis) {
        int at = shape().axis("cumprod", axis);
        if (shape().extent(at) == 0) {
            return self();
        }
        Tensor first = self().slice(at, 0, 1);
        Tensor b = first.pad(new int[shape().rank()], rest(at), 0);
        return recurrence(b, at, false);
    }

    /// `y_t = x_0 · … · x_{t-1}`, `y_0 = 1`, along an axis.
    default Tensor cumprodExclusive(int axis) {
        int at = shape().axis("cumprod", axis);
        if (shape().extent(at) == 0) {
            return self();
        }
        int[] before = new int[shape().rank()];
        before[at] = 1;
        Tensor shifted = self().slice(at, 0, shape().extent(at) - 1);
        Tensor a = shifted.pad(before, new int[shape().rank()], 0);
        Tensor one = Tensor.fill(1, dtype(), shape().with(at, 1), device());
        return a.recurrence(one.pad(new int[shape().rank()], rest(at), 0), at, false);
    }

    /// `y_t = x_0 + … + x_{t-1}`, `y_0 = 0`, along an axis.
    default Tensor cumsumExclusive(int axis) {
        return cumsum(axis).sub(self());
    }

    /// The linear recurrence `s_t = a_t · s_{t-1} + b_t`, `s_{-1} = 0`, along an axis, with this as
    /// `a` (which broadcasts to `b`); from the end to the front if `reverse`.
    default Tensor recurrence(Tensor b, int axis, boolean reverse) {
        if (b.dtype() != dtype() || !dtype().isFloating()) {
            throw new ShapeException(
                    "recurrence of %s and %s: both must be F32 or both F64"
                            .formatted(dtype(), b.dtype()));
        }
        return Tensor.make(
                new Scan.Recurrence(
                        self().expand(b.shape()), b, b.shape().axis("recurrence", axis), reverse));
    }

    private int[] rest(int at) {
        int[] after = new int[shape().rank()];
        after[at] = shape().extent(at) - 1;
        return after;
    }
}
