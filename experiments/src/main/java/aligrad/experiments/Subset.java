package aligrad.experiments;

import java.util.Arrays;

/// How much of a data set a run sees.
///
/// @param size how many samples to train on; 0 for all
record Subset(int size) {

    static final Subset ALL = new Subset(0);

    boolean isAll() {
        return size == 0;
    }

    /// The samples to train on: the first of these.
    ///
    /// @param thing a sample in the singular, such as `image`, for a message
    /// @throws TooFewSamplesException if there are fewer than were asked for
    int[] training(int[] places, String thing) {
        if (size > places.length) {
            throw new TooFewSamplesException(
                    "--subset %d: there are only %s for training; choose at most as many."
                            .formatted(size, Count.of(places.length, thing)));
        }
        return isAll() ? places : Arrays.copyOf(places, size);
    }

    /// As great a part of the samples for validation or the test as of those for training, at least
    /// one.
    ///
    /// @param training how many there are for training without a subset
    int[] judging(int[] places, int training) {
        return isAll()
                ? places
                : Arrays.copyOf(
                        places,
                        (int) Math.max(1, Math.round((double) places.length * size / training)));
    }
}
