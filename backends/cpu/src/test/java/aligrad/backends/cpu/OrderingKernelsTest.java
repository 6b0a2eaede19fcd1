package aligrad.backends.cpu;

import static aligrad.backends.cpu.ReferenceComparison.ARRANGEMENTS;
import static aligrad.backends.cpu.ReferenceComparison.arranged;
import static aligrad.backends.cpu.ReferenceComparison.assertSame;
import static aligrad.backends.cpu.ReferenceComparison.assertSameBitsForAnyThreads;
import static aligrad.backends.cpu.ReferenceComparison.kernel;
import static aligrad.backends.cpu.ReferenceComparison.of;
import static aligrad.backends.cpu.ReferenceComparison.random;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.DType;
import aligrad.tensor.Device;
import aligrad.tensor.Ordering;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

class OrderingKernelsTest {

    private static final int[] EXTENTS = {1, 2, 7, 31, 32, 33, 63, 64, 65, 100, 1000};

    private final RandomGenerator random = new SplittableRandom(4);

    private static void assertSameAlongEveryAxis(Tensor x) {
        for (int axis = 0; axis < x.shape().rank(); axis++) {
            for (boolean flag : new boolean[] {false, true}) {
                assertSame(new Ordering.ArgSort(x, axis, flag), OrderingKernels::compute, 0);
                assertSame(new Ordering.ArgExtreme(x, axis, flag), OrderingKernels::compute, 0);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void equalsTheReferenceInEveryTypeAtRaggedExtents(DType type) {
        for (int n : EXTENTS) {
            assertSameAlongEveryAxis(random(random, type, n));
            assertSameAlongEveryAxis(random(random, type, n, 3));
        }
    }

    @ParameterizedTest
    @EnumSource
    void equalsTheReferenceUnderAnyStrides(DType type) {
        for (int i = 0; i < ARRANGEMENTS; i++) {
            assertSameAlongEveryAxis(arranged(random(random, type, 3, 37, 4), i));
        }
        assertSameAlongEveryAxis(random(random, type, 3, 1).expand(3, 40));
    }

    /// Few values, both zeros, infinities and not-a-number: ties everywhere.
    @ParameterizedTest
    @EnumSource(names = {"F32", "F64"})
    void ordersTiesZerosInfinitiesAndNotANumberAsTheReference(DType type) {
        double[] values = {
            0, -0.0, 1, -1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
        };
        for (int kinds = 1; kinds <= values.length; kinds++) {
            for (int n : EXTENTS) {
                double[] x = new double[n];
                for (int i = 0; i < n; i++) {
                    x[i] = values[random.nextInt(kinds)];
                }
                assertSameAlongEveryAxis(of(x, type, n));
            }
        }
    }

    @Test
    void findsTheOneExtremeWhereverItStands() {
        for (int n : new int[] {33, 64, 100}) {
            for (int place = 0; place < n; place++) {
                for (double extreme : new double[] {7, -7, Double.NaN}) {
                    double[] values = new double[n];
                    values[place] = extreme;
                    Tensor x = of(values, DType.F32, n);
                    boolean largest = !(extreme < 0);
                    assertThat(
                                    kernel(
                                            new Ordering.ArgExtreme(x, 0, largest),
                                            OrderingKernels::compute))
                            .containsExactly(place);
                }
            }
        }
    }

    @Test
    void tellsLongsBeyondDoublesApart() {
        Tensor x =
                Device.use(
                        Device.of("reference"),
                        () -> Tensor.of(new long[] {(1L << 60) + 1, 1L << 60, -1, Long.MIN_VALUE}));
        assertThat(kernel(new Ordering.ArgSort(x, 0, false), OrderingKernels::compute))
                .containsExactly(3, 2, 1, 0);
        assertThat(kernel(new Ordering.ArgExtreme(x, 0, false), OrderingKernels::compute))
                .containsExactly(3);
    }

    @Test
    void tellsNotANumberWithASignFromTheSmallest() {
        float negative = Float.intBitsToFloat(0xffc00001);
        Tensor x =
                Device.use(
                        Device.of("reference"),
                        () -> Tensor.of(new float[] {negative, 1, Float.POSITIVE_INFINITY}));
        assertThat(kernel(new Ordering.ArgSort(x, 0, false), OrderingKernels::compute))
                .containsExactly(1, 2, 0);
        assertThat(kernel(new Ordering.ArgSort(x, 0, true), OrderingKernels::compute))
                .containsExactly(0, 2, 1);
    }

    @Test
    void hasTheSameBitsForAnyNumberOfThreads() {
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            Tensor x = random(random, type, 40, 60, 30);
            for (int axis = 0; axis < 3; axis++) {
                assertSameBitsForAnyThreads(
                        new Ordering.ArgSort(x, axis, axis == 1), OrderingKernels::compute);
                assertSameBitsForAnyThreads(
                        new Ordering.ArgExtreme(x, axis, axis == 1), OrderingKernels::compute);
            }
        }
    }
}
