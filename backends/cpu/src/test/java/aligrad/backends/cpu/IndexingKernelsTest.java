package aligrad.backends.cpu;

import static aligrad.backends.cpu.ReferenceComparison.ARRANGEMENTS;
import static aligrad.backends.cpu.ReferenceComparison.arranged;
import static aligrad.backends.cpu.ReferenceComparison.assertSame;
import static aligrad.backends.cpu.ReferenceComparison.assertSameBitsForAnyThreads;
import static aligrad.backends.cpu.ReferenceComparison.indices;
import static aligrad.backends.cpu.ReferenceComparison.kernel;
import static aligrad.backends.cpu.ReferenceComparison.of;
import static aligrad.backends.cpu.ReferenceComparison.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.tensor.DType;
import aligrad.tensor.Indexing;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

class IndexingKernelsTest {

    private static final DType[] INDEX_TYPES = {DType.I32, DType.I64};

    private final RandomGenerator random = new SplittableRandom(3);

    private static Indexing.Gather gather(Tensor x, Tensor index, int axis) {
        return new Indexing.Gather(x, index, axis, replaced(x.shape(), axis, 1, index.shape()));
    }

    private static Indexing.GatherAdd gatherAdd(Tensor source, Tensor index, int axis, int extent) {
        Shape shape = replaced(source.shape(), axis, index.shape().rank(), Shape.of(extent));
        return new Indexing.GatherAdd(source, index, axis, shape);
    }

    /// The shape with `span` axes from `axis` on replaced by those of `by`.
    private static Shape replaced(Shape shape, int axis, int span, Shape by) {
        int[] extents = new int[shape.rank() - span + by.rank()];
        for (int i = 0; i < extents.length; i++) {
            extents[i] =
                    i < axis
                            ? shape.extent(i)
                            : i < axis + by.rank()
                                    ? by.extent(i - axis)
                                    : shape.extent(i - by.rank() + span);
        }
        return Shape.of(extents);
    }

    /// Sums in another precision than the reference's; whole numbers are exact.
    private static double tolerance(DType type) {
        return type == DType.F32 ? 1e-5 : type == DType.F64 ? 1e-13 : 0;
    }

    @ParameterizedTest
    @EnumSource
    void gathersSlicesOfEveryType(DType type) {
        for (DType indexType : INDEX_TYPES) {
            Tensor x = random(random, type, 4, 7, 5);
            for (int axis = 0; axis < 3; axis++) {
                int n = x.shape().extent(axis);
                assertSame(
                        gather(x, indices(random, indexType, n, 3, 2), axis),
                        IndexingKernels::compute,
                        0);
                assertSame(
                        gather(x, indices(random, indexType, n), axis),
                        IndexingKernels::compute,
                        0);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 16, 31, 33, 100})
    void gathersSlicesOfRaggedSizes(int n) {
        for (DType type : new DType[] {DType.F32, DType.F64, DType.U8}) {
            Tensor index = indices(random, DType.I64, 6, 11);
            assertSame(gather(random(random, type, 6, n), index, 0), IndexingKernels::compute, 0);
            assertSame(
                    gather(random(random, type, 2, 6, n), index, 1), IndexingKernels::compute, 0);
        }
    }

    @Test
    void gathersFromAndWithAnyStrides() {
        for (int i = 0; i < ARRANGEMENTS; i++) {
            Tensor x = arranged(random(random, DType.F32, 4, 7, 5), i);
            for (int j = 0; j < ARRANGEMENTS; j++) {
                for (int axis = 0; axis < 3; axis++) {
                    Tensor index = indices(random, DType.I32, x.shape().extent(axis), 3, 2);
                    assertSame(gather(x, arranged(index, j), axis), IndexingKernels::compute, 0);
                }
            }
        }
        Tensor repeated = random(random, DType.F32, 1, 5).expand(4, 5);
        assertSame(
                gather(repeated, indices(random, DType.I32, 4, 3), 0), IndexingKernels::compute, 0);
        assertSame(
                gather(repeated, indices(random, DType.I32, 5, 3), 1), IndexingKernels::compute, 0);
    }

    @ParameterizedTest
    @EnumSource
    void addsSlicesOfEveryTypeAlsoWhereIndicesRepeat(DType type) {
        for (DType indexType : INDEX_TYPES) {
            for (int i = 0; i < ARRANGEMENTS; i++) {
                Tensor index = arranged(indices(random, indexType, 3, 4, 5), i);
                for (int axis = 0; axis < 3; axis++) {
                    int[] extents = {2, 3, 0, 0};
                    for (int at = 3; at > axis + 1; at--) {
                        extents[at] = extents[at - 2];
                    }
                    extents[axis] = 4;
                    extents[axis + 1] = 5;
                    Tensor source = arranged(random(random, type, extents), i);
                    assertSame(
                            gatherAdd(source, index, axis, 3),
                            IndexingKernels::compute,
                            tolerance(type));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 9, 16, 33, 100})
    void addsSlicesOfRaggedSizes(int n) {
        for (DType type : new DType[] {DType.F32, DType.F64, DType.I64}) {
            assertSame(
                    gatherAdd(random(random, type, 11, n), indices(random, DType.I64, 6, 11), 0, 6),
                    IndexingKernels::compute,
                    tolerance(type));
        }
    }

    /// 1 + 2²⁴ is 2²⁴ in F32; in the other order, 2²⁴ + 1 + 1 is so too, but (1 + 1) + 2²⁴ is not.
    @Test
    void addsInTheOrderOfTheSource() {
        Tensor index = of(new double[] {0, 0, 0, 1, 1, 1}, DType.I64, 6);
        Tensor source = of(new double[] {0x1p24, 1, 1, 1, 1, 0x1p24}, DType.F32, 6);
        double[] sums = {0x1p24, 0x1p24 + 2};
        assertThat(kernel(gatherAdd(source, index, 0, 2), IndexingKernels::compute))
                .containsExactly(sums);
        assertThat(
                        kernel(
                                new Indexing.PutAlongAdd(source, index, 0, Shape.of(2)),
                                IndexingKernels::compute))
                .containsExactly(sums);
    }

    @ParameterizedTest
    @EnumSource
    void takesElementsOfEveryType(DType type) {
        for (DType indexType : INDEX_TYPES) {
            for (int i = 0; i < ARRANGEMENTS; i++) {
                Tensor x = arranged(random(random, type, 4, 7, 5), i);
                for (int axis = 0; axis < 3; axis++) {
                    int[] extents = {4, 7, 5};
                    extents[axis] = 9;
                    Tensor index = indices(random, indexType, x.shape().extent(axis), extents);
                    assertSame(
                            new Indexing.TakeAlong(x, arranged(index, i), axis),
                            IndexingKernels::compute,
                            0);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void addsElementsOfEveryTypeAlsoWhereIndicesRepeat(DType type) {
        for (DType indexType : INDEX_TYPES) {
            for (int i = 0; i < ARRANGEMENTS; i++) {
                Tensor source = arranged(random(random, type, 4, 7, 5), i);
                for (int axis = 0; axis < 3; axis++) {
                    Tensor index = indices(random, indexType, 3, 4, 7, 5);
                    assertSame(
                            new Indexing.PutAlongAdd(
                                    source, arranged(index, i), axis, source.shape().with(axis, 3)),
                            IndexingKernels::compute,
                            tolerance(type));
                }
            }
        }
    }

    @Test
    void takesNothingFromNothing() {
        Tensor x = random(random, DType.F32, 3, 0);
        Tensor index = indices(random, DType.I64, 1, 3, 0);
        assertSame(new Indexing.TakeAlong(x, index, 1), IndexingKernels::compute, 0);
        assertSame(
                new Indexing.PutAlongAdd(x, index, 1, Shape.of(3, 4)), IndexingKernels::compute, 0);
        assertSame(
                gatherAdd(random(random, DType.F32, 0, 4), indices(random, DType.I64, 1, 0), 0, 5),
                IndexingKernels::compute,
                0);
    }

    @Test
    void namesAnIndexOutsideItsAxis() {
        Tensor x = random(random, DType.F32, 3, 4);
        Tensor index = of(new double[] {0, 2, 3}, DType.I64, 3);
        assertThatThrownBy(() -> kernel(gather(x, index, 0), IndexingKernels::compute))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage(
                        "gather along axis 0 of extent 3: index 3 at position 2 is outside 0 to 2");
        Tensor negative = of(new double[] {0, 0, 0, 0, -1, 0}, DType.I32, 3, 2);
        assertThatThrownBy(
                        () ->
                                kernel(
                                        new Indexing.TakeAlong(x, negative, 1),
                                        IndexingKernels::compute))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage(
                        "take_along along axis 1 of extent 4: index -1 at position 4 is outside 0"
                                + " to 3");
        Tensor source = random(random, DType.F32, 3, 2);
        assertThatThrownBy(() -> kernel(gatherAdd(source, index, 0, 3), IndexingKernels::compute))
                .hasMessageContaining("gather_add along axis 0 of extent 3: index 3");
        assertThatThrownBy(
                        () ->
                                kernel(
                                        new Indexing.PutAlongAdd(
                                                source, negative, 1, Shape.of(3, 4)),
                                        IndexingKernels::compute))
                .hasMessageContaining("put_along_add along axis 1 of extent 4: index -1");
    }

    @Test
    void namesAHugeIndexRatherThanItsLowBits() {
        Tensor x = random(random, DType.F32, 3);
        Tensor index = of(new double[] {0x1p32}, DType.I64, 1);
        assertThatThrownBy(() -> kernel(gather(x, index, 0), IndexingKernels::compute))
                .hasMessageContaining("index 4294967296");
    }

    @Test
    void hasTheSameBitsForAnyNumberOfThreads() {
        Tensor table = random(random, DType.F32, 500, 300);
        Tensor words = indices(random, DType.I32, 500, 40, 30);
        Tensor gradient = random(random, DType.F32, 40, 30, 300);
        assertSameBitsForAnyThreads(gather(table, words, 0), IndexingKernels::compute);
        assertSameBitsForAnyThreads(gatherAdd(gradient, words, 0, 500), IndexingKernels::compute);
        Tensor places = indices(random, DType.I64, 50, 40, 30, 300);
        for (int axis = 0; axis < 3; axis++) {
            assertSameBitsForAnyThreads(
                    new Indexing.PutAlongAdd(
                            gradient, places, axis, gradient.shape().with(axis, 50)),
                    IndexingKernels::compute);
        }
        Tensor near = indices(random, DType.I64, 30, 40, 30, 300);
        assertSameBitsForAnyThreads(
                new Indexing.TakeAlong(gradient, near, 2), IndexingKernels::compute);
    }
}
