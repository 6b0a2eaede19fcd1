package aligrad.experiments;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/// Test accuracies that the ALI-G paper's group published for the same networks, data sets and
/// settings, in percent. The tables of the ALI-G paper itself are not known here.
///
/// Source: README of the programs of Berrada, Zisserman, Kumar, *Deep Frank-Wolfe For Neural
/// Network Optimization*, ICLR 2019.
///
/// @param experiment such as `cifar10`
/// @param optimizer as on the command line
record PublishedAccuracy(String experiment, String model, String optimizer, double percent) {

    static final String SOURCE =
            "Published elsewhere are test accuracies of the same set-up in the Deep Frank-Wolfe"
                    + " paper's README; the ALI-G paper's own may differ.";

    // AMSGrad, DFW, SGD with its schedule
    private static final PublishedAccuracy[] ALL = {
        new PublishedAccuracy("cifar10", "wrn-40-4", "amsgrad", 90.1),
        new PublishedAccuracy("cifar10", "wrn-40-4", "dfw", 94.7),
        new PublishedAccuracy("cifar10", "wrn-40-4", "nesterov", 95.4),
        new PublishedAccuracy("cifar10", "densenet-40-40", "amsgrad", 91.8),
        new PublishedAccuracy("cifar10", "densenet-40-40", "dfw", 94.9),
        new PublishedAccuracy("cifar10", "densenet-40-40", "nesterov", 95.3),
        new PublishedAccuracy("cifar100", "wrn-40-4", "amsgrad", 67.8),
        new PublishedAccuracy("cifar100", "wrn-40-4", "dfw", 74.7),
        new PublishedAccuracy("cifar100", "wrn-40-4", "nesterov", 77.8),
        new PublishedAccuracy("cifar100", "densenet-40-40", "amsgrad", 69.6),
        new PublishedAccuracy("cifar100", "densenet-40-40", "dfw", 73.2),
        new PublishedAccuracy("cifar100", "densenet-40-40", "nesterov", 76.3)
    };

    /// What is known of runs with these settings; Nesterov's SGD only with its schedule.
    static Optional<PublishedAccuracy> of(Map<String, String> settings) {
        return Arrays.stream(ALL)
                .filter(known -> known.experiment.equals(settings.get("experiment")))
                .filter(known -> known.model.equals(settings.get("model")))
                .filter(known -> known.optimizer.equals(settings.get("optimizer")))
                .filter(
                        known ->
                                !known.optimizer.equals("nesterov")
                                        || settings.containsKey("decay-epochs"))
                .findFirst();
    }

    /// Such as `95.4 %`.
    String text() {
        return "%.1f %%".formatted(percent);
    }
}
