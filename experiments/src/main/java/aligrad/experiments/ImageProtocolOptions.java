package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.List;

/// The options of `aligrad train` that make an [ImageProtocol].
final class ImageProtocolOptions {

    @Option(
            names = "--momentum",
            paramLabel = "X",
            description = "of alig and its like, at least 0 and less than 1 (default: the paper's)")
    private @Nullable Double momentum;

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

    @Option(
            names = "--subset",
            paramLabel = "N",
            description =
                    "trains on N images, and judges by as great a part of those for validation and"
                            + " the test (default: all)")
    private @Nullable Long subset;

    /// What the options say, checked.
    ///
    /// @param usualMomentum where they say nothing of it
    ImageProtocol protocol(Settings settings, OptimizerChoice choice, double usualMomentum) {
        return new ImageProtocol(
                momentum(settings, choice, usualMomentum),
                schedule(settings, choice),
                subset(settings));
    }

    private double momentum(Settings settings, OptimizerChoice choice, double usual) {
        if (!choice.takesMomentum()) {
            if (momentum != null) {
                throw new UsageException(
                        "--momentum: %s has its own; leave the option out."
                                .formatted(choice.label()));
            }
            return Double.NaN;
        }
        Double given = settings.number("momentum", momentum);
        double value = given == null ? usual : given;
        if (!(value >= 0 && value < 1)) {
            throw settings.wrong("momentum", value, "it must be at least 0 and less than 1");
        }
        return value;
    }

    private Schedule schedule(Settings settings, OptimizerChoice choice) {
        String epochs = settings.optional("decay-epochs", decayEpochs);
        if (epochs == null) {
            if (decayFactor != null) {
                throw new UsageException(
                        "--decay-factor %s: say after which epochs, with --decay-epochs."
                                .formatted(decayFactor));
            }
            return Schedule.NONE;
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
        return new Schedule(List.copyOf(milestones), factor);
    }

    private int subset(Settings settings) {
        String given = settings.optional("subset", subset == null ? null : Long.toString(subset));
        if (given == null) {
            return 0;
        }
        long count = settings.whole("subset", subset, 0);
        settings.requireCount("subset", count, Integer.MAX_VALUE);
        return Math.toIntExact(count);
    }
}
