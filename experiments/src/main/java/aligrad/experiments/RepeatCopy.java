package aligrad.experiments;

import aligrad.tensor.Fetch;
import aligrad.tensor.Random;
import aligrad.tensor.Tensor;

import java.util.Locale;
import java.util.function.IntSupplier;

/// The repeat-copy task: read one or two random patterns of four bits and a number of repeats, then
/// write the patterns that many times and an end mark.
///
/// For `l` patterns and `k` repeats a sequence has `l·(k + 1) + 3` steps: a start mark, the
/// patterns, the number of repeats as `k / 10`, the answer, the end mark. Shorter sequences of a
/// batch are padded with zeros that do not count.
///
/// Source: the task of DeepMind's DNC, as configured for ALI-G: 4 bits, length and repeats 1 or 2.
final class RepeatCopy {

    static final int BITS = 4;
    static final int INPUTS = BITS + 2;
    static final int OUTPUTS = BITS + 1;

    private static final int LONGEST = 2;
    private static final int MOST_REPEATS = 2;
    private static final float REPEAT_SCALE = 10;

    private RepeatCopy() {}

    /// When a sequence counts as answered.
    enum Scoring {
        /// When every step that counts is right.
        ALL_STEPS,
        /// As soon as one step is right: what the ALI-G paper's program reports.
        ANY_STEP;

        /// As on the command line.
        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /// A batch of sequences, time first.
    ///
    /// @param observations `(T, B, 6)`: four bits, the start mark, the number of repeats
    /// @param targets `(T, B, 5)`: four bits, the end mark
    /// @param mask `(T, B, 1)`: 1 where the answer counts
    record Batch(Tensor observations, Tensor targets, Tensor mask) {

        /// How many sequences there are.
        int size() {
            return observations.extent(1);
        }

        /// How many sequences of the batch `logits (T, B, 5)` answers, as `scoring` counts them;
        /// found out when it is asked for, so that nothing waits before.
        IntSupplier solved(Tensor logits, Scoring scoring) {
            Fetch x = logits.fetch();
            Fetch z = targets.fetch();
            Fetch counts = mask.fetch();
            int sequences = size();
            return () ->
                    solved(
                            x.toDoubleArray(),
                            z.toDoubleArray(),
                            counts.toDoubleArray(),
                            sequences,
                            scoring);
        }

        private static int solved(
                double[] x, double[] z, double[] counts, int sequences, Scoring scoring) {
            int solved = 0;
            for (int b = 0; b < sequences; b++) {
                int wrong = 0;
                int right = 0;
                for (int row = b; row < counts.length; row += sequences) {
                    if (counts[row] != 0) {
                        boolean same = true;
                        for (int c = 0; c < OUTPUTS; c++) {
                            same &= x[row * OUTPUTS + c] > 0 == z[row * OUTPUTS + c] > 0.5;
                        }
                        right += same ? 1 : 0;
                        wrong += same ? 0 : 1;
                    }
                }
                boolean counted =
                        switch (scoring) {
                            case ALL_STEPS -> wrong == 0;
                            case ANY_STEP -> right > 0;
                        };
                solved += counted ? 1 : 0;
            }
            return solved;
        }
    }

    /// Draws a batch.
    static Batch draw(Random random, int batch) {
        int[] lengths = new int[batch];
        int[] repeats = new int[batch];
        int time = 0;
        for (int b = 0; b < batch; b++) {
            lengths[b] = random.integer(1, LONGEST + 1);
            repeats[b] = random.integer(1, MOST_REPEATS + 1);
            time = Math.max(time, lengths[b] * (repeats[b] + 1) + 3);
        }
        float[] observations = new float[time * batch * INPUTS];
        float[] targets = new float[time * batch * OUTPUTS];
        float[] mask = new float[time * batch];
        for (int b = 0; b < batch; b++) {
            observations[b * INPUTS + BITS] = 1;
            int[][] patterns = new int[lengths[b]][BITS];
            for (int i = 0; i < lengths[b]; i++) {
                for (int c = 0; c < BITS; c++) {
                    patterns[i][c] = random.integer(0, 2);
                    observations[((1 + i) * batch + b) * INPUTS + c] = patterns[i][c];
                }
            }
            int t = lengths[b] + 1;
            observations[(t * batch + b) * INPUTS + BITS + 1] = repeats[b] / REPEAT_SCALE;
            t++;
            for (int k = 0; k < repeats[b]; k++) {
                for (int[] pattern : patterns) {
                    for (int c = 0; c < BITS; c++) {
                        targets[(t * batch + b) * OUTPUTS + c] = pattern[c];
                    }
                    mask[t * batch + b] = 1;
                    t++;
                }
            }
            targets[(t * batch + b) * OUTPUTS + BITS] = 1;
            mask[t * batch + b] = 1;
        }
        return new Batch(
                Tensor.of(observations, time, batch, INPUTS),
                Tensor.of(targets, time, batch, OUTPUTS),
                Tensor.of(mask, time, batch, 1));
    }
}
