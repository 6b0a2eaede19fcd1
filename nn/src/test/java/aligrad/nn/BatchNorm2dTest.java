package aligrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import aligrad.tensor.DType;
import aligrad.tensor.Random;
import aligrad.tensor.Recording;
import aligrad.tensor.Scope;
import aligrad.tensor.ShapeException;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

class BatchNorm2dTest {

    /// Channel 0: 1, 3, 5, 7: mean 4, biased variance 5, unbiased 20/3. Channel 1: all 2: mean 2,
    /// variance 0.
    private static final Tensor BATCH =
            Tensor.of(new double[] {1, 2, 3, 2, 5, 2, 7, 2}, 2, 1, 2, 2);

    private static BatchNorm2d norm() {
        return Precision.use(DType.F64, () -> new BatchNorm2d(2));
    }

    @Test
    void normalizesWithTheBiasedVariance() {
        double deviation = Math.sqrt(5 + 1e-5);
        assertThat(norm().forward(BATCH).toDoubleArray())
                .containsExactly(
                        new double[] {
                            -3 / deviation, 0, -1 / deviation, 0, 1 / deviation, 0, 3 / deviation, 0
                        },
                        within(1e-12));
    }

    @Test
    void storesTheUnbiasedVariance() {
        BatchNorm2d norm = norm();
        norm.forward(BATCH);
        // 0.9·0 + 0.1·4, 0.9·0 + 0.1·2; 0.9·1 + 0.1·20/3, 0.9·1 + 0.1·0
        assertThat(norm.runningMean().value().toDoubleArray())
                .containsExactly(new double[] {0.4, 0.2}, within(1e-12));
        assertThat(norm.runningVariance().value().toDoubleArray())
                .containsExactly(new double[] {0.9 + 2.0 / 3, 0.9}, within(1e-12));
        norm.forward(BATCH);
        assertThat(norm.runningMean().value().toDoubleArray())
                .containsExactly(new double[] {0.76, 0.38}, within(1e-12));
    }

    @Test
    void usesTheRunningStatisticsInEvaluationAndLeavesThem() {
        BatchNorm2d norm = norm();
        norm.runningMean().set(Tensor.of(new double[] {1, 0}));
        norm.runningVariance().set(Tensor.of(new double[] {4 - 1e-5, 1 - 1e-5}));
        norm.namedParameters().get("weight").set(Tensor.of(new double[] {2, 1}));
        norm.namedParameters().get("bias").set(Tensor.of(new double[] {0, -1}));
        norm.eval();
        // (x - 1)/2·2, x - 1
        assertThat(norm.forward(BATCH).toDoubleArray())
                .containsExactly(new double[] {0, 1, 2, 1, 4, 1, 6, 1}, within(1e-12));
        assertThat(norm.runningMean().value().toDoubleArray()).containsExactly(1, 0);
    }

    @Test
    void movesTheStatisticsInsideAScopeAndWithoutRecording() {
        BatchNorm2d norm = norm();
        for (int i = 0; i < 100; i++) {
            Scope.run("step", () -> Recording.off(() -> norm.forward(BATCH)));
        }
        assertThat(norm.runningMean().value().toDoubleArray())
                .containsExactly(new double[] {4, 2}, within(1e-3)); // 4·0.9¹⁰⁰ = 1.1e-4
    }

    @Test
    void keepsItsPrecisionFarFromZero() {
        Tensor near = Random.stream(3).normal(0, 1, 64, 2);
        Tensor far = near.add(1000);
        BatchNorm2d norm = new BatchNorm2d(2);
        // 1000 + x is off by half of 2⁻¹⁴, and the mean by at most 64 roundings of 1000:
        // 64·2⁻²⁴·1000
        assertThat(norm.forward(far).toDoubleArray())
                .containsExactly(norm.forward(near).toDoubleArray(), within(4e-3));
    }

    @Test
    void rejectsOtherChannelsAndSingleNumbers() {
        assertThatThrownBy(() -> norm().forward(BATCH.reshape(2, 2, 1, 2).slice(3, 0, 1)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("NCHW");
        assertThatThrownBy(() -> norm().forward(Tensor.full(1, DType.F64, 1, 1, 1, 2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("eval()");
    }
}
