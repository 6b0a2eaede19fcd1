package aligrad.backends.conformance;

import aligrad.tensor.DType;
import aligrad.tensor.Shape;

import org.junit.jupiter.api.Test;

import java.util.Arrays;

/// Operands whose extents of 1, and missing axes, stretch.
abstract class BroadcastConformance {

    private final Oracle oracle;
    private final Samples samples = new Samples(14);

    BroadcastConformance(Oracle oracle) {
        this.oracle = oracle;
    }

    @Test
    void twoOperandsStretchAlongEveryAxis() {
        for (Shape shape : new Shape[] {Shape.of(2, 3, 17), Shape.of(9, 1, 8), Shape.of(4, 33)}) {
            int masks = 1 << shape.rank();
            for (int p = 0; p < masks; p++) {
                for (int q = 0; q < masks; q++) {
                    for (Arrangement arrangement :
                            new Arrangement[] {Arrangement.DENSE, Arrangement.STEPPED}) {
                        Operand a =
                                oracle.operand(
                                        samples.draw(DType.F32, narrow(shape, p)), arrangement);
                        Operand b = oracle.operand(samples.draw(DType.F32, narrow(shape, q)));
                        oracle.check("sub", Bound.exact(), x -> x[0].sub(x[1]), a, b);
                    }
                }
            }
        }
    }

    @Test
    void threeOperandsStretchAlongEveryAxis() {
        Shape shape = Shape.of(3, 5, 9);
        for (int p = 0; p < 8; p++) {
            for (int q = 0; q < 8; q++) {
                for (int r = 0; r < 8; r++) {
                    Operand condition = oracle.operand(samples.draw(DType.BOOL, narrow(shape, p)));
                    Operand a = oracle.operand(samples.draw(DType.F32, narrow(shape, q)));
                    Operand b = oracle.operand(samples.draw(DType.F32, narrow(shape, r)));
                    oracle.check(
                            "where", Bound.exact(), x -> x[0].where(x[1], x[2]), condition, a, b);
                }
            }
        }
    }

    @Test
    void missingAxesStretch() {
        Shape[][] pairs = {
            {Shape.SCALAR, Shape.of(5, 33)},
            {Shape.of(33), Shape.of(5, 33)},
            {Shape.of(1), Shape.of(5, 33)},
            {Shape.of(5, 1), Shape.of(2, 1, 33)},
            {Shape.of(7, 1, 16), Shape.of(9, 1)},
            {Shape.of(3), Shape.of(0, 3)},
            {Shape.of(0, 1), Shape.of(1, 4)},
            {Shape.of(1, 1, 1), Shape.of(8)},
            {Shape.of(41, 1), Shape.of(1, 1037)},
            {Shape.of(1, 1, 17), Shape.of(64, 33, 17)},
            {Shape.of(64, 1, 1), Shape.of(64, 33, 17)},
        };
        for (Shape[] pair : pairs) {
            for (DType dtype : new DType[] {DType.F32, DType.F64, DType.I64}) {
                Operand a = oracle.operand(samples.draw(dtype, pair[0]));
                Operand b = oracle.operand(samples.draw(dtype, pair[1]));
                oracle.check("sub", Bound.exact(), x -> x[0].sub(x[1]), a, b);
                oracle.check("sub", Bound.exact(), x -> x[1].sub(x[0]), a, b);
            }
        }
    }

    @Test
    void pendingOperandsStretch() {
        // small enough to be computed again at every place, and large enough to be computed before
        for (Shape wide : new Shape[] {Shape.of(7, 33), Shape.of(300, 257)}) {
            Operand row = oracle.operand(samples.draw(DType.F32, Shape.of(wide.extent(1))));
            Operand column = oracle.operand(samples.draw(DType.F32, Shape.of(wide.extent(0), 1)));
            Operand all = oracle.operand(samples.draw(DType.F32, wide));
            oracle.check(
                    "stretched pending parts",
                    Bound.exact(),
                    x -> x[2].maximum(x[0].neg().abs().sub(x[1].relu().mul(2))),
                    row,
                    column,
                    all);
        }
    }

    /// The shape with the axes of `mask` narrowed to 1.
    private static Shape narrow(Shape shape, int mask) {
        int[] extents = shape.toArray();
        Arrays.setAll(extents, i -> (mask >> i & 1) == 1 ? 1 : extents[i]);
        return Shape.of(extents);
    }
}
