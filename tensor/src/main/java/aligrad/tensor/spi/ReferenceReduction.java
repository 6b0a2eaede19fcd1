package aligrad.tensor.spi;

import aligrad.tensor.DType;
import aligrad.tensor.ReduceOp;
import aligrad.tensor.Reduction;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import java.util.Arrays;

/// Sums, products and extremes, joined in row-major order.
final class ReferenceReduction {

    private ReferenceReduction() {}

    static ReferenceValues compute(Reduction op, Programs<Program> programs) {
        return switch (op) {
            case Reduction.Reduce(var f, var x, _, var shape) -> {
                ReferenceValues to = begun(f, op.dtype(), shape.size());
                join(f, values(x, programs), x.shape(), shape, to, 0);
                yield to;
            }
            case Reduction.Sums(var xs, _, var shape) -> {
                ReferenceValues to = begun(ReduceOp.SUM, op.dtype(), shape.size());
                Shape each = Shape.of(Arrays.copyOfRange(shape.toArray(), 1, shape.rank()));
                for (int i = 0; i < xs.size(); i++) {
                    Tensor x = xs.get(i);
                    int first = (int) (i * each.size());
                    join(ReduceOp.SUM, values(x, programs), x.shape(), each, to, first);
                }
                yield to;
            }
            case Reduction.SquaredNorm(var xs) -> {
                ReferenceValues sum = new ReferenceValues(DType.F64, 1);
                xs.forEach(x -> addSquares(values(x, programs), sum));
                yield sum;
            }
        };
    }

    private static ReferenceValues values(Tensor x, Programs<Program> programs) {
        try (Expression prologue = Expression.prologue(x)) {
            ReferenceValues values =
                    new ReferencePointwise(prologue, prologue.program(programs)).root();
            prologue.storeOutputs();
            return values;
        }
    }

    private static ReferenceValues begun(ReduceOp f, DType type, long size) {
        ReferenceValues to = new ReferenceValues(type, size);
        Arrays.fill(to.reals, f.identity());
        Arrays.fill(to.wholes, identity(f));
        return to;
    }

    private static void join(
            ReduceOp f,
            ReferenceValues x,
            Shape from,
            Shape joined,
            ReferenceValues to,
            int first) {
        ReferenceWalk walk = new ReferenceWalk(from, joined.contiguous().broadcast(joined, from));
        for (int i = 0; i < x.length(); i++) {
            int at = first + (int) walk.next();
            if (to.type.isFloating()) {
                to.reals[at] = f.apply(to.reals[at], x.reals[i]);
            } else {
                to.wholes[at] =
                        ReferenceValues.wrapped(to.type, join(f, to.wholes[at], x.wholes[i]));
            }
        }
    }

    private static long identity(ReduceOp f) {
        return switch (f) {
            case SUM -> 0;
            case PROD -> 1;
            case MAX -> Long.MIN_VALUE;
            case MIN -> Long.MAX_VALUE;
        };
    }

    private static long join(ReduceOp f, long a, long b) {
        return switch (f) {
            case SUM -> a + b;
            case PROD -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
        };
    }

    private static void addSquares(ReferenceValues x, ReferenceValues sum) {
        for (double value : x.reals) {
            sum.reals[0] += value * value;
        }
    }
}
