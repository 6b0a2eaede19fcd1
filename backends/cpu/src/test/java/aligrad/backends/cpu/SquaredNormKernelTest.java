package aligrad.backends.cpu;

import static aligrad.backends.cpu.ReferenceComparison.ARRANGEMENTS;
import static aligrad.backends.cpu.ReferenceComparison.arranged;
import static aligrad.backends.cpu.ReferenceComparison.assertSame;
import static aligrad.backends.cpu.ReferenceComparison.assertSameBitsForAnyThreads;
import static aligrad.backends.cpu.ReferenceComparison.kernel;
import static aligrad.backends.cpu.ReferenceComparison.of;
import static aligrad.backends.cpu.ReferenceComparison.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import aligrad.tensor.DType;
import aligrad.tensor.Reduction;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

class SquaredNormKernelTest {

    private final RandomGenerator random = new SplittableRandom(5);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 31, 32, 33, 100, 4095, 4096, 4097, 8192, 70_001})
    void equalsTheReferenceAtRaggedSizes(int n) {
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            assertSame(
                    new Reduction.SquaredNorm(List.of(random(random, type, n))),
                    SquaredNormKernel::compute,
                    1e-13);
        }
    }

    @Test
    void equalsTheReferenceUnderAnyStrides() {
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            for (int i = 0; i < ARRANGEMENTS; i++) {
                assertSame(
                        new Reduction.SquaredNorm(
                                List.of(arranged(random(random, type, 13, 5, 17), i))),
                        SquaredNormKernel::compute,
                        1e-13);
            }
        }
    }

    /// 100 and 9999 times 10⁻³: in single precision 10⁴ + 10⁻⁶ is 10⁴, and the small ones would be
    /// lost. (1e-3f)² = 1.0000000949949049e-6 (the square of the float nearest to 10⁻³).
    @Test
    void keepsTheSmallOnesBesideALargeOne() {
        double[] values = new double[10_000];
        Arrays.fill(values, 1e-3);
        values[17] = 100;
        double small = 1e-3f;
        double[] norm =
                kernel(
                        new Reduction.SquaredNorm(List.of(of(values, DType.F32, 10_000))),
                        SquaredNormKernel::compute);
        assertThat(norm[0]).isCloseTo(1e4 + 9999 * (small * small), within(1e-9));
    }

    @Test
    void hasTheSameBitsForAnyNumberOfThreads() {
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            Tensor x = random(random, type, 300_007);
            assertSameBitsForAnyThreads(
                    new Reduction.SquaredNorm(List.of(x)), SquaredNormKernel::compute);
        }
    }
}
