package aligrad.experiments;

import java.util.Arrays;

/// What a network for images learns from and is judged by.
final class ImageTask {

    private final String name;
    private final int classes;
    private final ImageSet train;
    private final int[] trainingPlaces;
    private final int[] validationPlaces;
    private final ImageSet test;
    private final int evaluationBatch;
    private final ImageScoring scoring;

    /// @param name of the experiment, such as `cifar10`
    /// @param train the images for training and validation
    /// @param trainingPlaces which of them are for training
    /// @param validationPlaces which of them are for validation
    /// @param evaluationBatch images that are judged at once; the running statistics make the
    ///   results independent of it
    /// @param scoring what is minimized, and which accuracies are measured
    ImageTask(
            String name,
            int classes,
            ImageSet train,
            int[] trainingPlaces,
            int[] validationPlaces,
            ImageSet test,
            int evaluationBatch,
            ImageScoring scoring) {
        this.name = name;
        this.classes = classes;
        this.train = train;
        this.trainingPlaces = trainingPlaces;
        this.validationPlaces = validationPlaces;
        this.test = test;
        this.evaluationBatch = evaluationBatch;
        this.scoring = scoring;
    }

    String name() {
        return name;
    }

    int classes() {
        return classes;
    }

    ImageSet train() {
        return train;
    }

    int[] trainingPlaces() {
        return trainingPlaces;
    }

    int[] validationPlaces() {
        return validationPlaces;
    }

    ImageSet test() {
        return test;
    }

    int[] testPlaces() {
        int[] all = new int[test.size()];
        Arrays.setAll(all, i -> i);
        return all;
    }

    int evaluationBatch() {
        return evaluationBatch;
    }

    ImageScoring scoring() {
        return scoring;
    }

    /// How many images there are and their checksum, which tells whether a resumed run sees the
    /// same ones.
    String images() {
        return "%d for training, %d for validation, %d for the test (CRC-32 %08x, %08x)"
                .formatted(
                        trainingPlaces.length,
                        validationPlaces.length,
                        test.size(),
                        train.checksum(),
                        test.checksum());
    }
}
