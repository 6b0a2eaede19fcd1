package aligrad.experiments;

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
                            + " wrn-16-4, wrn-40-4 or densenet-40-40; for large images"
                            + " resnet-DEPTH, such as resnet-18, or resnet-DEPTH-CHANNELS (default:"
                            + " the paper's)")
    private @Nullable String model;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "where the published files are, or a part of them (default: where 'aligrad data"
                            + " fetch' puts them)")
    private @Nullable String data;

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

    @Mixin private final OptimizerOptions optimizerOptions = new OptimizerOptions();
    @Mixin private final ScheduleOptions scheduleOptions = new ScheduleOptions();
    @Mixin private final TargetsOption targets = new TargetsOption();
    @Mixin private final SubsetOption subset = new SubsetOption();

    /// Such as `cifar10`.
    abstract String name();

    /// The network where the command line names none.
    abstract String usualModel();

    /// What belongs in the directory of `--data`, for a message.
    abstract String files();

    /// What else there is to do where they are not there, behind a comma.
    String remedy() {
        return ", or fetch them with ./aligrad data fetch " + name();
    }

    abstract ImageDefaults defaults(ImageNetwork network, OptimizerChoice choice);

    /// Settings of its own, as the configuration shows them; checked before any file is read.
    Map<String, Object> own(Settings settings, OptimizerChoice choice) {
        return Map.of();
    }

    /// Reads the images.
    ///
    /// @param own as [#own] returned it
    abstract ImageTask read(Path directory, Map<String, Object> own);

    @Override
    public Integer call() {
        RunDevice device = options.start();
        RunDirectory directory = RunDirectory.open(options, name());
        Settings settings = directory.settings();
        ImageExperiment.Choices choices = choices(settings);
        return device.run(
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
                    "--data is missing: name the directory with %s%s."
                            .formatted(files(), remedy()));
        }
        if (loaders < 1 || loaders > MOST_LOADERS) {
            throw new UsageException(
                    "--loaders %d: it must be from 1 to %d.".formatted(loaders, MOST_LOADERS));
        }
        long passes = settings.changeable("epochs", epochs, defaults.epochs());
        settings.requireCount("epochs", passes, Integer.MAX_VALUE);
        long images = settings.whole("batch-size", batchSize, defaults.batchSize());
        settings.requireCount("batch-size", images, Integer.MAX_VALUE);
        double radius = optimizerOptions.maxNorm(settings, choice, defaults.maxNorm());
        double decay = optimizerOptions.weightDecay(settings, choice, defaults.weightDecay());
        ImageProtocol protocol =
                new ImageProtocol(
                        optimizerOptions.momentum(settings, choice, defaults.momentum()),
                        scheduleOptions.schedule(settings, choice),
                        subset.of(settings),
                        targets.interval(settings, choice, passes));
        OptimizerChoice.Conventions conventions =
                ImageExperiment.conventions(
                                defaults.maxLearningRate(), protocol.momentum(), radius, decay)
                        .withLearningRate(defaults.learningRate());
        return new ImageExperiment.Choices(
                name,
                folder,
                choice,
                choice.rate(settings, options, conventions),
                radius,
                decay,
                dropout(settings, network, defaults),
                passes,
                Math.toIntExact(images),
                settings.whole("seed", options.seed, 1),
                loaders,
                protocol,
                own(settings, choice));
    }

    private double dropout(Settings settings, ImageNetwork network, ImageDefaults defaults) {
        if (!network.takesDropout()) {
            if (dropout != null) {
                throw new UsageException(
                        "--dropout: a resnet drops no numbers; leave the option out.");
            }
            return 0;
        }
        Double given = settings.number("dropout", dropout);
        double probability = given == null ? defaults.dropout() : given;
        if (!(probability >= 0 && probability < 1)) {
            throw settings.wrong("dropout", probability, "it must be from 0 to less than 1");
        }
        return probability;
    }
}
