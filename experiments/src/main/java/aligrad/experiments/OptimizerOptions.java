package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

/// The options of `aligrad train` for what the paper's experiments fix of their optimizers besides
/// the learning rate.
final class OptimizerOptions {

    private static final String MOMENTUM = "momentum";
    private static final String MAX_NORM = "max-norm";
    private static final String WEIGHT_DECAY = "weight-decay";

    @Option(
            names = "--momentum",
            paramLabel = "X",
            description =
                    "of alig, alig-plus, borat, bpgrad, bpgrad-released and dfw, at least 0 and"
                            + " less than 1 (default: the paper's)")
    private @Nullable Double momentum;

    @Option(
            names = "--max-norm",
            paramLabel = "X|none",
            description =
                    "alig: the radius of the ball that the weights stay in (default: the paper's)")
    private @Nullable String maxNorm;

    @Option(
            names = "--weight-decay",
            paramLabel = "X",
            description =
                    "all other optimizers but sps and borat: the weight decay (default: the paper's"
                            + " for model and optimizer); their learning rate stays as it is")
    private @Nullable Double weightDecay;

    /// The momentum; not a number for an optimizer that has its own or none.
    ///
    /// @param usual where the command line says nothing
    double momentum(Settings settings, OptimizerChoice choice, double usual) {
        if (!choice.takesMomentum()) {
            if (momentum != null) {
                throw new UsageException(
                        "--momentum: %s has its own; leave the option out."
                                .formatted(choice.label()));
            }
            return Double.NaN;
        }
        Double given = settings.number(MOMENTUM, momentum);
        double value = given == null ? usual : given;
        if (!(value >= 0 && value < 1)) {
            throw settings.wrong(MOMENTUM, value, "it must be at least 0 and less than 1");
        }
        return value;
    }

    /// The radius of ALI-G's ball; infinite for none.
    ///
    /// @param usual where the command line says nothing
    double maxNorm(Settings settings, OptimizerChoice choice, double usual) {
        if (choice != OptimizerChoice.ALIG) {
            if (maxNorm != null) {
                throw new UsageException(
                        choice.takesWeightDecay()
                                ? "--max-norm: only alig keeps the weights in a ball; %s takes --weight-decay."
                                        .formatted(choice.label())
                                : "--max-norm: only alig keeps the weights in a ball; leave the"
                                        + " option out.");
            }
            return Double.POSITIVE_INFINITY;
        }
        String given = settings.text(MAX_NORM, maxNorm);
        return given == null ? usual : OptimizerChoice.positiveOrNone(settings, MAX_NORM, given);
    }

    /// The weight decay; 0 for an optimizer that takes none.
    ///
    /// @param usual where the command line says nothing
    double weightDecay(Settings settings, OptimizerChoice choice, double usual) {
        if (choice == OptimizerChoice.ALIG) {
            if (weightDecay != null) {
                throw new UsageException(
                        "--weight-decay: alig takes none; limit the norm of the weights with"
                                + " --max-norm.");
            }
            return 0;
        }
        if (!choice.takesWeightDecay()) {
            if (weightDecay != null) {
                throw new UsageException(
                        "--weight-decay: %s takes none; leave the option out."
                                .formatted(choice.label()));
            }
            return 0;
        }
        Double given = settings.number(WEIGHT_DECAY, weightDecay);
        double decay = given == null ? usual : given;
        if (!(decay >= 0) || Double.isInfinite(decay)) {
            throw new UsageException(
                    "--weight-decay " + decay + ": it must be a number of at least 0.");
        }
        return decay;
    }
}
