package aligrad.optim;

import aligrad.tensor.DType;
import aligrad.tensor.ShapeException;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// Estimates of the smallest loss that each training sample reaches, for [AliGPlus].
///
/// All targets begin at 0. K times in a training, at the end of an epoch, each is compared with the
/// sample's loss in the epoch whose mean loss was lowest so far:
///
/// ```
/// reached, l̄_z ≤ a_z:   a_z ← max(0, a_z - Δ_z/2)
/// otherwise:             Δ_z ← (l̄_z - a_z)/2,   a_z ← (a_z + l̄_z)/2
/// ```
///
/// A sample that was never in a batch keeps its target. The state is saved with the optimizer.
/// Source: Paren, Poudel, Kumar, *Faking Interpolation Until You Make It*, TMLR 2022; the losses of
/// the best epoch are copied, where the authors' program keeps only those of the latest.
public final class SampleTargets {

    private static final int RAISES = 5;
    private static final double NO_MEAN_YET = 1e6;

    // places in `progress`
    private static final int EPOCHS = 0;
    private static final int SUM = 1;
    private static final int COUNT = 2;
    private static final int BEST_MEAN = 3;

    private final int interval;
    private final int changes;
    private final double[] targets;
    private final double[] increases;
    private final double[] losses;
    private final double[] best;
    private final double[] progress = {0, 0, 0, NO_MEAN_YET};
    private int[] batch = {};
    private double @Nullable [] batchLosses;

    private SampleTargets(int samples, int interval, int changes) {
        this.interval = interval;
        this.changes = changes;
        targets = new double[samples];
        increases = new double[samples];
        losses = new double[samples];
        best = new double[samples];
        Arrays.fill(losses, Double.NaN); // never seen
        Arrays.fill(best, Double.NaN);
    }

    /// Targets for a training of so many epochs, which change 5 times.
    ///
    /// @param samples how many there are to learn from
    /// @param epochs at least 5
    public static SampleTargets of(int samples, int epochs) {
        return of(samples, epochs, RAISES);
    }

    /// @param raises K, how often targets change; at least 1 and at most once an epoch
    public static SampleTargets of(int samples, int epochs, int raises) {
        if (samples < 1 || raises < 1 || epochs < raises) {
            throw new IllegalArgumentException(
                    "targets of %d samples that change %d times in %d epochs: all must be at least 1, and no more changes than epochs"
                            .formatted(samples, raises, epochs));
        }
        return new SampleTargets(samples, epochs / raises, raises);
    }

    /// The mean loss of a batch, having noted whose losses they are. What the closure of a step
    /// returns.
    ///
    /// @param places `(B)`, which samples these are, counted from 0
    /// @param perSample `(B)`, their losses, without a weight penalty
    /// @throws ShapeException if there are not as many of the one as of the other
    /// @throws IllegalArgumentException if a place is that of no sample
    public Tensor mean(Tensor places, Tensor perSample) {
        if (places.shape().rank() != 1 || !places.shape().equals(perSample.shape())) {
            throw new ShapeException(
                    "targets of places %s with losses %s: both must be (B), a loss for each sample"
                            .formatted(places.shape(), perSample.shape()));
        }
        long[] wanted = places.to(DType.I64).toLongArray();
        int[] found = new int[wanted.length];
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i] < 0 || wanted[i] >= targets.length) {
                throw new IllegalArgumentException(
                        "target of sample %d: there are %d, counted from 0"
                                .formatted(wanted[i], targets.length));
            }
            found[i] = (int) wanted[i];
        }
        batchLosses = perSample.detach().to(DType.F64).toDoubleArray();
        batch = found;
        return perSample.mean();
    }

    /// Ends an epoch: remembers its losses if their mean is the lowest so far, and changes the
    /// targets if it is time.
    public void endEpoch() {
        double mean = progress[COUNT] == 0 ? NO_MEAN_YET : progress[SUM] / progress[COUNT];
        if (mean < progress[BEST_MEAN]) {
            progress[BEST_MEAN] = mean;
            System.arraycopy(losses, 0, best, 0, best.length);
        }
        progress[SUM] = 0;
        progress[COUNT] = 0;
        progress[EPOCHS]++;
        if (progress[EPOCHS] % interval == 0 && progress[EPOCHS] <= (double) interval * changes) {
            for (int z = 0; z < targets.length; z++) {
                change(z);
            }
        }
    }

    private void change(int z) {
        if (Double.isNaN(best[z])) {
            return;
        }
        if (best[z] <= targets[z]) {
            targets[z] = Math.max(0, targets[z] - increases[z] / 2);
        } else {
            increases[z] = Math.max(0, (best[z] - targets[z]) / 2);
            targets[z] = (targets[z] + best[z]) / 2;
        }
    }

    /// The target `a_z` of a sample.
    public double target(int z) {
        return targets[z];
    }

    /// The mean target of the batch under way.
    double meanOfBatch() {
        if (batchLosses == null) {
            throw new IllegalStateException(
                    "ALI-G+ step without samples: let the closure return targets.mean(places,"
                            + " losses) of its batch");
        }
        return Arrays.stream(batch).mapToDouble(z -> targets[z]).average().orElse(0);
    }

    /// Notes the losses of the batch under way, which has made a step.
    void record() {
        double[] of = batchLosses;
        if (of != null) {
            for (int i = 0; i < batch.length; i++) {
                losses[batch[i]] = of[i];
                progress[SUM] += of[i];
                progress[COUNT]++;
            }
        }
        batchLosses = null;
    }

    /// All that there is to save.
    Map<String, double[]> tables() {
        Map<String, double[]> tables = new LinkedHashMap<>();
        tables.put("sampleTargets", targets);
        tables.put("sampleIncreases", increases);
        tables.put("sampleLosses", losses);
        tables.put("sampleBest", best);
        tables.put("sampleProgress", progress);
        return tables;
    }
}
