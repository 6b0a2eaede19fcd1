package aligrad.experiments;

import aligrad.tensor.Device;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/// What the commands that train a network for colour images share.
abstract class TrainImages implements Callable<Integer> {

    private static final int MOST_LOADERS = 64;

    @Mixin private final RunOptions options = new RunOptions();

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description =
                    "wrn-DEPTH-WIDTH, densenet-DEPTH-GROWTH or plain-densenet-DEPTH-GROWTH, such as"
                            + " wrn-16-4, wrn-40-4 or densenet-40-40 (default: the paper's)")
    private @Nullable String model;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "where the published files are, or a part of them (default: where 'aligrad data"
                            + " fetch' puts them)")
    private @Nullable String data;

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

    @Option(
            names = "--dropout",
            paramLabel = "P",
            description =
                    "with which probability the network drops a number in training (default: the"
                            + " paper's)")
    private @Nullable Double dropout;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "passes over the images (default: the paper's)")
    private @Nullable Long epochs;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description = "images in a step (default: the paper's for model and optimizer)")
    private @Nullable Long batchSize;

    @Option(
            names = "--loaders",
            paramLabel = "N",
            description =
                    "threads that load images ahead of time (default: 1); the results do not depend"
                            + " on it")
    private int loaders = 1;

    @Mixin private final ImageProtocolOptions protocolOptions = new ImageProtocolOptions();

    /// Such as `cifar10`.
    abstract String name();

    /// The network where the command line names none.
    abstract String usualModel();

    /// What belongs in the directory of `--data`, for a message.
    abstract String files();

    abstract ImageDefaults defaults(ImageNetwork network, OptimizerChoice choice);

    /// Settings of its own, as the configuration shows them; checked before any file is read.
    Map<String, Object> own(Settings settings) {
        return Map.of();
    }

    /// Reads the images.
    ///
    /// @param own as [#own] returned it
    abstract ImageTask read(Path directory, Map<String, Object> own);

    @Override
    public Integer call() {
        Device device = options.start();
        RunDirectory directory = RunDirectory.open(options, name());
        Settings settings = directory.settings();
        ImageExperiment.Choices choices = choices(settings);
        return Device.use(
                device,
                () -> {
                    Path path = settings.directory("data", choices.data());
                    ImageTask task = read(path, choices.own());
                    settings.requireSame("images", task.images(), "--data " + path);
                    try (ImageExperiment experiment = new ImageExperiment(task, choices)) {
                        return new Training(experiment, directory).run();
                    }
                });
    }

    private ImageExperiment.Choices choices(Settings settings) {
        String name = settings.text("model", model, usualModel());
        ImageNetwork network = ImageNetwork.of(name);
        OptimizerChoice choice = OptimizerChoice.of(settings, options.optimizer);
        ImageDefaults defaults = defaults(network, choice);
        String folder = settings.text("data", data);
        if (folder == null) {
            folder = DataFolder.usual(List.of(DataFolder.FETCHED.resolve(name())));
        }
        if (folder == null) {
            throw new UsageException(
                    "--data is missing: name the directory with %s, or fetch them with ./aligrad data fetch %s."
                            .formatted(files(), name()));
        }
        if (loaders < 1 || loaders > MOST_LOADERS) {
            throw new UsageException(
                    "--loaders %d: it must be from 1 to %d.".formatted(loaders, MOST_LOADERS));
        }
        long passes = settings.changeable("epochs", epochs, defaults.epochs());
        settings.requireCount("epochs", passes, Integer.MAX_VALUE);
        long images = settings.whole("batch-size", batchSize, defaults.batchSize());
        settings.requireCount("batch-size", images, Integer.MAX_VALUE);
        double radius = maxNorm(settings, choice, defaults);
        double decay = weightDecay(settings, choice, defaults);
        ImageProtocol protocol = protocolOptions.protocol(settings, choice, defaults.momentum());
        OptimizerChoice.Conventions conventions =
                ImageExperiment.conventions(
                        defaults.maxLearningRate(), protocol.momentum(), radius, decay);
        return new ImageExperiment.Choices(
                name,
                folder,
                choice,
                rate(settings, choice, defaults, conventions),
                radius,
                decay,
                dropout(settings, defaults),
                passes,
                Math.toIntExact(images),
                settings.whole("seed", options.seed, 1),
                loaders,
                protocol,
                own(settings));
    }

    private double rate(
            Settings settings,
            OptimizerChoice choice,
            ImageDefaults defaults,
            OptimizerChoice.Conventions conventions) {
        if (choice != OptimizerChoice.ALIG
                && options.learningRate == null
                && !options.resume
                && !Double.isNaN(defaults.learningRate())) {
            options.learningRate = defaults.learningRate();
        }
        return choice.rate(settings, options, conventions);
    }

    private double dropout(Settings settings, ImageDefaults defaults) {
        Double given = settings.number("dropout", dropout);
        double probability = given == null ? defaults.dropout() : given;
        if (!(probability >= 0 && probability < 1)) {
            throw settings.wrong("dropout", probability, "it must be from 0 to less than 1");
        }
        return probability;
    }

    private double maxNorm(Settings settings, OptimizerChoice choice, ImageDefaults defaults) {
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
        String given = settings.text("max-norm", maxNorm);
        return given == null
                ? defaults.maxNorm()
                : OptimizerChoice.positiveOrNone(settings, "max-norm", given);
    }

    private double weightDecay(Settings settings, OptimizerChoice choice, ImageDefaults defaults) {
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
        Double given = settings.number("weight-decay", weightDecay);
        double decay = given == null ? defaults.weightDecay() : given;
        if (!(decay >= 0) || Double.isInfinite(decay)) {
            throw new UsageException(
                    "--weight-decay " + decay + ": it must be a number of at least 0.");
        }
        return decay;
    }
}
