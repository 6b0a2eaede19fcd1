package aligrad.experiments;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// `aligrad train imagenet`.
@Command(
        name = "imagenet",
        description = {
            "A residual network learns ImageNet of 2012, or a part of it.",
            "The published validation set is the test set, and 50 images of each class for training"
                    + " are held back for validation. The model whose highest score is right most"
                    + " often on those is kept, and judged on the test set at the end; how often"
                    + " the label is among the five highest scores is measured, too. Settings"
                    + " default to the ALI-G paper's: --model resnet-18 --epochs 90 --batch-size"
                    + " 1024 --max-lr 10 --max-norm 400 --loss top-5, and no momentum for alig."
        },
        mixinStandardHelpOptions = true)
final class TrainImageNet extends TrainImages {

    private static final String LOSS = "loss";
    private static final String TOP_5 = "top-5";
    private static final String CE = "ce";
    private static final String AUGMENTATION = "augmentation";

    @Option(
            names = "--loss",
            paramLabel = "top-5|ce",
            description =
                    "the cross-entropy that forgives the five highest scores, for six classes or"
                            + " more, or the cross-entropy (default: top-5); dfw has the hinge"
                            + " loss")
    private @Nullable String loss;

    @Option(
            names = "--augmentation",
            paramLabel = "yes|no",
            description =
                    "whether training cuts a random square out of a picture as it is stored, and"
                            + " mirrors it or not, instead of scaling the picture to 224 pixels and"
                            + " taking its middle (default: no, as in the paper's job)")
    private @Nullable String augmentation;

    @Override
    String name() {
        return "imagenet";
    }

    @Override
    String usualModel() {
        return "resnet-18";
    }

    @Override
    String files() {
        return "the folders train and val, each with a folder of pictures for each class";
    }

    @Override
    String remedy() {
        return "; ./aligrad data fetch imagenet says how to make it";
    }

    @Override
    ImageDefaults defaults(ImageNetwork network, OptimizerChoice choice) {
        return ImageDefaults.imageNet(choice);
    }

    @Override
    Map<String, Object> own(Settings settings, OptimizerChoice choice) {
        Map<String, Object> own = new LinkedHashMap<>();
        if (choice == OptimizerChoice.DFW) {
            if (loss != null) {
                throw new UsageException(
                        "--loss: dfw is made for the hinge loss and has it; leave the option out.");
            }
        } else {
            String value = settings.text(LOSS, loss, TOP_5);
            if (!value.equals(TOP_5) && !value.equals(CE)) {
                throw settings.wrong(LOSS, value, "it must be top-5 or ce");
            }
            own.put(LOSS, value);
        }
        String value = settings.text(AUGMENTATION, augmentation, "no");
        if (!value.equals("yes") && !value.equals("no")) {
            throw settings.wrong(AUGMENTATION, value, "it must be yes or no");
        }
        own.put(AUGMENTATION, value);
        return own;
    }

    @Override
    ImageTask read(Path directory, Map<String, Object> own) {
        return ImageNetData.task(
                directory, "yes".equals(own.get(AUGMENTATION)), TOP_5.equals(own.get(LOSS)));
    }
}
