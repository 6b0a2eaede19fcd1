package aligrad.backends.conformance;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

/// Reading and adding at positions, also repeated ones, and positions outside.
abstract class IndexingConformance {

    private static final DType[] INDICES = {DType.I32, DType.I64};

    private final Oracle oracle;
    private final Samples samples = new Samples(24);

    IndexingConformance(Oracle oracle) {
        this.oracle = oracle;
    }

    @Test
    void gatherAlongEveryAxisOfEveryType() {
        Shape[] shapes = {Shape.of(9), Shape.of(17, 33), Shape.of(5, 9, 7), Shape.of(2, 3, 4, 9)};
        Shape[] positions = {Shape.SCALAR, Shape.of(0), Shape.of(1), Shape.of(31), Shape.of(3, 5)};
        for (DType dtype : DType.values()) {
            for (Shape shape : shapes) {
                for (Shape position : positions) {
                    for (int axis = 0; axis < shape.rank(); axis++) {
                        DType type = INDICES[samples.choice(2)];
                        Operand x = oracle.operand(samples.draw(dtype, shape));
                        Operand index =
                                oracle.operand(samples.indices(type, position, shape.extent(axis)));
                        gather(x, index, axis);
                    }
                }
            }
        }
    }

    @Test
    void gatherTakesEveryArrangement() {
        for (Arrangement a : Arrangement.values()) {
            for (Arrangement b : Arrangement.values()) {
                for (int axis = 0; axis < 3; axis++) {
                    Operand x = oracle.operand(samples.draw(DType.F32, Shape.of(5, 9, 7)), a);
                    Operand index =
                            oracle.operand(samples.indices(DType.I32, Shape.of(3, 5), 5), b);
                    gather(x, index, axis);
                }
            }
        }
    }

    @Test
    void tablesAreLookedUp() {
        Operand table = oracle.operand(samples.draw(DType.F32, Shape.of(1000, 100)));
        Operand words = oracle.operand(samples.indices(DType.I64, Shape.of(32, 17), 1000));
        gather(table, words, 0);
    }

    @Test
    void gatherAddMeetsAtRepeatedPositions() {
        Shape[] positions = {Shape.SCALAR, Shape.of(0), Shape.of(1), Shape.of(31), Shape.of(3, 5)};
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            for (Shape position : positions) {
                for (int axis = 0; axis < 3; axis++) {
                    for (Arrangement arrangement : Arrangement.values()) {
                        Shape whole = Shape.of(4, 9, 17);
                        Shape source = whole.remove(axis);
                        for (int i = position.rank() - 1; i >= 0; i--) {
                            source = source.insert(axis, position.extent(i));
                        }
                        int at = axis;
                        int extent = whole.extent(axis);
                        Operand x = oracle.operand(samples.draw(dtype, source), arrangement);
                        DType type = INDICES[samples.choice(2)];
                        Operand index =
                                oracle.operand(
                                        samples.indices(type, position, extent), arrangement);
                        oracle.check(
                                "gather_add along " + axis,
                                Bound.roundings(
                                        position.size(),
                                        y -> y[0].abs().gatherAdd(at, y[1], extent)),
                                y -> y[0].gatherAdd(at, y[1], extent),
                                x,
                                index);
                    }
                }
            }
        }
        Operand gradients = oracle.operand(samples.draw(DType.F32, Shape.of(600, 100)));
        Operand words = oracle.operand(samples.indices(DType.I64, Shape.of(600), 50));
        oracle.check(
                "gather_add of many",
                Bound.roundings(40, y -> y[0].abs().gatherAdd(0, y[1], 50)),
                y -> y[0].gatherAdd(0, y[1], 50),
                gradients,
                words);
    }

    @Test
    void takeAlongAndPutAlongEveryAxis() {
        for (DType dtype : DType.values()) {
            for (int axis = 0; axis < 3; axis++) {
                for (int extent : new int[] {0, 1, 9, 33}) {
                    for (Arrangement arrangement : Arrangement.values()) {
                        Shape shape = Shape.of(5, 9, 7);
                        Shape at = shape.with(axis, extent);
                        Operand x = oracle.operand(samples.draw(dtype, shape), arrangement);
                        Operand index =
                                oracle.operand(
                                        samples.indices(
                                                INDICES[samples.choice(2)], at, shape.extent(axis)),
                                        arrangement);
                        along(x, index, axis);
                    }
                }
            }
        }
    }

    private void along(Operand x, Operand index, int axis) {
        oracle.check(
                "take_along " + axis, Bound.exact(), y -> y[0].takeAlong(axis, y[1]), x, index);
        DType dtype = x.expected().dtype();
        if (dtype.isFloating()) {
            int extent = x.expected().extent(axis);
            int terms = index.expected().extent(axis);
            Operand source = oracle.operand(samples.draw(dtype, index.expected().shape()));
            oracle.check(
                    "put_along_add " + axis,
                    Bound.roundings(terms, y -> y[0].abs().putAlongAdd(axis, y[1], extent)),
                    y -> y[0].putAlongAdd(axis, y[1], extent),
                    source,
                    index);
        }
    }

    @Test
    void positionsOutsideAreNamed() {
        Tensor x = samples.draw(DType.F32, Shape.of(5, 33)).to(oracle.device());
        for (double outside : new double[] {5, -1, 1e9}) {
            for (DType type : INDICES) {
                double[] positions = {0, 4, outside, 2};
                Tensor index = Samples.of(positions, type, Shape.of(4)).to(oracle.device());
                assertThatThrownBy(() -> x.gather(0, index).toFloatArray())
                        .isInstanceOf(IndexOutOfBoundsException.class)
                        .hasMessageContaining("gather")
                        .hasMessageContaining(String.valueOf((long) outside))
                        .hasMessageContaining("5");
                Tensor rows = samples.draw(DType.F32, Shape.of(4, 33)).to(oracle.device());
                assertThatThrownBy(() -> rows.gatherAdd(0, index, 5).toFloatArray())
                        .isInstanceOf(IndexOutOfBoundsException.class)
                        .hasMessageContaining("gather_add")
                        .hasMessageContaining(String.valueOf((long) outside));
                Tensor along = index.unsqueeze(1).expand(4, 33);
                assertThatThrownBy(() -> x.takeAlong(0, along).toFloatArray())
                        .isInstanceOf(IndexOutOfBoundsException.class)
                        .hasMessageContaining("take_along")
                        .hasMessageContaining(String.valueOf((long) outside));
                assertThatThrownBy(() -> rows.putAlongAdd(0, along, 5).toFloatArray())
                        .isInstanceOf(IndexOutOfBoundsException.class)
                        .hasMessageContaining("put_along_add")
                        .hasMessageContaining(String.valueOf((long) outside));
            }
        }
    }

    @Test
    void pendingSourcesAndPositions() {
        Operand x = oracle.operand(samples.draw(DType.F32, Shape.of(9, 17)));
        Operand index = oracle.operand(samples.indices(DType.I64, Shape.of(31), 8));
        oracle.check(
                "gather of pending",
                Bound.exact(),
                y -> y[0].neg().gather(0, y[1].add(1)),
                x,
                index);
        oracle.check("one-hot", Bound.exact(), y -> y[0].oneHot(8), index);
    }

    private void gather(Operand x, Operand index, int axis) {
        oracle.check("gather along " + axis, Bound.exact(), y -> y[0].gather(axis, y[1]), x, index);
    }
}
