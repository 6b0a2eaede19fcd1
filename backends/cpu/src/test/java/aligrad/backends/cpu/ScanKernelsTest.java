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
import aligrad.tensor.Scan;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

class ScanKernelsTest {

    private final RandomGenerator random = new SplittableRandom(2);

    private Tensor factors(DType type, int... extents) {
        double[] values = random(random, type, extents).toDoubleArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.sin(values[i]); // within ±1, so that no product grows
        }
        return of(values, type, extents);
    }

    private static void assertSameBothWays(Tensor a, Tensor b) {
        double tolerance = b.dtype() == DType.F32 ? 2e-5 : 1e-13;
        for (int axis = 0; axis < b.shape().rank(); axis++) {
            for (boolean reverse : new boolean[] {false, true}) {
                assertSame(
                        new Scan.Recurrence(a, b, axis, reverse),
                        ScanKernels::recurrence,
                        tolerance);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 7, 8, 9, 16, 17, 33, 100})
    void equalsTheReferenceAtRaggedExtents(int n) {
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            assertSameBothWays(factors(type, n), random(random, type, n));
            assertSameBothWays(factors(type, 3, n), random(random, type, 3, n));
            assertSameBothWays(factors(type, n, 3), random(random, type, n, 3));
            assertSameBothWays(factors(type, 2, n, 5), random(random, type, 2, n, 5));
        }
    }

    @Test
    void equalsTheReferenceUnderAnyStrides() {
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            for (int i = 0; i < ARRANGEMENTS; i++) {
                for (int j = 0; j < ARRANGEMENTS; j++) {
                    assertSameBothWays(
                            arranged(factors(type, 3, 19, 18), i),
                            arranged(random(random, type, 3, 19, 18), j));
                }
            }
        }
    }

    @Test
    void takesBroadcastFactors() {
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            Tensor b = random(random, type, 4, 6, 20);
            assertSameBothWays(factors(type).expand(4, 6, 20), b);
            assertSameBothWays(factors(type, 6, 1).expand(4, 6, 20), b);
            assertSameBothWays(factors(type, 4, 1, 1).expand(4, 6, 20), b);
            assertSameBothWays(factors(type, 20).expand(4, 6, 20), b);
        }
    }

    /// (1 + 2⁻¹²)² + c with c = -(1 + 2⁻¹¹): only an fma leaves 2⁻²⁴. Both ways to it must.
    @Test
    void roundsMultiplyAndAddOnce() {
        double s = 1 + 0x1p-12;
        double c = -(1 + 0x1p-11);
        Tensor line = of(new double[] {s, c}, DType.F32, 2);
        Tensor factor = of(new double[] {s}, DType.F32, 1);
        assertThat(
                        kernel(
                                new Scan.Recurrence(factor.expand(2), line, 0, false),
                                ScanKernels::recurrence))
                .containsExactly(s, 0x1p-24);
        Tensor lines = line.unsqueeze(1).expand(2, 3);
        for (Tensor factors : new Tensor[] {factor.expand(2, 3), factor.expand(2, 3).copy()}) {
            assertThat(
                            kernel(
                                    new Scan.Recurrence(factors, lines, 0, false),
                                    ScanKernels::recurrence))
                    .containsExactly(s, s, s, 0x1p-24, 0x1p-24, 0x1p-24);
        }
    }

    @Test
    void leavesTheFirstFactorOut() {
        Tensor a = of(new double[] {Double.POSITIVE_INFINITY, 2}, DType.F32, 2);
        Tensor b = of(new double[] {3, 4}, DType.F32, 2);
        assertThat(kernel(new Scan.Recurrence(a, b, 0, false), ScanKernels::recurrence))
                .containsExactly(3, 10);
    }

    @Test
    void hasTheSameBitsForAnyNumberOfThreads() {
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            Tensor a = factors(type, 11, 130, 150);
            Tensor b = random(random, type, 11, 130, 150);
            for (int axis = 0; axis < 3; axis++) {
                assertSameBitsForAnyThreads(
                        new Scan.Recurrence(a, b, axis, axis == 1), ScanKernels::recurrence);
            }
        }
    }
}
