package aligrad.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Joining elements along axes: sums, means, extremes, norms.
///
/// Each takes the axes to join (negative ones count from the end; none means all) and drops them;
/// the methods with `Keep` leave them with extent 1, so that the result broadcasts against the
/// input. Sums are taken in a fixed order that depends on the shape alone.
public sealed interface Reductions permits Tensor {

    Tensor self();

    Shape shape();

    DType dtype();

    /// The sum along `axes`, or of everything. `BOOL`s are counted, in `I64`.
    default Tensor sum(int... axes) {
        return drop(reduce(ReduceOp.SUM, counted(), axes), axes);
    }

    /// The sum with the axes kept as 1.
    default Tensor sumKeep(int... axes) {
        return reduce(ReduceOp.SUM, counted(), axes);
    }

    /// The sums of several tensors of one shape and type along the same axes, kept as 1: in one
    /// pass where the tensors are pending, which reads only once what they are computed from.
    ///
    /// ```java
    /// List<Tensor> s = Reductions.sumsKeep(List.of(x, x.square()), 0);
    /// ```
    ///
    /// @throws ShapeException if a shape or type differs, or there is no tensor
    static List<Tensor> sumsKeep(List<Tensor> xs, int... axes) {
        if (xs.isEmpty()) {
            throw new ShapeException("sums of no tensors: give one at least");
        }
        Tensor first = xs.getFirst();
        for (Tensor x : xs) {
            if (!x.shape().equals(first.shape())
                    || x.dtype() != first.dtype()
                    || x.device() != first.device()) {
                throw new ShapeException(
                        "sums of %s %s on %s and %s %s on %s: shape, type and device must be the same"
                                .formatted(
                                        first.dtype(),
                                        first.shape(),
                                        first.device(),
                                        x.dtype(),
                                        x.shape(),
                                        x.device()));
            }
        }
        if (xs.size() == 1) {
            return List.of(first.sumKeep(axes));
        }
        requireNumbers("sums", first);
        JoinedAxes joined = JoinedAxes.of("sums", first.shape(), axes);
        int[] extents = new int[joined.extents().length + 1];
        extents[0] = xs.size();
        System.arraycopy(joined.extents(), 0, extents, 1, joined.extents().length);
        Tensor sums =
                Tensor.make(
                        new Reduction.Sums(List.copyOf(xs), joined.axes(), Shape.owning(extents)));
        List<Tensor> each = new ArrayList<>();
        for (int i = 0; i < xs.size(); i++) {
            each.add(sums.select(0, i));
        }
        return each;
    }

    /// The mean along `axes`, or of everything. Whole numbers and `BOOL`s become `F32`.
    default Tensor mean(int... axes) {
        return drop(meanKeep(axes), axes);
    }

    /// The mean with the axes kept as 1.
    default Tensor meanKeep(int... axes) {
        double n = count("mean", axes);
        Tensor x = dtype().isFloating() ? self() : self().to(DType.F32);
        return reduce(ReduceOp.SUM, x, axes).mul(1 / n);
    }

    /// The product along `axes`, or of everything.
    default Tensor prod(int... axes) {
        return drop(reduce(ReduceOp.PROD, self(), axes), axes);
    }

    /// The largest along `axes`, or of everything. The gradient is shared by ties.
    default Tensor max(int... axes) {
        return drop(maxKeep(axes), axes);
    }

    /// The largest with the axes kept as 1.
    default Tensor maxKeep(int... axes) {
        return reduce(ReduceOp.MAX, self(), axes);
    }

    /// The smallest along `axes`, or of everything. The gradient is shared by ties.
    default Tensor min(int... axes) {
        return drop(minKeep(axes), axes);
    }

    /// The smallest with the axes kept as 1.
    default Tensor minKeep(int... axes) {
        return reduce(ReduceOp.MIN, self(), axes);
    }

    /// Whether any `BOOL` along `axes` is true.
    default Tensor any(int... axes) {
        return self().to(DType.I32).max(axes).ne(0);
    }

    /// Whether all `BOOL`s along `axes` are true.
    default Tensor all(int... axes) {
        return self().to(DType.I32).min(axes).ne(0);
    }

    /// The variance along `axes` with divisor `n - correction`: 0 for that of the numbers
    /// themselves, 1 for the unbiased estimate. Whole numbers and `BOOL`s become `F32`.
    default Tensor variance(int correction, int... axes) {
        return drop(varianceKeep(correction, axes), axes);
    }

    /// The variance with the axes kept as 1, see [#variance].
    default Tensor varianceKeep(int correction, int... axes) {
        long n = count("variance", axes) - correction;
        if (n <= 0) {
            throw new ShapeException(
                    "variance of %s over axes %s: %d elements less a correction of %d leave nothing to divide by"
                            .formatted(
                                    shape(),
                                    Arrays.toString(axes),
                                    count("variance", axes),
                                    correction));
        }
        Tensor x = dtype().isFloating() ? self() : self().to(DType.F32);
        return reduce(ReduceOp.SUM, x.sub(x.meanKeep(axes)).square(), axes).mul(1.0 / n);
    }

    /// The standard deviation, see [#variance].
    default Tensor std(int correction, int... axes) {
        return variance(correction, axes).sqrt();
    }

    /// The Euclidean norm along `axes`, or of everything. The gradient at 0 is 0.
    default Tensor norm(int... axes) {
        requireFloating("norm", self());
        Tensor squares = self().square().sum(axes);
        Tensor zero = squares.eq(0); // where that of the root is infinite
        return zero.where(0, zero.where(1, squares).sqrt());
    }

    /// `Σ x²` over everything as a single `F64`, accumulated in double.
    default Tensor squaredNorm() {
        requireFloating("squared_norm", self());
        return Tensor.make(new Reduction.SquaredNorm(List.of(self())));
    }

    /// `Σ x²` over everything in several tensors on one device, as a single `F64`, accumulated in
    /// double. Shapes and types may differ.
    ///
    /// @throws ShapeException if a type is not floating, or there is no tensor
    static Tensor squaredNorm(List<Tensor> xs) {
        if (xs.isEmpty()) {
            throw new ShapeException("squared norm of no tensors: give one at least");
        }
        for (Tensor x : xs) {
            requireFloating("squared_norm", x);
        }
        return Tensor.make(new Reduction.SquaredNorm(List.copyOf(xs)));
    }

    /// `log Σ exp(x)` along `axes`, without overflow.
    default Tensor logSumExp(int... axes) {
        return drop(logSumExpKeep(axes), axes);
    }

    /// `log Σ exp(x)` with the axes kept as 1.
    default Tensor logSumExpKeep(int... axes) {
        requireFloating("log_sum_exp", self());
        Tensor m = reduce(ReduceOp.MAX, self(), axes).detach();
        Tensor finite = m.isFinite().where(m, 0); // a row of -∞ has the result -∞, not NaN
        return reduce(ReduceOp.SUM, self().sub(finite).exp(), axes).log().add(finite);
    }

    /// `exp(x) / Σ exp(x)` along an axis.
    default Tensor softmax(int axis) {
        requireFloating("softmax", self());
        return Tensor.make(new Normalization.Softmax(self(), shape().axis("softmax", axis)));
    }

    /// `x - log Σ exp(x)` along an axis.
    default Tensor logSoftmax(int axis) {
        requireFloating("log_softmax", self());
        return Tensor.make(new Normalization.LogSoftmax(self(), shape().axis("log_softmax", axis)));
    }

    private Tensor counted() {
        return dtype() == DType.BOOL ? self().to(DType.I64) : self();
    }

    private long count(String operation, int[] axes) {
        if (axes.length == 0) {
            return shape().size();
        }
        long count = 1;
        for (int axis : axes) {
            count *= shape().extent(shape().axis(operation, axis));
        }
        return count;
    }

    private static Tensor reduce(ReduceOp f, Tensor x, int[] axes) {
        requireNumbers(f.label(), x);
        JoinedAxes joined = JoinedAxes.of(f.label(), x.shape(), axes);
        if (x.size() == 0 && (f == ReduceOp.MAX || f == ReduceOp.MIN)) {
            for (int axis : joined.axes()) {
                if (x.extent(axis) == 0) {
                    throw new ShapeException(
                            "%s of %s along axis %d: there is nothing to choose from"
                                    .formatted(f.label(), x.shape(), axis));
                }
            }
        }
        return Tensor.make(
                new Reduction.Reduce(f, x, joined.axes(), Shape.owning(joined.extents())));
    }

    private static void requireNumbers(String operation, Tensor x) {
        if (x.dtype() == DType.BOOL || x.dtype() == DType.U8) {
            throw new ShapeException(
                    "%s of %s %s: it needs numbers; cast with to(DType.F32)"
                            .formatted(operation, x.dtype(), x.shape()));
        }
    }

    /// Removes the axes that a reduction kept.
    private Tensor drop(Tensor kept, int[] axes) {
        if (axes.length == 0) {
            return kept.shape().rank() == 0 ? kept : kept.reshape();
        }
        boolean[] dropped = new boolean[shape().rank()];
        for (int axis : axes) {
            dropped[shape().axis(axis)] = true;
        }
        int[] extents = new int[dropped.length - axes.length];
        int n = 0;
        for (int i = 0; i < dropped.length; i++) {
            if (!dropped[i]) {
                extents[n++] = shape().extent(i);
            }
        }
        return kept.reshape(extents);
    }

    private static void requireFloating(String op, Tensor x) {
        if (!x.dtype().isFloating()) {
            throw new ShapeException(
                    "%s of %s %s: it needs F32 or F64; cast with to(DType.F32)"
                            .formatted(op, x.dtype(), x.shape()));
        }
    }
}
