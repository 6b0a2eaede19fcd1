package aligrad.experiments;

import picocli.CommandLine.Command;

import java.nio.file.Path;
import java.util.Map;

/// What `aligrad train cifar10` and `aligrad train cifar100` share.
abstract sealed class TrainCifar extends TrainImages {

    private final CifarFormat format;

    private TrainCifar(CifarFormat format) {
        this.format = format;
    }

    /// `aligrad train cifar10`.
    @Command(
            name = "cifar10",
            description = {
                "A wide residual or densely connected network learns CIFAR-10.",
                "One image in ten is held back for validation. The model that is best on those is"
                        + " kept, and judged on the test set at the end. Settings default to the"
                        + " ALI-G paper's: --model wrn-40-4; for wrn --epochs 200 --max-lr 1"
                        + " --batch-size 256 --max-norm 100, for densenet --epochs 300 --max-lr 0.1"
                        + " --batch-size 64 --max-norm 75."
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
                "One image in ten is held back for validation. The model that is best on those is"
                        + " kept, and judged on the test set at the end. Settings default to the"
                        + " ALI-G paper's: --model wrn-40-4 --max-lr 0.1; for wrn --epochs 200"
                        + " --batch-size 128 --max-norm 100, for densenet --epochs 300 --batch-size"
                        + " 256 --max-norm 75."
            },
            mixinStandardHelpOptions = true)
    static final class Cifar100 extends TrainCifar {
        Cifar100() {
            super(CifarFormat.CIFAR100);
        }
    }

    @Override
    String name() {
        return format.command();
    }

    @Override
    String usualModel() {
        return "wrn-40-4";
    }

    @Override
    String files() {
        return "the files of %s in binary form (its archive unpacks to %s)"
                .formatted(format.title(), format.folder());
    }

    @Override
    ImageDefaults defaults(ImageNetwork network, OptimizerChoice choice) {
        return ImageDefaults.cifar(format, network.family(), choice);
    }

    @Override
    ImageTask read(Path directory, Map<String, Object> own) {
        return CifarData.task(directory, format);
    }
}
