package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/// What `aligrad train mnist` and `aligrad train fashion-mnist` share.
abstract sealed class TrainMnist implements Callable<Integer> {

    private static final long EPOCHS = 3;
    private static final long BATCH = 64;

    private final String name;
    private final List<Path> usualPlaces;

    @Mixin private final RunOptions options = new RunOptions();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "where the four IDX files are, plain or gzipped (default: data/ and the name of"
                            + " the set, where there is such a directory; for fashion-mnist also"
                            + " that of Debian's package dataset-fashion-mnist)")
    private @Nullable String data;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "passes over the images (default: 3)")
    private @Nullable Long epochs;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description = "images in a step (default: 64)")
    private @Nullable Long batchSize;

    @Mixin private final TargetsOption targets = new TargetsOption();

    /// @param usualPlaces where the files may be if the command line does not say
    private TrainMnist(String name, List<Path> usualPlaces) {
        this.name = name;
        this.usualPlaces = usualPlaces;
    }

    /// `aligrad train mnist`.
    @Command(
            name = "mnist",
            description = "A small convolutional network learns MNIST, or a set in its format.",
            mixinStandardHelpOptions = true)
    static final class Mnist extends TrainMnist {
        Mnist() {
            super("mnist", List.of(DataFolder.FETCHED.resolve("mnist")));
        }
    }

    /// `aligrad train fashion-mnist`.
    @Command(
            name = "fashion-mnist",
            description = "A small convolutional network learns Fashion-MNIST.",
            mixinStandardHelpOptions = true)
    static final class FashionMnist extends TrainMnist {
        FashionMnist() {
            super(
                    "fashion-mnist",
                    List.of(DataFolder.FETCHED.resolve("fashion-mnist"), MnistData.FASHION));
        }
    }

    @Override
    public Integer call() {
        RunDevice device = options.start();
        RunDirectory directory = RunDirectory.open(options, name);
        Settings settings = directory.settings();
        OptimizerChoice choice = OptimizerChoice.of(settings, options.optimizer);
        double rate = choice.rate(settings, options, MnistExperiment.CONVENTIONS);
        String given = settings.text("data", data);
        String folder = given == null ? DataFolder.usual(usualPlaces) : given;
        if (folder == null) {
            throw new UsageException(
                    "--data is missing: name the directory with the four IDX files; Debian's"
                            + " package dataset-fashion-mnist puts Fashion-MNIST in "
                            + MnistData.FASHION
                            + ".");
        }
        long passes = settings.changeable("epochs", epochs, EPOCHS);
        settings.requireCount("epochs", passes, Integer.MAX_VALUE);
        int interval = targets.interval(settings, choice, passes);
        long batch = settings.whole("batch-size", batchSize, BATCH);
        settings.requireCount("batch-size", batch, Integer.MAX_VALUE);
        long seed = settings.whole("seed", options.seed, 1);
        return device.run(
                () -> {
                    Path path = settings.directory("data", folder);
                    MnistData train = MnistData.read(path, "train");
                    settings.requireCount("batch-size", batch, train.size());
                    Experiment mnist =
                            new MnistExperiment(
                                    name,
                                    folder,
                                    train,
                                    MnistData.read(path, "t10k"),
                                    choice,
                                    rate,
                                    interval,
                                    passes,
                                    Math.toIntExact(batch),
                                    seed);
                    return new Training(mnist, directory).run();
                });
    }
}
