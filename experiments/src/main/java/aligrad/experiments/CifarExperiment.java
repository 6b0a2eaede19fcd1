package aligrad.experiments;

import aligrad.nn.CrossEntropy;
import aligrad.nn.Layer;
import aligrad.nn.Module;
import aligrad.optim.Clipping;
import aligrad.optim.Optimizer;
import aligrad.optim.Projection;
import aligrad.tensor.Random;
import aligrad.tensor.Recording;
import aligrad.tensor.Scope;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A wide residual or densely connected network on CIFAR-10 or CIFAR-100, as in the ALI-G paper:
/// cross-entropy, cropped and mirrored images, a new order in each epoch, the last batch smaller,
/// validation after each epoch, and the test set for the best of the models that this finds.
///
/// Of the images for training one in ten, as 5,000 of 50,000, is held back for validation; which
/// ones depends on their number alone ([IndexSplit]).
final class CifarExperiment implements Experiment, AutoCloseable {

    /// As in the release; the running statistics make the results independent of it.
    private static final int EVALUATION_BATCH = 128;

    /// One image in this many is for validation.
    private static final int VALIDATION = 10;

    private final CifarData train;
    private final CifarData test;
    private final int[] validationPlaces;
    private final int[] testPlaces;
    private final Layer model;
    private final Optimizer<?> optimizer;
    private final BatchLoader loader;
    private final long epochs;
    private final Map<String, Object> configuration = new LinkedHashMap<>();
    private @Nullable Double testAccuracy;

    /// What a run is told on its command line.
    ///
    /// @param data the directory, as it was named
    /// @param rate ALI-G's η or the learning rate; infinite for none
    /// @param maxNorm the radius of ALI-G's ball; infinite for none
    /// @param weightDecay of all other optimizers
    /// @param loaders threads that make batches
    /// @param protocol momentum, schedule, and how many of the images
    record Choices(
            String model,
            String data,
            OptimizerChoice optimizer,
            double rate,
            double maxNorm,
            double weightDecay,
            long epochs,
            int batchSize,
            long seed,
            int loaders,
            ImageProtocol protocol) {}

    /// @throws UsageException if there are fewer than two images for training
    CifarExperiment(CifarData train, CifarData test, Choices choices) {
        this.train = train;
        this.test = test;
        this.epochs = choices.epochs;
        if (train.size() < 2) {
            throw new UsageException(
                    "--data %s: there is only one image for training, and one is needed for validation."
                            .formatted(choices.data));
        }
        int held = Math.max(1, train.size() / VALIDATION);
        List<int[]> split = IndexSplit.of(train.size(), train.size() - held, held);
        ImageProtocol protocol = choices.protocol;
        int[] places = protocol.training(split.get(0));
        validationPlaces = protocol.judging(split.get(1), split.get(0).length);
        int[] tests = new int[test.size()];
        Arrays.setAll(tests, i -> i);
        testPlaces = protocol.judging(tests, split.get(0).length);
        long perEpoch = (places.length + choices.batchSize - 1L) / choices.batchSize;
        Random random = Random.stream(choices.seed);
        model =
                ImageNetwork.of(choices.model)
                        .initialize(train.format().classes(), random.named("weights"));
        optimizer =
                choices.optimizer.over(
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
                new BatchLoader(
                        train, places, choices.batchSize, random.named("batches"), choices.loaders);
        configure(choices);
    }

    /// Details of the optimizers: the paper's ε, and what the command line may change.
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
        configuration.put("experiment", train.format().command());
        configuration.put("model", choices.model);
        configuration.put("data", choices.data);
        configuration.put("optimizer", choices.optimizer.label());
        if (choices.optimizer == OptimizerChoice.ALIG) {
            configuration.put("max-lr", text(choices.rate));
            configuration.put("max-norm", text(choices.maxNorm));
        } else {
            configuration.put("learning-rate", choices.rate);
            configuration.put("weight-decay", choices.weightDecay);
        }
        configuration.putAll(choices.protocol.configuration());
        configuration.put("epochs", choices.epochs);
        configuration.put("batch-size", choices.batchSize);
        configuration.put("seed", choices.seed);
        configuration.put("images", images(train, test));
    }

    private static Object text(double limit) {
        return Double.isInfinite(limit) ? "none" : limit;
    }

    /// How many images there are and their checksum, which tells whether a resumed run sees the
    /// same ones.
    static String images(CifarData train, CifarData test) {
        int held = Math.max(1, train.size() / VALIDATION);
        return "%d for training, %d for validation, %d for the test (CRC-32 %08x, %08x)"
                .formatted(
                        train.size() - held, held, test.size(), train.checksum(), test.checksum());
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
                    return CrossEntropy.mean(scores, labels);
                });
        Map<String, Double> extra = new HashMap<>();
        extra.put("epoch", (double) (i / loader.perEpoch() + 1));
        extra.put("accuracy", 100 * right[0]);
        extra.put(Averages.SAMPLES, (double) batch.labels().extent(0));
        if ((i + 1) % loader.perEpoch() == 0) {
            extra.put(Metrics.VALIDATION_ACCURACY, accuracy(train, validationPlaces));
        }
        return extra;
    }

    @Override
    public Map<String, Double> test() {
        double accuracy = accuracy(test, testPlaces);
        testAccuracy = accuracy;
        return Map.of("test_accuracy", accuracy);
    }

    /// In percent, in evaluation and without augmentation.
    private double accuracy(CifarData data, int[] places) {
        model.eval();
        long right = 0;
        for (int first = 0; first < places.length; first += EVALUATION_BATCH) {
            int end = Math.min(first + EVALUATION_BATCH, places.length);
            ImageBatch batch =
                    ImageBatch.of(
                            data,
                            Arrays.copyOfRange(places, first, end),
                            image -> Augmentation.NONE);
            right += Scope.compute("evaluation", () -> Recording.off(() -> right(batch)));
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
                        "Mean loss of the last %d iterations: %.4f nats; "
                                .formatted(window, metrics.meanOfLast("loss", window)));
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
