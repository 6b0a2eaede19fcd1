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
import aligrad.tensor.Normalization;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

class SoftmaxKernelsTest {

    private static final float INFINITY = Float.POSITIVE_INFINITY;

    private final RandomGenerator random = new SplittableRandom(1);

    /// Both functions along every axis; elements are at most 1 or so, which the tolerance refers
    /// to.
    private static void assertSameAlongEveryAxis(Tensor x) {
        double tolerance = x.dtype() == DType.F32 ? 1e-6 : 1e-14;
        for (int axis = 0; axis < x.shape().rank(); axis++) {
            assertSame(new Normalization.Softmax(x, axis), SoftmaxKernels::compute, tolerance);
            assertSame(new Normalization.LogSoftmax(x, axis), SoftmaxKernels::compute, tolerance);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 100, 1100})
    void equalsTheReferenceAtRaggedExtents(int n) {
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            assertSameAlongEveryAxis(random(random, type, n));
            assertSameAlongEveryAxis(random(random, type, 3, n));
            assertSameAlongEveryAxis(random(random, type, n, 3));
            assertSameAlongEveryAxis(random(random, type, 2, n, 5));
        }
    }

    @Test
    void equalsTheReferenceUnderAnyStrides() {
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            for (int arrangement = 0; arrangement < ARRANGEMENTS; arrangement++) {
                assertSameAlongEveryAxis(arranged(random(random, type, 3, 19, 18), arrangement));
            }
            Tensor row = random(random, type, 1, 20);
            assertSameAlongEveryAxis(row.expand(4, 20));
            assertSameAlongEveryAxis(row.transpose().expand(20, 17));
        }
    }

    @Test
    void doesNotOverflow() {
        Tensor x = of(new double[] {1e38, 3e38, 3e38, -3e38}, DType.F32, 4);
        assertThat(kernel(new Normalization.Softmax(x, 0), SoftmaxKernels::compute))
                .containsExactly(0, 0.5, 0.5, 0);
    }

    /// A row of -∞ has no largest element, hence no softmax; a single +∞ leaves none either.
    @ParameterizedTest
    @ValueSource(floats = {-INFINITY, INFINITY, Float.NaN})
    void treatsInfinitiesAndNotANumberAsTheReference(float special) {
        for (int n : new int[] {1, 5, 16, 40}) {
            double[] one = new double[3 * n];
            double[] all = new double[3 * n];
            one[n] = special; // the second row's first, all of the third
            for (int i = 2 * n; i < 3 * n; i++) {
                one[i] = special;
                all[i - n] = special;
            }
            assertSameAlongEveryAxis(of(one, DType.F32, 3, n));
            assertSameAlongEveryAxis(of(all, DType.F32, 3, n));
            assertSameAlongEveryAxis(of(one, DType.F64, 3, n));
        }
    }

    /// Many times e⁻¹, where adding one by one would round in the same direction every time.
    @Test
    void keepsItsPrecisionInLongLines() {
        Tensor row = mostlyMinusOne(1_000_000);
        assertSame(
                new Normalization.LogSoftmax(row.unsqueeze(0), 1), SoftmaxKernels::compute, 5e-7);
        Tensor columns = row.unsqueeze(1).expand(1_000_000, 2);
        assertSame(new Normalization.LogSoftmax(columns, 0), SoftmaxKernels::compute, 5e-7);
    }

    private static Tensor mostlyMinusOne(int n) {
        double[] values = new double[n];
        Arrays.fill(values, -1);
        values[3] = 0;
        return of(values, DType.F32, n);
    }

    @Test
    void hasTheSameBitsForAnyNumberOfThreads() {
        Tensor x = random(random, DType.F32, 37, 130, 41);
        Tensor wide = random(random, DType.F64, 9, 130, 41);
        for (int axis = 0; axis < 3; axis++) {
            assertSameBitsForAnyThreads(
                    new Normalization.Softmax(x, axis), SoftmaxKernels::compute);
            assertSameBitsForAnyThreads(
                    new Normalization.LogSoftmax(wide, axis), SoftmaxKernels::compute);
        }
    }
}
