package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.Map;

/// `aligrad train svhn`.
@Command(
        name = "svhn",
        description = {
            "A wide residual network learns SVHN, the numbers of houses.",
            "Of the 73,257 images of train_32x32.mat 6,000 are held back for validation; the others"
                + " and those of extra_32x32.mat are for training. The model that is best on the"
                + " validation set is kept, and judged on the test set at the end. Settings default"
                + " to the ALI-G paper's: --model wrn-16-4 --epochs 160 --batch-size 128 --dropout"
                + " 0.4 --max-lr 0.01 --max-norm 50, and no momentum for alig; for adagrad"
                + " --learning-rate 0.01, for adam 1e-5, for amsgrad 1e-4."
        },
        mixinStandardHelpOptions = true)
final class TrainSvhn extends TrainImages {

    private static final String EXTRA = "extra";

    @Option(
            names = "--extra",
            paramLabel = "yes|no",
            description =
                    "whether the images of extra_32x32.mat are for training as well, as in the"
                            + " paper (default: yes)")
    private @Nullable String extra;

    @Override
    String name() {
        return "svhn";
    }

    @Override
    String usualModel() {
        return "wrn-16-4";
    }

    @Override
    String files() {
        return "the files of SVHN, format 2 (train_32x32.mat, test_32x32.mat, extra_32x32.mat)";
    }

    @Override
    ImageDefaults defaults(ImageNetwork network, OptimizerChoice choice) {
        return ImageDefaults.svhn(choice);
    }

    @Override
    Map<String, Object> own(Settings settings, OptimizerChoice choice) {
        String value = settings.text(EXTRA, extra, "yes");
        if (!value.equals("yes") && !value.equals("no")) {
            throw settings.wrong(EXTRA, value, "it must be yes or no");
        }
        return Map.of(EXTRA, value);
    }

    @Override
    ImageTask read(Path directory, Map<String, Object> own) {
        return SvhnData.task(directory, "yes".equals(own.get(EXTRA)));
    }
}
