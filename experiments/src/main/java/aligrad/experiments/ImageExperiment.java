package aligrad.experiments;

import aligrad.nn.Layer;
import aligrad.nn.Loss;
import aligrad.nn.Module;
import aligrad.optim.Clipping;
import aligrad.optim.Optimizer;
import aligrad.optim.Projection;
import aligrad.tensor.Random;
import aligrad.tensor.Recording;
import aligrad.tensor.Scope;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// A network for images learns as in the ALI-G paper: cross-entropy (the hinge loss with DFW), a
/// new order in each epoch, the last batch smaller, validation after each epoch, and the test set
/// for the best of the models that this finds.
final class ImageExperiment implements Experiment, AutoCloseable {

    /// After as many, a running statistic with momentum 0.1 has forgotten all but 0.5 % of its
    /// past.
    private static final int STATISTICS_BATCHES = 50;

    private final ImageTask task;
    private final int[] validationPlaces;
    private final int[] testPlaces;
    private final Layer model;
    private final Optimizer<?> optimizer;
    private final OptimizerChoice choice;
    private final Loss loss;
    private final BatchLoader<ImageBatch> loader;
    private final int loaders;
    private final long epochs;
    private final Map<String, Object> configuration = new LinkedHashMap<>();
    private @Nullable Double testAccuracy;

    /// What a run is told on its command line.
    ///
    /// @param data the directory, as it was named
    /// @param rate ALI-G's η or the learning rate; infinite for none
    /// @param maxNorm the radius of ALI-G's ball; infinite for none
    /// @param weightDecay of all other optimizers
    /// @param dropout with which probability the network drops a number in training
    /// @param loaders threads that make batches
    /// @param protocol momentum, schedule, and how many of the images
    /// @param own settings of this data set alone, as the configuration shows them
    record Choices(
            String model,
            String data,
            OptimizerChoice optimizer,
            double rate,
            double maxNorm,
            double weightDecay,
            double dropout,
            long epochs,
            int batchSize,
            long seed,
            int loaders,
            ImageProtocol protocol,
            Map<String, Object> own) {}

    ImageExperiment(ImageTask task, Choices choices) {
        this.task = task;
        this.epochs = choices.epochs;
        this.loaders = choices.loaders;
        ImageProtocol protocol = choices.protocol;
        int all = task.trainingPlaces().length;
        int[] places = protocol.training(task.trainingPlaces());
        validationPlaces = protocol.judging(task.validationPlaces(), all);
        testPlaces = protocol.judging(task.testPlaces(), all);
        long perEpoch = (places.length + choices.batchSize - 1L) / choices.batchSize;
        Random random = Random.stream(choices.seed);
        model =
                ImageNetwork.of(choices.model)
                        .initialize(task.classes(), choices.dropout, random.named("weights"));
        choice = choices.optimizer;
        loss = choice.loss(task.smoothsHinge());
        optimizer =
                choice.over(
                        model.namedParameters(),
                        choices.rate,
                        protocol.schedule(),
                        perEpoch,
                        conventions(
                                choices.rate,
                                protocol.momentum(),
                                choices.maxNorm,
                                choices.weightDecay));
        loader =
                BatchLoader.shuffled(
                        places,
                        choices.batchSize,
                        random.named("batches"),
                        Shard.WHOLE,
                        choices.loaders,
                        (batch, epoch) -> ImageBatch.of(task.train(), batch, epoch));
        configure(choices);
    }

    /// Details of the optimizers: the paper's ε, and what differs between its experiments.
    ///
    /// @param maxLearningRate ALI-G's η where the command line says nothing
    /// @param momentum of ALI-G
    /// @param maxNorm the radius of ALI-G's ball; infinite for none
    /// @param weightDecay of all other optimizers
    static OptimizerChoice.Conventions conventions(
            double maxLearningRate, double momentum, double maxNorm, double weightDecay) {
        return new OptimizerChoice.Conventions(
                maxLearningRate,
                1e-5,
                momentum,
                false,
                Clipping.none(),
                Double.isInfinite(maxNorm) ? Projection.none() : Projection.l2Ball(maxNorm),
                weightDecay);
    }

    private void configure(Choices choices) {
        configuration.put("experiment", task.name());
        configuration.put("model", choices.model);
        configuration.put("data", choices.data);
        configuration.putAll(choices.own);
        configuration.put("optimizer", choices.optimizer.label());
        if (choice == OptimizerChoice.ALIG) {
            configuration.put("max-lr", text(choices.rate));
            configuration.put("max-norm", text(choices.maxNorm));
        } else {
            configuration.put("learning-rate", choices.rate);
            if (choice.takesWeightDecay()) {
                configuration.put("weight-decay", choices.weightDecay);
            }
        }
        configuration.putAll(choices.protocol.configuration());
        configuration.put("dropout", choices.dropout);
        configuration.put("epochs", choices.epochs);
        configuration.put("batch-size", choices.batchSize);
        configuration.put("seed", choices.seed);
        configuration.put("images", task.images());
    }

    private static Object text(double limit) {
        return Double.isInfinite(limit) ? "none" : limit;
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
        return epochs * loader.perEpoch();
    }

    @Override
    public long period() {
        return loader.perEpoch();
    }

    @Override
    public Map<String, Double> iterate(long i) {
        ImageBatch batch = loader.batch(i);
        double[] right = new double[1];
        model.train();
        optimizer.step(
                () -> {
                    Tensor labels = batch.labels();
                    Tensor scores = model.forward(batch.images());
                    right[0] = scores.argmax(1).eq(labels).mean().item();
                    return loss.mean(scores, labels);
                });
        Map<String, Double> extra = new HashMap<>();
        extra.put("epoch", (double) (i / loader.perEpoch() + 1));
        extra.put("accuracy", 100 * right[0]);
        extra.put(Averages.SAMPLES, (double) batch.labels().extent(0));
        if ((i + 1) % loader.perEpoch() == 0) {
            extra.put(Metrics.VALIDATION_ACCURACY, optimizer.evaluating(() -> validate(i)));
        }
        return extra;
    }

    /// With the weights that the optimizer shows. The running statistics are those of the weights
    /// that it trains, so where these are others, batches up to iteration `i` make new ones.
    private double validate(long i) {
        if (optimizer.hasOwnEvaluationWeights()) {
            model.train();
            for (long j = Math.max(0, i + 1 - STATISTICS_BATCHES); j <= i; j++) {
                ImageBatch batch = loader.batch(j);
                Scope.run("statistics", () -> Recording.off(() -> model.forward(batch.images())));
            }
        }
        return accuracy(task.train(), validationPlaces);
    }

    @Override
    public Map<String, Double> test() {
        double accuracy = accuracy(task.test(), testPlaces);
        testAccuracy = accuracy;
        return Map.of("test_accuracy", accuracy);
    }

    /// In percent, in evaluation and without augmentation.
    private double accuracy(ImageSet images, int[] places) {
        model.eval();
        long right = 0;
        try (BatchLoader<ImageBatch> batches =
                BatchLoader.inOrder(
                        places,
                        task.evaluationBatch(),
                        loaders,
                        (batch, none) -> ImageBatch.of(images, batch, none))) {
            for (long i = 0; i < batches.perEpoch(); i++) {
                ImageBatch batch = batches.batch(i);
                right += Scope.compute("evaluation", () -> Recording.off(() -> right(batch)));
            }
        }
        return 100.0 * right / places.length;
    }

    private long right(ImageBatch batch) {
        Tensor found = model.forward(batch.images()).argmax(1);
        return (long) found.eq(batch.labels()).sum().item();
    }

    @Override
    public String conclusion(Metrics metrics) {
        int window = Math.min(100, metrics.size());
        StringBuilder text =
                new StringBuilder(
                        "Mean loss of the last %d iterations: %.4f%s; "
                                .formatted(
                                        window,
                                        metrics.meanOfLast("loss", window),
                                        choice.lossUnit()));
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
        return testAccuracy == null
                ? text.append(".").toString()
                : text.append("; test accuracy of that model: %.2f %%.".formatted(testAccuracy))
                        .toString();
    }

    /// Ends the threads that load.
    @Override
    public void close() {
        loader.close();
    }
}
