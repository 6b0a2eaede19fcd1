package aligrad.experiments;

import aligrad.nn.Module;
import aligrad.optim.Optimizer;
import aligrad.optim.PendingStep;
import aligrad.tensor.Fetch;
import aligrad.tensor.Recording;
import aligrad.tensor.Scope;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// A network learns classes as in the ALI-G paper: a new order of the samples in each epoch, the
/// last batch smaller, validation after each epoch, and the test set for the best of the models
/// that this finds.
///
/// @param <B> a batch
abstract class ClassifierExperiment<B> implements Experiment, AutoCloseable {

    private final Module model;
    private final OptimizerChoice choice;
    private final Optimizer<?> optimizer;
    private final Objective objective;
    private final String lossUnit;
    private final BatchLoader<B> loader;
    private final long epochs;
    private final boolean countsFive;
    private final Map<String, Object> configuration = new LinkedHashMap<>();
    private @Nullable Accuracy tested;

    /// In percent.
    ///
    /// @param best how often the label has the highest score
    /// @param five how often it is among the five highest
    private record Accuracy(double best, double five) {}

    /// @param lossUnit what follows a number of the loss: ` nats`, or nothing
    /// @param loader of the training, which this closes
    /// @param countsFive whether it is measured how often the label is among the five highest
    ///   scores
    ClassifierExperiment(
            Module model,
            OptimizerChoice choice,
            Optimizer<?> optimizer,
            Objective objective,
            String lossUnit,
            BatchLoader<B> loader,
            long epochs,
            boolean countsFive) {
        this.model = model;
        this.choice = choice;
        this.optimizer = optimizer;
        this.objective = objective;
        this.lossUnit = lossUnit;
        this.loader = loader;
        this.epochs = epochs;
        this.countsFive = countsFive;
    }

    /// The scores of the classes, `(B, classes)`.
    abstract Tensor scores(B batch);

    /// `I64 (B)`.
    abstract Tensor labels(B batch);

    /// The samples that the model is chosen by, in their order.
    abstract BatchLoader<B> validationBatches();

    /// Those that it is judged by.
    abstract BatchLoader<B> testBatches();

    /// Before the validation after iteration `i`, with the weights that it will judge.
    void beforeValidation(long i) {
        // most models are ready as they are
    }

    /// After each validation.
    ///
    /// @param accuracy in percent
    void validated(double accuracy) {
        // most experiments go on as before
    }

    /// Where the settings are put that `config.yaml` shows; for the constructor.
    final Map<String, Object> settings() {
        return configuration;
    }

    /// The optimizer with its numbers, in the configuration.
    ///
    /// @param rate η of ALI-G and ALI-G+, or the learning rate; infinite for none
    /// @param maxNorm the radius of ALI-G's ball; infinite for none
    /// @param weightDecay of all other optimizers
    /// @param targetInterval epochs between changes of the targets of ALI-G+; 0 for all others
    final void configureOptimizer(
            double rate, double maxNorm, double weightDecay, int targetInterval) {
        configuration.put("optimizer", choice.label());
        configuration.put(choice.takesMaximum() ? "max-lr" : "learning-rate", limit(rate));
        if (choice == OptimizerChoice.ALIG) {
            configuration.put("max-norm", limit(maxNorm));
        }
        if (choice.takesWeightDecay()) {
            configuration.put("weight-decay", weightDecay);
        }
        if (choice.takesTargets()) {
            configuration.put(TargetsOption.NAME, targetInterval);
        }
    }

    /// A number, or `none` where it is infinite.
    static Object limit(double limit) {
        return Double.isInfinite(limit) ? "none" : limit;
    }

    @Override
    public final Map<String, Object> configuration() {
        return configuration;
    }

    @Override
    public final Module model() {
        return model;
    }

    @Override
    public final Optimizer<?> optimizer() {
        return optimizer;
    }

    /// The batches of the training.
    final BatchLoader<B> loader() {
        return loader;
    }

    @Override
    public final long iterations() {
        return epochs * loader.perEpoch();
    }

    @Override
    public final long period() {
        return loader.perEpoch();
    }

    @Override
    public final Iteration begin(long i) {
        B batch = loader.batch(i);
        Seen[] seen = new Seen[1];
        model.train();
        PendingStep step =
                optimizer.begin(
                        () -> {
                            Tensor labels = labels(batch);
                            Tensor scores = scores(batch);
                            seen[0] =
                                    new Seen(
                                            labels.extent(0),
                                            scores.argmax(1).eq(labels).mean().fetch(),
                                            countsFive
                                                    ? amongFive(scores.detach(), labels).fetch()
                                                    : null);
                            return objective.mean(scores, labels, () -> samples(i));
                        });
        return new Iteration(step, () -> metrics(i, seen[0]));
    }

    /// What a step saw: how many samples, the share whose label has the highest score, and of how
    /// many it is among the five highest; `null` where that is not measured.
    private record Seen(int samples, Fetch best, @Nullable Fetch five) {}

    private Map<String, Double> metrics(long i, Seen seen) {
        Map<String, Double> extra = new HashMap<>();
        extra.put("epoch", (double) (i / loader.perEpoch() + 1));
        extra.put("accuracy", 100 * seen.best.item());
        extra.put(Averages.SAMPLES, (double) seen.samples);
        if (seen.five != null) {
            extra.put("top5_accuracy", 100 * seen.five.item() / seen.samples);
        }
        if ((i + 1) % loader.perEpoch() == 0) {
            objective.endEpoch();
            Accuracy accuracy =
                    optimizer.evaluating(
                            () -> {
                                beforeValidation(i);
                                return accuracy(validationBatches());
                            });
            extra.put(Metrics.VALIDATION_ACCURACY, accuracy.best);
            if (countsFive) {
                extra.put(Metrics.VALIDATION_TOP5, accuracy.five);
            }
            validated(accuracy.best);
        }
        return extra;
    }

    /// Which samples the batch of iteration `i` has, `I64 (B)`.
    private Tensor samples(long i) {
        long[] samples = Arrays.stream(loader.samples(i)).asLongStream().toArray();
        return Tensor.of(samples, samples.length);
    }

    @Override
    public final Map<String, Double> test() {
        Accuracy accuracy = accuracy(testBatches());
        tested = accuracy;
        return countsFive
                ? Map.of("test_accuracy", accuracy.best, "test_top5_accuracy", accuracy.five)
                : Map.of("test_accuracy", accuracy.best);
    }

    /// In evaluation; closes the loader.
    private Accuracy accuracy(BatchLoader<B> batches) {
        model.eval();
        double[] right = new double[2];
        long samples = 0;
        try (batches) {
            for (long i = 0; i < batches.perEpoch(); i++) {
                B batch = batches.batch(i);
                samples +=
                        Scope.compute("evaluation", () -> Recording.off(() -> count(batch, right)));
            }
        }
        return new Accuracy(100 * right[0] / samples, 100 * right[1] / samples);
    }

    /// Adds how many are right, and how many have the label among the five; returns of how many.
    private int count(B batch, double[] right) {
        Tensor scores = scores(batch);
        Tensor labels = labels(batch);
        right[0] += scores.argmax(1).eq(labels).sum().item();
        right[1] += countsFive ? amongFive(scores, labels).item() : 0;
        return labels.extent(0);
    }

    /// How many rows have their label among the five highest scores.
    static Tensor amongFive(Tensor scores, Tensor labels) {
        Tensor five = scores.argsort(1, true).slice(1, 0, 5);
        return five.eq(labels.unsqueeze(1).to(five.dtype())).sum();
    }

    @Override
    public final String conclusion(Metrics metrics) {
        int window = Math.min(100, metrics.size());
        StringBuilder text =
                new StringBuilder(
                        "Mean loss of the last %s: %.4f%s; "
                                .formatted(
                                        Count.of(window, "iteration"),
                                        metrics.meanOfLast("loss", window),
                                        lossUnit));
        Map<String, Double> best = metrics.best(Metrics.VALIDATION_ACCURACY);
        if (best.isEmpty()) {
            return text.append("validation accuracy: not measured before the first epoch ends.")
                    .toString();
        }
        text.append(
                "best validation accuracy: %.2f %% after epoch %.0f"
                        .formatted(
                                best.get(Metrics.VALIDATION_ACCURACY),
                                best.getOrDefault("epoch", Double.NaN)));
        if (tested != null) {
            text.append("; test accuracy of that model: %.2f %%".formatted(tested.best));
            if (countsFive) {
                text.append(", among the five highest scores: %.2f %%".formatted(tested.five));
            }
        }
        return text.append(".").toString();
    }

    /// Ends the threads that load.
    @Override
    public final void close() {
        loader.close();
    }
}
