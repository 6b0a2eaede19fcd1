package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.List;

/// The options of `aligrad train` that make a [StepSchedule].
final class ScheduleOptions {

    @Option(
            names = "--decay-epochs",
            paramLabel = "N,…",
            description =
                    "sgd, heavy-ball and nesterov: after these epochs the learning rate is"
                            + " multiplied by --decay-factor, as in 60,120,160")
    private @Nullable String decayEpochs;

    @Option(
            names = "--decay-factor",
            paramLabel = "X",
            description = "by what the learning rate is multiplied then")
    private @Nullable Double decayFactor;

    /// What the options say, checked.
    StepSchedule schedule(Settings settings, OptimizerChoice choice) {
        String epochs = settings.optional("decay-epochs", decayEpochs);
        if (epochs == null) {
            if (decayFactor != null) {
                throw new UsageException(
                        "--decay-factor %s: say after which epochs, with --decay-epochs."
                                .formatted(decayFactor));
            }
            return StepSchedule.NONE;
        }
        if (!choice.takesSchedule()) {
            throw settings.wrong(
                    "decay-epochs",
                    epochs,
                    choice.label() + " has no schedule; only sgd, heavy-ball and nesterov have");
        }
        List<Long> milestones = new ArrayList<>();
        for (String part : epochs.split(",", -1)) {
            String epoch = part.strip();
            long number = epoch.matches("\\d{1,9}") ? Long.parseLong(epoch) : 0;
            if (number < 1 || !milestones.isEmpty() && number <= milestones.getLast()) {
                throw settings.wrong(
                        "decay-epochs", epochs, "it must be rising whole numbers such as 60,120");
            }
            milestones.add(number);
        }
        Double factor = settings.number("decay-factor", decayFactor);
        if (factor == null) {
            throw new UsageException(
                    "--decay-epochs %s: say by what, with --decay-factor.".formatted(epochs));
        }
        if (!(factor > 0 && factor < 1)) {
            throw settings.wrong("decay-factor", factor, "it must be above 0 and less than 1");
        }
        return new StepSchedule(List.copyOf(milestones), factor);
    }
}
