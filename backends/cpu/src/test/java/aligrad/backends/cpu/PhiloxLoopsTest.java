package aligrad.backends.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.Philox;
import aligrad.tensor.Random;
import aligrad.tensor.Scope;
import aligrad.tensor.Tensor;
import aligrad.tensor.spi.HostMemory;
import aligrad.tensor.spi.HostStorage;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PhiloxLoopsTest {

    private static final long KEY = 0x1234_5678_9abc_def0L;
    private static final long CALL = 0xfedc_ba98_7654_3210L;

    private final long limit = ColdLoop.limit();
    private final long threshold = Specialization.threshold();

    @AfterEach
    void restore() {
        ColdLoop.setLimit(limit);
        Specialization.setThreshold(threshold);
    }

    /// From everywhere in a block, over the carry into the block's high word, and as short as none.
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 63, (1L << 34) - 5, (1L << 34) - 64, 1L << 34})
    void makesTheNumbersOfTheGenerator(long first) {
        ColdLoop.setLimit(0);
        for (int count : new int[] {0, 1, 3, 4, 31, 32, 33, 64, 100, 259}) {
            HostStorage to = HostMemory.allocate(4L * count + 4, "test", "", true);
            Lanes.putF32(to.address() + 4L * count, -1);
            PhiloxLoops.uniform(KEY, CALL, first, count, to.address());
            for (int i = 0; i < count; i++) {
                assertThat(Lanes.f32(to.address() + 4L * i))
                        .describedAs("number %d of %d from %d", i, count, first)
                        .isEqualTo(Philox.uniformFloat(KEY, CALL, first + i));
            }
            assertThat(Lanes.f32(to.address() + 4L * count)).isEqualTo(-1);
            to.release();
        }
    }

    /// Of more elements than a piece, in rows that are no multiple of a block, with a factor for
    /// each column, as after a batch normalization.
    @Test
    void dropoutHasTheSameBitsInterpretedAndCompiled() {
        ColdLoop.setLimit(0);
        Specialization.setThreshold(Long.MAX_VALUE);
        float[] interpreted = dropout();
        Specialization.setThreshold(0);
        assertThat(dropout()).isEqualTo(interpreted);
        int kept = 0;
        for (float value : interpreted) {
            kept += value != 0 ? 1 : 0;
        }
        // 0.6 of 49,950, standard deviation 110
        assertThat(kept).isBetween(29_400, 30_500);
    }

    private static float[] dropout() {
        return Scope.compute(
                "test",
                () -> {
                    Tensor scale = Random.stream(2).uniform(333).add(1);
                    Tensor x = Random.stream(3).uniform(150, 333).mul(scale).add(0.5);
                    Tensor kept = Random.stream(4).bernoulli(0.6, x.shape());
                    return kept.where(x.mul(1 / 0.6), 0).reshape(150 * 333).toFloatArray();
                });
    }
}
