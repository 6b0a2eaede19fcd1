package aligrad.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.DType;
import aligrad.tensor.Memory;
import aligrad.tensor.Parameter;
import aligrad.tensor.Scope;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

class GradientMemoryTest {

    private static final int MEGA = 1 << 20;
    private static final int SMALL = 1 << 17;

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
        // One tensor of 16 kB kept in each step would be 320 kB. The thread that compiles kernels
        // takes
        // its 64 kB of scratch numbers at some moment, and this thread's scratch may grow a little.
        assertThat(Memory.now().live()).isLessThan(before + (1 << 17));
    }

    @Test
    void largeGradientsAreReleasedDuringThePass() {
        Parameter w = new Parameter("w", Tensor.full(0, DType.F64, 1, 1));
        long[] peaks =
                Scope.compute(
                        "step",
                        () -> {
                            // 24 results of 8 MB are 3 stages of 64 MB.
                            Tensor y = w.value().expand(8, MEGA / 8);
                            for (int i = 0; i < 24; i++) {
                                y = y.cumsum(1);
                            }
                            Tensor loss = y.sum();
                            long forward = Memory.now().live();
                            Memory.resetPeak();
                            Gradients.of(loss);
                            return new long[] {forward, Memory.now().peak() - forward};
                        });
        assertThat(peaks[0]).isGreaterThan(24L * 8 * MEGA);
        // All at once would be another 24; a stage is 8, its first and last live on.
        assertThat(peaks[1]).isLessThan(13L * 8 * MEGA);
    }

    @Test
    void gradientsOfManyRowsAreNotHeldForTheirWeights() {
        Parameter w = new Parameter("w", Tensor.full(1.0 / 16, DType.F64, 16, 16));
        long peak =
                Scope.compute(
                        "step",
                        () -> {
                            Tensor y = Tensor.full(1, DType.F64, MEGA / 16, 16);
                            for (int i = 0; i < 24; i++) {
                                y = y.matmul(w.value()); // 8 MB each
                            }
                            Tensor loss = y.sum();
                            long forward = Memory.now().live();
                            Memory.resetPeak();
                            Gradients.of(loss);
                            return Memory.now().peak() - forward;
                        });
        assertThat(peak).isLessThan(13L * 8 * MEGA);
    }

    @Test
    void checkpointsHoldNoIntermediateResults() {
        Parameter w = new Parameter("w", Tensor.full(0, DType.F64, 1, 1));
        long plain = liveAfterForward(w, false);
        long checkpointed = liveAfterForward(w, true);
        assertThat(plain).isGreaterThan(14L * 8 * SMALL);
        assertThat(checkpointed).isLessThan(6L * 8 * SMALL);
    }

    private static long liveAfterForward(Parameter w, boolean checkpointed) {
        long before = Memory.now().live();
        return Scope.compute(
                "step",
                () -> {
                    Tensor y = w.value().expand(8, SMALL / 8).copy();
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
            y = y.cumsum(1);
        }
        return y;
    }
}
