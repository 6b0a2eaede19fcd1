package aligrad.experiments;

import java.util.List;
import java.util.Locale;

/// The two CIFAR sets in their binary form: records of label bytes and 3072 pixel bytes, a plane of
/// 32 by 32 for red, then green, then blue, row by row.
///
/// Source: Krizhevsky, *Learning Multiple Layers of Features from Tiny Images*, 2009.
enum CifarFormat {
    /// One label byte.
    CIFAR10(
            "CIFAR-10",
            "cifar-10-batches-bin",
            List.of(
                    "data_batch_1.bin",
                    "data_batch_2.bin",
                    "data_batch_3.bin",
                    "data_batch_4.bin",
                    "data_batch_5.bin"),
            "test_batch.bin",
            10),

    /// A byte for the coarse label, one of 20, then one for the fine label, which is the class.
    CIFAR100("CIFAR-100", "cifar-100-binary", List.of("train.bin"), "test.bin", 20, 100);

    static final int SIDE = 32;

    /// Numbers in an image.
    static final int PIXELS = SIDE * SIDE * ImageSet.CHANNELS;

    private final String title;
    private final String folder;
    private final List<String> trainingFiles;
    private final String testFile;
    private final int[] labels;

    /// @param labels how many values each label byte may have; the last is the class
    CifarFormat(
            String title,
            String folder,
            List<String> trainingFiles,
            String testFile,
            int... labels) {
        this.title = title;
        this.folder = folder;
        this.trainingFiles = trainingFiles;
        this.testFile = testFile;
        this.labels = labels;
    }

    /// Such as `cifar10`.
    String command() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Such as `CIFAR-10`.
    String title() {
        return title;
    }

    /// What the published archive unpacks to.
    String folder() {
        return folder;
    }

    /// In the order in which their images count.
    List<String> trainingFiles() {
        return trainingFiles;
    }

    String testFile() {
        return testFile;
    }

    int classes() {
        return labels[labels.length - 1];
    }

    /// How many label bytes a record begins with.
    int labelBytes() {
        return labels.length;
    }

    /// How many values the label byte at this place may have.
    int labelValues(int place) {
        return labels[place];
    }

    int recordBytes() {
        return labels.length + PIXELS;
    }
}
