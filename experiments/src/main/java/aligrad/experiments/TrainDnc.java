package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.Arrays;
import java.util.concurrent.Callable;

/// `aligrad train dnc`.
@Command(
        name = "dnc",
        description = "A differentiable neural computer learns repeat-copy; nothing to download.",
        mixinStandardHelpOptions = true)
final class TrainDnc implements Callable<Integer> {

    private static final long ITERATIONS = 10_000;

    @Mixin private final RunOptions options = new RunOptions();

    @Option(
            names = "--iterations",
            paramLabel = "N",
            description = "how many batches of 16 sequences (default: 10000)")
    private @Nullable Long iterations;

    @Option(
            names = "--accuracy",
            paramLabel = "HOW",
            description =
                    "when a sequence counts as right: all-steps, or any-step as in the ALI-G"
                            + " paper's program (default: all-steps)")
    private @Nullable String accuracy;

    @Override
    public Integer call() {
        RunDevice device = options.start();
        RunDirectory directory = RunDirectory.open(options, "dnc");
        Settings settings = directory.settings();
        OptimizerChoice choice = OptimizerChoice.of(settings, options.optimizer);
        if (choice.takesTargets()) {
            throw settings.wrong(
                    "optimizer",
                    choice.label(),
                    "it keeps a target for each sample, and the DNC's are drawn anew for each step;"
                            + " choose another");
        }
        double rate = choice.rate(settings, options, DncExperiment.CONVENTIONS);
        long count = settings.changeable("iterations", iterations, ITERATIONS);
        if (count < 1) {
            throw settings.wrong("iterations", count, "it must be at least 1");
        }
        String label = settings.text("accuracy", accuracy, RepeatCopy.Scoring.ALL_STEPS.label());
        RepeatCopy.Scoring scoring =
                Arrays.stream(RepeatCopy.Scoring.values())
                        .filter(known -> known.label().equals(label))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        settings.wrong(
                                                "accuracy",
                                                label,
                                                "it must be all-steps or any-step"));
        long seed = settings.whole("seed", options.seed, 1);
        return device.run(
                () -> {
                    Experiment dnc = new DncExperiment(choice, rate, count, seed, scoring);
                    return new Training(dnc, directory).run();
                });
    }
}
