package aligrad.experiments;

import aligrad.nn.CrossEntropy;
import aligrad.nn.Module;
import aligrad.nn.Sequential;
import aligrad.optim.Clipping;
import aligrad.optim.Optimizer;
import aligrad.optim.PendingStep;
import aligrad.optim.SampleTargets;
import aligrad.tensor.Fetch;
import aligrad.tensor.Random;
import aligrad.tensor.Recording;
import aligrad.tensor.Scope;
import aligrad.tensor.Tensor;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A small convolutional network on MNIST or a set in its format: cross-entropy (the hinge loss
/// with DFW), a new order of the images in each epoch, the last batch smaller, test accuracy after
/// each epoch.
final class MnistExperiment implements Experiment {

    static final OptimizerChoice.Conventions CONVENTIONS =
            new OptimizerChoice.Conventions(0.1, 1e-5, 0.9, false, Clipping.none());

    private static final int EVALUATION_BATCH = 500;

    private final MnistData train;
    private final MnistData test;
    private final Sequential model;
    private final Optimizer<?> optimizer;
    private final OptimizerChoice choice;
    private final Objective objective;
    private final Random random;
    private final int batchSize;
    private final long epochs;
    private final long perEpoch;
    private final Map<String, Object> configuration = new LinkedHashMap<>();
    private long shuffledEpoch = -1;
    private long[] order = {};

    /// @param name of the experiment, `mnist` or that of a set in its format
    /// @param targetInterval epochs between changes of the targets of ALI-G+; 0 for all others
    MnistExperiment(
            String name,
            String data,
            MnistData train,
            MnistData test,
            OptimizerChoice choice,
            double rate,
            int targetInterval,
            long epochs,
            int batchSize,
            long seed) {
        this.train = train;
        this.test = test;
        this.epochs = epochs;
        this.batchSize = batchSize;
        this.perEpoch = (train.size() + batchSize - 1) / batchSize;
        this.random = Random.stream(seed);
        model = SmallConvNet.of(random.named("weights"));
        this.choice = choice;
        SampleTargets targets = TargetsOption.targets(train.size(), targetInterval);
        objective = new Objective(choice.loss(CrossEntropy.options(), false), targets);
        optimizer = choice.over(model.namedParameters(), rate, CONVENTIONS.withTargets(targets));
        configuration.put("experiment", name);
        configuration.put("data", data);
        configuration.put("optimizer", choice.label());
        configuration.put(
                choice.takesMaximum() ? "max-lr" : "learning-rate",
                ClassifierExperiment.limit(rate));
        if (choice.takesTargets()) {
            configuration.put(TargetsOption.NAME, targetInterval);
        }
        configuration.put("epochs", epochs);
        configuration.put("batch-size", batchSize);
        configuration.put("seed", seed);
    }

    @Override
    public Map<String, Object> configuration() {
        return configuration;
    }

    @Override
    public Module model() {
        return model;
    }

    @Override
    public Optimizer<?> optimizer() {
        return optimizer;
    }

    @Override
    public long iterations() {
        return epochs * perEpoch;
    }

    @Override
    public long period() {
        return perEpoch;
    }

    @Override
    public Iteration begin(long i) {
        long epoch = i / perEpoch;
        if (epoch != shuffledEpoch) {
            order = random.named("order of epoch " + epoch).permutationArray(train.size());
            shuffledEpoch = epoch;
        }
        int first = (int) (i % perEpoch) * batchSize;
        int count = Math.min(batchSize, train.size() - first);
        Fetch[] right = new Fetch[1];
        model.train();
        PendingStep step =
                optimizer.begin(
                        () -> {
                            Tensor batch =
                                    Tensor.of(
                                            Arrays.copyOfRange(order, first, first + count), count);
                            Tensor labels = train.classes(batch);
                            Tensor scores = model.forward(train.pixels(batch));
                            right[0] = scores.argmax(1).eq(labels).mean().fetch();
                            return objective.mean(scores, labels, () -> batch);
                        });
        return new Iteration(step, () -> metrics(i, count, right[0]));
    }

    private Map<String, Double> metrics(long i, int count, Fetch right) {
        Map<String, Double> extra = new HashMap<>();
        extra.put("epoch", (double) (i / perEpoch + 1));
        extra.put("accuracy", 100 * right.item());
        extra.put(Averages.SAMPLES, (double) count);
        if ((i + 1) % perEpoch == 0) {
            objective.endEpoch();
            extra.put("test_accuracy", 100 * optimizer.evaluating(this::testAccuracy));
        }
        return extra;
    }

    private double testAccuracy() {
        model.eval();
        long right = 0;
        for (int first = 0; first < test.size(); first += EVALUATION_BATCH) {
            long[] places = new long[Math.min(EVALUATION_BATCH, test.size() - first)];
            for (int j = 0; j < places.length; j++) {
                places[j] = first + j;
            }
            right +=
                    (long)
                            Scope.compute(
                                            "evaluation",
                                            () ->
                                                    Recording.off(
                                                            () -> {
                                                                Tensor batch = Tensor.of(places);
                                                                return model.forward(
                                                                                test.pixels(batch))
                                                                        .argmax(1)
                                                                        .eq(test.classes(batch))
                                                                        .sum();
                                                            }))
                                    .item();
        }
        return (double) right / test.size();
    }

    @Override
    public String conclusion(Metrics metrics) {
        int window = Math.min(100, metrics.size());
        List<double[]> tests = metrics.series("test_accuracy");
        return "Mean loss of the last %s: %.4f%s; test accuracy: %s."
                .formatted(
                        Count.of(window, "iteration"),
                        metrics.meanOfLast("loss", window),
                        choice.lossUnit(),
                        tests.isEmpty()
                                ? "not measured before the first epoch ends"
                                : "%.2f %%".formatted(tests.getLast()[1]));
    }
}
