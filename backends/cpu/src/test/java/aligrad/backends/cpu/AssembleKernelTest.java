package aligrad.backends.cpu;

import static aligrad.backends.cpu.ReferenceComparison.ARRANGEMENTS;
import static aligrad.backends.cpu.ReferenceComparison.arranged;
import static aligrad.backends.cpu.ReferenceComparison.assertSame;
import static aligrad.backends.cpu.ReferenceComparison.assertSameBitsForAnyThreads;
import static aligrad.backends.cpu.ReferenceComparison.random;

import aligrad.tensor.Assemble;
import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

class AssembleKernelTest {

    private final RandomGenerator random = new SplittableRandom(6);

    private static Assemble.Piece piece(Tensor x, int... startsThenSteps) {
        List<Integer> numbers = new ArrayList<>();
        for (int n : startsThenSteps) {
            numbers.add(n);
        }
        int rank = x.shape().rank();
        return new Assemble.Piece(x, numbers.subList(0, rank), numbers.subList(rank, 2 * rank));
    }

    private static double tolerance(DType type) {
        return type == DType.F32 ? 1e-6 : 0;
    }

    /// Tensors one after the other along each axis.
    private Assemble concatenation(DType type, int arrangement, int axis, int... along) {
        List<Assemble.Piece> pieces = new ArrayList<>();
        int at = 0;
        for (int extent : along) {
            int[] extents = {3, 4, 5};
            extents[axis] = extent;
            int[] places = {0, 0, 0, 1, 1, 1};
            places[axis] = at;
            pieces.add(piece(arranged(random(random, type, extents), arrangement), places));
            at += extent;
        }
        Shape shape = Shape.of(3, 4, 5).with(axis, at);
        return new Assemble(shape, type, pieces, 0, true, true);
    }

    @ParameterizedTest
    @EnumSource
    void concatenatesEveryTypeAlongEveryAxis(DType type) {
        for (int arrangement = 0; arrangement < ARRANGEMENTS; arrangement++) {
            for (int axis = 0; axis < 3; axis++) {
                assertSame(
                        concatenation(type, arrangement, axis, 2, 0, 33, 1, 7),
                        AssembleKernel::compute,
                        0);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void surroundsAPieceWithItsBackground(DType type) {
        for (double background : new double[] {0, 1, -2.5, 300, Double.NEGATIVE_INFINITY}) {
            Tensor x = random(random, type, 3, 9);
            assertSame(
                    new Assemble(
                            Shape.of(6, 13),
                            type,
                            List.of(piece(x, 2, 1, 1, 1)),
                            background,
                            true,
                            false),
                    AssembleKernel::compute,
                    0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void addsPiecesThatOverlap(DType type) {
        for (int i = 0; i < ARRANGEMENTS; i++) {
            List<Assemble.Piece> pieces =
                    List.of(
                            piece(arranged(random(random, type, 6, 40), i), 0, 0, 1, 1),
                            piece(arranged(random(random, type, 2, 21), i), 3, 5, 1, 1),
                            piece(arranged(random(random, type, 3, 20), i), 1, 0, 2, 2));
            assertSame(
                    new Assemble(Shape.of(6, 40), type, pieces, 0, false, false),
                    AssembleKernel::compute,
                    tolerance(type));
        }
    }

    /// The adjoints of slices with steps, backwards as well.
    @ParameterizedTest
    @EnumSource
    void walksWithSteps(DType type) {
        for (boolean disjoint : new boolean[] {false, true}) {
            for (int i = 0; i < ARRANGEMENTS; i++) {
                Tensor x = arranged(random(random, type, 2, 5, 3), i);
                for (int[] places :
                        new int[][] {
                            {0, 0, 0, 1, 3, 1}, {1, 14, 0, 1, -3, 2}, {4, 0, 6, -4, 1, -3}
                        }) {
                    assertSame(
                            new Assemble(
                                    Shape.of(5, 15, 7),
                                    type,
                                    List.of(piece(x, places)),
                                    0,
                                    disjoint,
                                    false),
                            AssembleKernel::compute,
                            0);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 9, 15, 16, 17, 31, 33, 100})
    void writesNothingOutsideRuns(int n) {
        for (DType type : new DType[] {DType.F32, DType.F64, DType.U8}) {
            Tensor x = random(random, type, 4, n);
            Tensor y = random(random, type, 4, n + 1);
            List<Assemble.Piece> pieces =
                    List.of(piece(y, 0, n, 1, 1), piece(x, 0, 0, 1, 1)); // right before left
            assertSame(
                    new Assemble(Shape.of(4, 2 * n + 1), type, pieces, 0, true, true),
                    AssembleKernel::compute,
                    0);
        }
    }

    @Test
    void takesSingleNumbersManyAxesAndNothing() {
        assertSame(
                new Assemble(
                        Shape.SCALAR,
                        DType.F32,
                        List.of(piece(random(random, DType.F32))),
                        0,
                        true,
                        true),
                AssembleKernel::compute,
                0);
        Tensor x = random(random, DType.F32, 2, 3, 2, 3, 2, 2);
        assertSame(
                new Assemble(
                        Shape.of(3, 4, 3, 4, 3, 5),
                        DType.F32,
                        List.of(piece(x, 1, 1, 0, 0, 1, 0, 1, 1, 2, 1, 1, 2)),
                        7,
                        true,
                        false),
                AssembleKernel::compute,
                0);
        assertSame(
                new Assemble(Shape.of(0, 3), DType.I64, List.of(), 0, true, false),
                AssembleKernel::compute,
                0);
    }

    @Test
    void hasTheSameBitsForAnyNumberOfThreads() {
        Tensor[] slices = new Tensor[4];
        Arrays.setAll(slices, i -> random(random, DType.F32, 60, 50, 40));
        List<Assemble.Piece> overlapping = new ArrayList<>();
        for (int i = 0; i < slices.length; i++) {
            overlapping.add(piece(slices[i], i, 2 * i, 0, 1, 1, 1));
        }
        assertSameBitsForAnyThreads(
                new Assemble(Shape.of(64, 60, 40), DType.F32, overlapping, 0, false, false),
                AssembleKernel::compute);
        assertSameBitsForAnyThreads(
                new Assemble(
                        Shape.of(62, 53, 41),
                        DType.F32,
                        List.of(piece(slices[0], 1, 2, 1, 1, 1, 1)),
                        3,
                        true,
                        false),
                AssembleKernel::compute);
    }
}
