package aligrad.experiments;

import aligrad.optim.SampleTargets;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

/// The option `--target-interval` of `aligrad train`: when the targets of ALI-G+ change.
///
/// The interval and not the number of epochs is a setting of the run, so that a run that is resumed
/// with more epochs equals one that had as many from the start.
final class TargetsOption {

    /// How often targets change in a training, as their authors have it.
    private static final int CHANGES = 5;

    static final String NAME = "target-interval";

    @Option(
            names = "--target-interval",
            paramLabel = "N",
            description =
                    "alig-plus: after how many epochs the targets of all samples change, five times"
                            + " in all (default: a fifth of the epochs)")
    private @Nullable Long interval;

    /// Epochs between two changes; 0 for an optimizer without targets.
    ///
    /// @param epochs of the run
    int interval(Settings settings, OptimizerChoice choice, long epochs) {
        if (!choice.takesTargets()) {
            if (interval != null) {
                throw new UsageException(
                        "--target-interval: only alig-plus has targets; leave the option out.");
            }
            return 0;
        }
        long value = settings.whole(NAME, interval, Math.max(1, epochs / CHANGES));
        settings.requireCount(NAME, value, Integer.MAX_VALUE / CHANGES, "epochs");
        return Math.toIntExact(value);
    }

    /// The targets of a new run; `null` for an optimizer without.
    ///
    /// @param interval as [#interval] returned it
    static @Nullable SampleTargets targets(int samples, int interval) {
        return interval == 0 ? null : SampleTargets.of(samples, CHANGES * interval, CHANGES);
    }
}
