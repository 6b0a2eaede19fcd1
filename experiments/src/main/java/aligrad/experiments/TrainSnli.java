package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/// `aligrad train snli`.
@Command(
        name = "snli",
        description = {
            "A sentence encoder and its classifier (InferSent) learn SNLI: whether one sentence"
                    + " follows from another, contradicts it, or neither.",
            "The model that is best on the validation set is kept, and judged on the test set at"
                    + " the end. Settings default to the ALI-G paper's: --hidden 2048 --epochs 20"
                    + " --batch-size 64 --max-lr 1, no momentum for alig, and no ball,"
                    + " where the paper's program has one of radius 5 that was meant for gradients;"
                    + " --learning-rate 1 for sgd, bpgrad and dfw, 0.1 for sgd with the hinge loss,"
                    + " 0.01 for adagrad, 1e-4 for adam and amsgrad."
        },
        mixinStandardHelpOptions = true)
final class TrainSnli implements Callable<Integer> {

    private static final long EPOCHS = 20;
    private static final long BATCH = 64;
    private static final long HIDDEN = 2048;
    private static final int MOST_HIDDEN = 1 << 16;
    private static final double EACH_EPOCH = 0.99;
    private static final double NO_BETTER = 0.2;

    @Mixin private final RunOptions options = new RunOptions();

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description =
                    "infersent, or with another pooling infersent-max or infersent-mean, where the"
                            + " words of a sentence alone count (default: infersent)")
    private @Nullable String model;

    @Option(
            names = "--hidden",
            paramLabel = "N",
            description = "units of each direction of the LSTM (default: 2048)")
    private @Nullable Long hidden;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "where the files snli_1.0_train, snli_1.0_dev and snli_1.0_test are, as .jsonl"
                            + " or .txt (default: where 'aligrad data fetch' puts them)")
    private @Nullable String data;

    @Option(
            names = "--embeddings",
            paramLabel = "FILE|random",
            description =
                    "the vectors of words: a file of GloVe's, or random ones made from the seed"
                            + " (default: GloVe where 'aligrad data fetch' puts it)")
    private @Nullable String embeddings;

    @Option(
            names = "--loss",
            paramLabel = "ce|hinge",
            description =
                    "cross-entropy, or the multi-class hinge loss (default: ce; for dfw hinge)")
    private @Nullable String loss;

    @Mixin private final OptimizerOptions optimizerOptions = new OptimizerOptions();

    @Option(
            names = "--clip",
            paramLabel = "X|none",
            description =
                    "all optimizers but those that compute their step from the loss, and bpgrad:"
                            + " the norm to which gradients are clipped (default: 5)")
    private @Nullable String clip;

    @Option(
            names = "--decay-factor",
            paramLabel = "X",
            description =
                    "sgd, heavy-ball and nesterov: by what the learning rate is multiplied at the"
                            + " beginning of each epoch but the first (default: 0.99)")
    private @Nullable Double decayFactor;

    @Option(
            names = "--plateau-factor",
            paramLabel = "X",
            description =
                    "sgd, heavy-ball and nesterov: by what the learning rate is multiplied after an"
                            + " epoch that was no better on the validation set (default: 0.2)")
    private @Nullable Double plateauFactor;

    @Mixin private final TargetsOption targets = new TargetsOption();

    @Mixin private final SubsetOption subset = new SubsetOption();

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "passes over the pairs (default: 20)")
    private @Nullable Long epochs;

    @Option(names = "--batch-size", paramLabel = "N", description = "pairs in a step (default: 64)")
    private @Nullable Long batchSize;

    @Override
    public Integer call() {
        RunDevice device = options.start();
        RunDirectory directory = RunDirectory.open(options, "snli");
        Settings settings = directory.settings();
        SnliExperiment.Choices choices = choices(settings);
        return device.run(
                () -> {
                    Path path = settings.directory("data", choices.data());
                    SnliData read =
                            SnliData.read(path, choices.embeddings().source(choices.random()));
                    settings.requireSame("pairs", read.pairs(), "--data " + path);
                    settings.requireSame(
                            "words", read.words(), "--embeddings " + choices.embeddings().label());
                    for (String marker : read.markersWithoutVector()) {
                        Watch.current().say(marker + " has no vector, so it is zeros");
                    }
                    try (SnliExperiment experiment = new SnliExperiment(read, choices)) {
                        return new Training(experiment, directory).run();
                    }
                });
    }

    private SnliExperiment.Choices choices(Settings settings) {
        SentenceModel network =
                SentenceModel.of(
                        settings, settings.text("model", model, SentenceModel.INFERSENT.label()));
        long units = settings.whole("hidden", hidden, HIDDEN);
        settings.requireCount("hidden", units, MOST_HIDDEN, "units");
        OptimizerChoice choice = OptimizerChoice.of(settings, options.optimizer);
        SnliLoss minimized = SnliLoss.of(settings, loss, choice);
        String folder = settings.text("data", data);
        if (folder == null) {
            folder = DataFolder.usual(List.of(DataFolder.FETCHED.resolve("snli")));
        }
        if (folder == null) {
            throw new UsageException(
                    "--data is missing: name the directory with the files of SNLI 1.0, or fetch"
                            + " them with ./aligrad data fetch snli.");
        }
        Embeddings vectors = Embeddings.of(settings, embeddings);
        OptimizerChoice.Conventions usual =
                SnliExperiment.CONVENTIONS.withLearningRate(usualRate(choice, minimized));
        long passes = settings.changeable("epochs", epochs, EPOCHS);
        settings.requireCount("epochs", passes, Integer.MAX_VALUE);
        long pairs = settings.whole("batch-size", batchSize, BATCH);
        settings.requireCount("batch-size", pairs, Integer.MAX_VALUE);
        return new SnliExperiment.Choices(
                network,
                Math.toIntExact(units),
                folder,
                vectors,
                minimized,
                choice,
                choice.rate(settings, options, usual),
                optimizerOptions.maxNorm(settings, choice, Double.POSITIVE_INFINITY),
                optimizerOptions.weightDecay(settings, choice, 0),
                optimizerOptions.momentum(settings, choice, 0),
                clip(settings, choice),
                schedule(settings, choice),
                targets.interval(settings, choice, passes),
                passes,
                Math.toIntExact(pairs),
                settings.whole("seed", options.seed, 1),
                subset.of(settings));
    }

    /// The learning rate of the paper's job; not a number where the release has none.
    private static double usualRate(OptimizerChoice choice, SnliLoss loss) {
        return switch (choice) {
            case ADAGRAD -> 0.01;
            case ADAM, AMSGRAD -> 1e-4;
            case BPGRAD, BPGRAD_RELEASED, DFW -> 1;
            case SGD -> loss == SnliLoss.HINGE ? 0.1 : 1;
            default -> Double.NaN;
        };
    }

    private double clip(Settings settings, OptimizerChoice choice) {
        if (!choice.takesClipping()) {
            if (clip != null) {
                throw new UsageException(
                        "--clip: %s does not clip gradients; leave the option out."
                                .formatted(choice.label()));
            }
            return Double.POSITIVE_INFINITY;
        }
        String given = settings.text("clip", clip);
        return given == null
                ? SnliExperiment.CLIP
                : OptimizerChoice.positiveOrNone(settings, "clip", given);
    }

    private PlateauSchedule schedule(Settings settings, OptimizerChoice choice) {
        return new PlateauSchedule(
                factor(settings, choice, "decay-factor", decayFactor, EACH_EPOCH),
                factor(settings, choice, "plateau-factor", plateauFactor, NO_BETTER));
    }

    private static double factor(
            Settings settings,
            OptimizerChoice choice,
            String name,
            @Nullable Double given,
            double usual) {
        if (!choice.takesSchedule()) {
            if (given != null) {
                throw new UsageException(
                        "--%s: %s has no schedule; only sgd, heavy-ball and nesterov have."
                                .formatted(name, choice.label()));
            }
            return 1;
        }
        Double value = settings.number(name, given);
        double factor = value == null ? usual : value;
        if (!(factor > 0 && factor <= 1)) {
            throw settings.wrong(name, factor, "it must be above 0, and at most 1");
        }
        return factor;
    }
}
