package aligrad.experiments;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// ImageNet of 2012 in folders `train` and `val`, each with a folder for each class.
///
/// As in the ALI-G paper the published validation set is the test set, and 50 images of each class
/// for training are held back for validation.
///
/// Source: Russakovsky et al., *ImageNet Large Scale Visual Recognition Challenge*, IJCV 2015.
final class ImageNetData {

    static final String TRAIN = "train";
    static final String TEST = "val";

    /// Of a class for validation, of at most 1300.
    private static final int VALIDATION = 50;

    private static final int LARGEST_CLASS = 1300;
    private static final int EVALUATION_BATCH = 256;

    /// What is left of the published images, and what the release trains on: it loses one.
    private static final int LEFT = 1_231_167;

    private ImageNetData() {}

    /// Both sets; a part of them, with fewer classes or images, will do.
    ///
    /// @param augmented whether training cuts out random squares; the paper's job does not
    /// @param isTruncated whether the loss forgives the five highest scores, as the paper's does
    /// @throws UsageException if a folder is missing or empty, if the classes differ or are too few
    ///   for the loss, or if a class has only one image
    static ImageTask task(Path directory, boolean augmented, boolean isTruncated) {
        DataFolder folder = new DataFolder(directory);
        ImageFolder train = ImageFolder.open(folder.path().resolve(TRAIN), augmented);
        ImageFolder test = ImageFolder.open(folder.path().resolve(TEST), false);
        if (!train.classes().equals(test.classes())) {
            throw new UsageException(
                    "--data %s: the folders in %s are not those in %s; both have one for each class."
                            .formatted(directory, TEST, TRAIN));
        }
        int classes = train.classes().size();
        if (isTruncated && classes <= ImageScoring.FORGIVEN) {
            throw new UsageException(
                    "--loss top-5: there are only %d classes in %s, so that nothing is left beside the %d highest scores; choose --loss ce."
                            .formatted(classes, directory, ImageScoring.FORGIVEN));
        }
        List<int[]> split = split(train, directory);
        return new ImageTask(
                "imagenet",
                classes,
                train,
                split.get(0),
                split.get(1),
                test,
                EVALUATION_BATCH,
                classes > ImageScoring.FORGIVEN
                        ? ImageScoring.ofManyClasses(isTruncated)
                        : ImageScoring.crossEntropy(false));
    }

    /// The places for training, and those for validation: of each class as many as the splitter
    /// with the class's own seed picks.
    private static List<int[]> split(ImageFolder train, Path directory) {
        boolean[] isHeld = new boolean[train.size()];
        List<Integer> held = new ArrayList<>();
        for (int c = 0; c < train.classes().size(); c++) {
            int n = train.start(c + 1) - train.start(c);
            if (n < 2) {
                throw new UsageException(
                        "--data %s: class %s has only one image for training, and one is needed for validation."
                                .formatted(directory, train.classes().get(c)));
            }
            for (int place : IndexSplit.seeded(IndexSplit.SEED + c, n, heldOf(n)).getFirst()) {
                isHeld[train.start(c) + place] = true;
                held.add(train.start(c) + place);
            }
        }
        int[] left = new int[train.size() - held.size()];
        int next = 0;
        for (int i = 0; i < isHeld.length; i++) {
            if (!isHeld[i]) {
                left[next++] = i;
            }
        }
        int kept = left.length == LEFT ? LEFT - 1 : left.length;
        int[] training =
                Arrays.stream(IndexSplit.of(left.length, kept).getFirst())
                        .map(place -> left[place])
                        .toArray();
        return List.of(training, held.stream().mapToInt(Integer::intValue).toArray());
    }

    /// The published classes have 732 images at least, so 50; smaller ones the same share of the
    /// largest.
    static int heldOf(int images) {
        return images > LARGEST_CLASS / 2
                ? VALIDATION
                : Math.max(1, images * VALIDATION / LARGEST_CLASS);
    }
}
