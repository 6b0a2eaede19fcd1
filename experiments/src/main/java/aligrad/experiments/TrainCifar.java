package aligrad.experiments;

import aligrad.tensor.Device;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/// What `aligrad train cifar10` and `aligrad train cifar100` share.
abstract sealed class TrainCifar implements Callable<Integer> {

    private static final String MODEL = "wrn-40-4";
    private static final int MOST_LOADERS = 64;
    private static final double MOMENTUM = 0.9;

    private final CifarFormat format;

    @Mixin private final RunOptions options = new RunOptions();

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description =
                    "wrn-DEPTH-WIDTH, densenet-DEPTH-GROWTH or plain-densenet-DEPTH-GROWTH, such as"
                            + " wrn-16-4, wrn-40-4 or densenet-40-40 (default: wrn-40-4)")
    private @Nullable String model;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "where the files of the published binary archive are, or a part of them; one"
                            + " image in ten of those for training is held back for validation")
    private @Nullable String data;

    @Option(
            names = "--max-norm",
            paramLabel = "X|none",
            description =
                    "alig: the radius of the ball that the weights stay in (default: 100 for wrn,"
                            + " 75 for densenet)")
    private @Nullable String maxNorm;

    @Option(
            names = "--weight-decay",
            paramLabel = "X",
            description =
                    "all other optimizers: the weight decay (default: the paper's for model and"
                            + " optimizer); their learning rate stays as it is")
    private @Nullable Double weightDecay;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "passes over the images (default: 200 for wrn, 300 for densenet)")
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

    private TrainCifar(CifarFormat format) {
        this.format = format;
    }

    /// `aligrad train cifar10`.
    @Command(
            name = "cifar10",
            description = {
                "A wide residual or densely connected network learns CIFAR-10.",
                "The model that is best on the validation set is kept, and judged on the test set"
                        + " at the end. Settings default to the ALI-G paper's: for wrn --max-lr 1"
                        + " --batch-size 256, for densenet --max-lr 0.1 --batch-size 64."
            },
            mixinStandardHelpOptions = true)
    static final class Cifar10 extends TrainCifar {
        Cifar10() {
            super(CifarFormat.CIFAR10);
        }
    }

    /// `aligrad train cifar100`.
    @Command(
            name = "cifar100",
            description = {
                "A wide residual or densely connected network learns CIFAR-100.",
                "The model that is best on the validation set is kept, and judged on the test set"
                        + " at the end. Settings default to the ALI-G paper's: --max-lr 0.1, for"
                        + " wrn --batch-size 128, for densenet --batch-size 256."
            },
            mixinStandardHelpOptions = true)
    static final class Cifar100 extends TrainCifar {
        Cifar100() {
            super(CifarFormat.CIFAR100);
        }
    }

    @Override
    public Integer call() {
        Device device = options.start();
        RunDirectory directory = RunDirectory.open(options, format.command());
        Settings settings = directory.settings();
        CifarExperiment.Choices choices = choices(settings);
        return Device.use(
                device,
                () -> {
                    Path path = settings.directory("data", choices.data());
                    CifarData train = CifarData.readTraining(path, format);
                    CifarData test = CifarData.readTest(path, format);
                    settings.requireSame(
                            "images", CifarExperiment.images(train, test), "--data " + path);
                    try (CifarExperiment cifar = new CifarExperiment(train, test, choices)) {
                        return new Training(cifar, directory).run();
                    }
                });
    }

    private CifarExperiment.Choices choices(Settings settings) {
        String name = settings.text("model", model, MODEL);
        ImageNetwork network = ImageNetwork.of(name);
        OptimizerChoice choice = OptimizerChoice.of(settings, options.optimizer);
        CifarDefaults defaults = CifarDefaults.of(format, network.family(), choice);
        String folder = settings.text("data", data);
        if (folder == null) {
            throw new UsageException(
                    "--data is missing: name the directory with the files of %s in binary form (its archive unpacks to %s)."
                            .formatted(format.title(), format.folder()));
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
        ImageProtocol protocol = protocolOptions.protocol(settings, choice, MOMENTUM);
        OptimizerChoice.Conventions conventions =
                CifarExperiment.conventions(
                        defaults.maxLearningRate(), protocol.momentum(), radius, decay);
        return new CifarExperiment.Choices(
                name,
                folder,
                choice,
                choice.rate(settings, options, conventions),
                radius,
                decay,
                passes,
                Math.toIntExact(images),
                settings.whole("seed", options.seed, 1),
                loaders,
                protocol);
    }

    private double maxNorm(Settings settings, OptimizerChoice choice, CifarDefaults defaults) {
        if (choice != OptimizerChoice.ALIG) {
            if (maxNorm != null) {
                throw new UsageException(
                        "--max-norm: only alig keeps the weights in a ball; %s takes --weight-decay."
                                .formatted(choice.label()));
            }
            return Double.POSITIVE_INFINITY;
        }
        String given = settings.text("max-norm", maxNorm);
        return given == null
                ? defaults.maxNorm()
                : OptimizerChoice.positiveOrNone(settings, "max-norm", given);
    }

    private double weightDecay(Settings settings, OptimizerChoice choice, CifarDefaults defaults) {
        if (choice == OptimizerChoice.ALIG) {
            if (weightDecay != null) {
                throw new UsageException(
                        "--weight-decay: alig takes none; limit the norm of the weights with"
                                + " --max-norm.");
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
