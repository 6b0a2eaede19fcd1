package aligrad.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.Memory;
import aligrad.tensor.Parameter;
import aligrad.tensor.Scope;
import aligrad.tensor.Tensor;
import org.junit.jupiter.api.Test;

class GradientMemoryTest {

    private static final long TENSOR = 4 << 20;

    @Test
    void aScopeReleasesWhatTheBackwardPassComputed() {
        Parameter w = new Parameter("w", Tensor.ones(64, 64));
        Runnable step =
                () ->
                        Scope.run(
                                "step",
                                () -> {
                                    Tensor y = w.value();
                                    for (int i = 0; i < 10; i++) {
                                        y = y.matmul(w.value()).tanh();
                                    }
                                    assertThat(Gradients.of(y.sum()).has(w)).isTrue();
                                });
        step.run();
        long before = Memory.now().live();
        for (int i = 0; i < 20; i++) {
            step.run();
        }
        assertThat(Memory.now().live()).isEqualTo(before);
    }

    @Test
    void largeGradientsAreReleasedDuringThePass() {
        Parameter w = new Parameter("w", Tensor.ones(1024, 1).mul(0.5).copy());
        long[] peaks =
                Scope.compute(
                        "step",
                        () -> {
                            // 64 results of 4 MB each (and their running sums) lie in a row.
                            Tensor y = w.value().expand(1024, 1024);
                            for (int i = 0; i < 64; i++) {
                                y = y.cumsum(1).mul(1.0 / 1024);
                            }
                            Tensor loss = y.sum();
                            loss.item();
                            long forward = Memory.now().live();
                            Memory.resetPeak();
                            Gradients.of(loss);
                            return new long[] {forward, Memory.now().peak()};
                        });
        long backward = peaks[1] - peaks[0];
        assertThat(peaks[0]).isGreaterThan(64 * TENSOR);
        // All at once would be more than 64 of them; a stage is an eighth, or 16.
        assertThat(backward).isLessThan(40 * TENSOR);
    }

    @Test
    void checkpointsHoldNoIntermediateResults() {
        Parameter w = new Parameter("w", Tensor.ones(1024, 1).mul(0.5).copy());
        long plain = liveAfterForward(w, false);
        long checkpointed = liveAfterForward(w, true);
        assertThat(plain).isGreaterThan(16 * TENSOR);
        assertThat(checkpointed).isLessThan(6 * TENSOR);
    }

    private static long liveAfterForward(Parameter w, boolean checkpointed) {
        long before = Memory.now().live();
        return Scope.compute(
                "step",
                () -> {
                    Tensor y = w.value().expand(1024, 1024).copy();
                    for (int i = 0; i < 4; i++) {
                        y = checkpointed ? Checkpoint.of(GradientMemoryTest::block, y) : block(y);
                    }
                    y.storage();
                    long held = Memory.now().live() - before;
                    assertThat(Gradients.of(y.sum()).has(w)).isTrue();
                    return held;
                });
    }

    private static Tensor block(Tensor x) {
        Tensor y = x;
        for (int i = 0; i < 4; i++) {
            y = y.cumsum(1).mul(1.0 / 1024).cumsum(0).mul(1.0 / 1024);
        }
        return y;
    }
}
