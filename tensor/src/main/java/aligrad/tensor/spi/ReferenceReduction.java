package aligrad.tensor.spi;

import aligrad.tensor.DType;
import aligrad.tensor.ReduceOp;
import aligrad.tensor.Reduction;
import aligrad.tensor.Shape;

import java.util.Arrays;

/// Sums, products and extremes, joined in row-major order.
final class ReferenceReduction {

    private ReferenceReduction() {}

    static ReferenceValues compute(Reduction op, Programs<Program> programs) {
        try (Expression prologue = Expression.prologue(op.x())) {
            ReferenceValues x = new ReferencePointwise(prologue, prologue.program(programs)).root();
            prologue.storeOutputs();
            return switch (op) {
                case Reduction.Reduce reduce -> reduce(reduce, x);
                case Reduction.SquaredNorm _ -> squaredNorm(x);
            };
        }
    }

    private static ReferenceValues reduce(Reduction.Reduce op, ReferenceValues x) {
        Shape from = op.x().shape();
        ReferenceValues to = new ReferenceValues(op.dtype(), op.shape().size());
        Arrays.fill(to.reals, op.f().identity());
        Arrays.fill(to.wholes, identity(op.f()));
        ReferenceWalk walk =
                new ReferenceWalk(from, op.shape().contiguous().broadcast(op.shape(), from));
        for (int i = 0; i < x.length(); i++) {
            int at = (int) walk.next();
            if (to.type.isFloating()) {
                to.reals[at] = op.f().apply(to.reals[at], x.reals[i]);
            } else {
                to.wholes[at] =
                        ReferenceValues.wrapped(to.type, join(op.f(), to.wholes[at], x.wholes[i]));
            }
        }
        return to;
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

    private static ReferenceValues squaredNorm(ReferenceValues x) {
        ReferenceValues sum = new ReferenceValues(DType.F64, 1);
        for (double value : x.reals) {
            sum.reals[0] += value * value;
        }
        return sum;
    }
}
