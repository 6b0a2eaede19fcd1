package aligrad.experiments;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/// In what the paper's image experiments differ, besides the numbers that every run has.
///
/// @param momentum of the optimizers that take one from the experiment; NaN for the others
/// @param schedule how SGD's learning rate falls
/// @param subset how many of the images
/// @param targetInterval epochs between changes of the targets of ALI-G+; 0 for all others
record ImageProtocol(double momentum, StepSchedule schedule, Subset subset, int targetInterval) {

    /// All images, and a learning rate that stays.
    static ImageProtocol usual(double momentum) {
        return new ImageProtocol(momentum, StepSchedule.NONE, Subset.ALL, 0);
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
        if (!subset.isAll()) {
            shown.put("subset", subset.size());
        }
        return shown;
    }
}
