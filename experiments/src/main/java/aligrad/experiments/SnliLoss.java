package aligrad.experiments;

import aligrad.nn.CrossEntropy;
import aligrad.nn.Loss;
import aligrad.nn.MulticlassHinge;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// What the classifier of pairs minimizes, by its name on the command line.
enum SnliLoss {
    CE("ce", CrossEntropy.options(), " nats"),
    HINGE("hinge", MulticlassHinge.plain(), "");

    private final String label;
    private final Loss loss;
    private final String unit;

    SnliLoss(String label, Loss loss, String unit) {
        this.label = label;
        this.loss = loss;
        this.unit = unit;
    }

    /// The loss of a run: the cross-entropy where the command line says nothing, but the hinge loss
    /// with DFW, which is made for it.
    ///
    /// @throws UsageException if there is none of that name, or DFW is given another
    static SnliLoss of(Settings settings, @Nullable String given, OptimizerChoice choice) {
        boolean isDfw = choice == OptimizerChoice.DFW;
        String name = settings.text("loss", given, (isDfw ? HINGE : CE).label);
        SnliLoss found =
                Arrays.stream(values())
                        .filter(known -> known.label.equals(name))
                        .findFirst()
                        .orElseThrow(() -> settings.wrong("loss", name, "it must be ce or hinge"));
        if (isDfw && found != HINGE) {
            throw settings.wrong("loss", name, "dfw is made for the hinge loss; choose hinge");
        }
        return found;
    }

    String label() {
        return label;
    }

    Loss loss() {
        return loss;
    }

    /// What follows a number of it.
    String unit() {
        return unit;
    }
}
