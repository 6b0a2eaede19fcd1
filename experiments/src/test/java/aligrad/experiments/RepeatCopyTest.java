package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.Random;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

class RepeatCopyTest {

    private static final float[] NOTHING = new float[5];

    @Test
    void laysOutEverySequenceAsTheTaskSays() {
        for (int seed = 0; seed < 20; seed++) {
            RepeatCopy.Batch batch = RepeatCopy.draw(Random.stream(seed), 16);
            for (int b = 0; b < 16; b++) {
                checkSequence(batch, b);
            }
        }
    }

    /// Reads length and repeats from the observations, and holds all else against them.
    private static void checkSequence(RepeatCopy.Batch batch, int b) {
        int time = batch.observations().extent(0);
        assertThat(observation(batch, 0, b)).containsExactly(0, 0, 0, 0, 1, 0);
        int count = 1; // the step that says how many repeats
        while (observation(batch, count, b)[5] == 0) {
            float[] pattern = observation(batch, count, b);
            for (int c = 0; c < 4; c++) {
                assertThat(pattern[c]).isIn(0f, 1f);
            }
            assertThat(pattern[4]).isZero();
            count++;
        }
        int length = count - 1;
        int repeats = Math.round(10 * observation(batch, count, b)[5]);
        assertThat(length).isIn(1, 2);
        assertThat(repeats).isIn(1, 2);
        assertThat(observation(batch, count, b)).containsExactly(0, 0, 0, 0, 0, repeats / 10f);
        int end = length * (repeats + 1) + 2;
        for (int t = 0; t < time; t++) {
            boolean answer = t > count && t <= end;
            assertThat(mask(batch, t, b)).isEqualTo(answer ? 1 : 0);
            if (t > count) {
                assertThat(observation(batch, t, b)).containsOnly(0);
            }
            if (answer && t < end) {
                float[] pattern = observation(batch, 1 + (t - count - 1) % length, b);
                float[] bits = Arrays.copyOf(pattern, 5);
                bits[4] = 0;
                assertThat(target(batch, t, b)).containsExactly(bits);
            } else if (t == end) {
                assertThat(target(batch, t, b)).containsExactly(0, 0, 0, 0, 1);
            } else {
                assertThat(target(batch, t, b)).containsExactly(NOTHING);
            }
        }
    }

    /// `l·(k + 1) + 3` for `l` and `k` of 1 or 2: 5, 6, 7 and 9.
    @Test
    void drawsAllFourLengthsAndNoOther() {
        Set<Integer> lengths = new TreeSet<>();
        for (int seed = 0; seed < 100; seed++) {
            lengths.add(RepeatCopy.draw(Random.stream(seed), 1).observations().extent(0));
        }
        assertThat(lengths).containsExactly(5, 6, 7, 9);
    }

    @Test
    void isAFunctionOfTheStream() {
        RepeatCopy.Batch a = RepeatCopy.draw(Random.stream(3).named("batch 7"), 16);
        RepeatCopy.Batch same = RepeatCopy.draw(Random.stream(3).named("batch 7"), 16);
        RepeatCopy.Batch other = RepeatCopy.draw(Random.stream(3).named("batch 8"), 16);
        assertThat(same.observations().toFloatArray())
                .containsExactly(a.observations().toFloatArray());
        assertThat(other.observations().toFloatArray())
                .isNotEqualTo(a.observations().toFloatArray());
    }

    @Test
    void countsOnlySequencesWithEveryBitRight() {
        RepeatCopy.Batch batch = RepeatCopy.draw(Random.stream(1), 16);
        float[] targets = batch.targets().toFloatArray();
        float[] mask = batch.mask().toFloatArray();
        float[] right = new float[targets.length];
        for (int i = 0; i < right.length; i++) {
            right[i] = targets[i] - 0.5f;
            if (mask[i / 5] == 0) {
                right[i] = 1; // wrong, but it does not count
            }
        }
        assertThat(solved(batch, right)).isEqualTo(16);
        float[] wrong = right.clone();
        for (int b : new int[] {0, 5, 15}) { // one bit each, at the last step that counts
            int row = batch.observations().extent(0) - 1;
            while (mask[row * 16 + b] == 0) {
                row--;
            }
            int place = (row * 16 + b) * 5 + b % 5;
            wrong[place] = -wrong[place];
        }
        assertThat(solved(batch, wrong)).isEqualTo(13);
        assertThat(anyStep(batch, wrong)).isEqualTo(16); // each has other steps
        for (int i = 0; i < right.length; i++) {
            wrong[i] = -right[i];
        }
        assertThat(solved(batch, wrong)).isZero();
        assertThat(anyStep(batch, wrong)).isZero();
    }

    private static int anyStep(RepeatCopy.Batch batch, float[] logits) {
        return solved(batch, logits, RepeatCopy.Scoring.ANY_STEP);
    }

    private static int solved(RepeatCopy.Batch batch, float[] logits) {
        return solved(batch, logits, RepeatCopy.Scoring.ALL_STEPS);
    }

    private static int solved(RepeatCopy.Batch batch, float[] logits, RepeatCopy.Scoring scoring) {
        Tensor answers = Tensor.of(logits, batch.targets().extent(0), 16, 5);
        return batch.solved(answers, scoring).getAsInt();
    }

    private static float[] observation(RepeatCopy.Batch batch, int t, int b) {
        return row(batch.observations(), t, b);
    }

    private static float[] target(RepeatCopy.Batch batch, int t, int b) {
        return row(batch.targets(), t, b);
    }

    private static float mask(RepeatCopy.Batch batch, int t, int b) {
        return row(batch.mask(), t, b)[0];
    }

    private static float[] row(Tensor x, int t, int b) {
        int width = x.extent(2);
        int from = (t * x.extent(1) + b) * width;
        return Arrays.copyOfRange(x.toFloatArray(), from, from + width);
    }
}
