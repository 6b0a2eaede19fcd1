package aligrad.experiments;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/// In what the paper's image experiments differ, besides the numbers that every run has.
///
/// @param momentum of the optimizers that take one from the experiment; NaN for the others
/// @param schedule how SGD's learning rate falls
/// @param subset how many images to train on; 0 for all
record ImageProtocol(double momentum, Schedule schedule, int subset) {

    /// All images, and a learning rate that stays.
    static ImageProtocol usual(double momentum) {
        return new ImageProtocol(momentum, Schedule.NONE, 0);
    }

    /// What the configuration shows of it.
    Map<String, Object> configuration() {
        Map<String, Object> shown = new LinkedHashMap<>();
        if (!Double.isNaN(momentum)) {
            shown.put("momentum", momentum);
        }
        if (!schedule.epochs().isEmpty()) {
            shown.put(
                    "decay-epochs",
                    schedule.epochs().stream()
                            .map(String::valueOf)
                            .collect(Collectors.joining(",")));
            shown.put("decay-factor", schedule.factor());
        }
        if (subset > 0) {
            shown.put("subset", subset);
        }
        return shown;
    }

    /// The images to train on.
    ///
    /// @throws UsageException if there are fewer than were asked for
    int[] training(int[] places) {
        if (subset > places.length) {
            throw new UsageException(
                    "--subset %d: there are only %d images for training; choose at most as many."
                            .formatted(subset, places.length));
        }
        return subset == 0 ? places : Arrays.copyOf(places, subset);
    }

    /// As great a part of the images for validation or the test as of those for training, at least
    /// one.
    ///
    /// @param training how many there are for training without a subset
    int[] judging(int[] places, int training) {
        return subset == 0
                ? places
                : Arrays.copyOf(
                        places,
                        (int) Math.max(1, Math.round((double) places.length * subset / training)));
    }
}
