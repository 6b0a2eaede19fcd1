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
    private final boolean smoothsHinge;

    /// @param name of the experiment, such as `cifar10`
    /// @param train the images for training and validation
    /// @param trainingPlaces which of them are for training
    /// @param validationPlaces which of them are for validation
    /// @param evaluationBatch images that are judged at once; the running statistics make the
    ///   results independent of it
    /// @param smoothsHinge whether an optimizer that takes the hinge loss takes the smoothed one
    ImageTask(
            String name,
            int classes,
            ImageSet train,
            int[] trainingPlaces,
            int[] validationPlaces,
            ImageSet test,
            int evaluationBatch,
            boolean smoothsHinge) {
        this.name = name;
        this.classes = classes;
        this.train = train;
        this.trainingPlaces = trainingPlaces;
        this.validationPlaces = validationPlaces;
        this.test = test;
        this.evaluationBatch = evaluationBatch;
        this.smoothsHinge = smoothsHinge;
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

    boolean smoothsHinge() {
        return smoothsHinge;
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
