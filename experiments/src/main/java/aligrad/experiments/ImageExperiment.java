package aligrad.experiments;

import aligrad.nn.Layer;
import aligrad.optim.Clipping;
import aligrad.optim.Optimizer;
import aligrad.optim.Projection;
import aligrad.optim.SampleTargets;
import aligrad.tensor.Random;
import aligrad.tensor.Recording;
import aligrad.tensor.Scope;
import aligrad.tensor.Tensor;

import java.util.Map;

/// A network for images learns as in the ALI-G paper: its task's loss (the hinge loss with DFW),
/// and running statistics of the weights that are judged.
final class ImageExperiment extends ClassifierExperiment<ImageBatch> {

    /// After as many, a running statistic with momentum 0.1 has forgotten all but 0.5 % of its
    /// past.
    private static final int STATISTICS_BATCHES = 50;

    private final ImageTask task;
    private final Layer layer;
    private final int[] validationPlaces;
    private final int[] testPlaces;
    private final int loaders;

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
        ImageProtocol protocol = choices.protocol;
        int all = task.trainingPlaces().length;
        int[] places = protocol.subset().training(task.trainingPlaces(), "image");
        Random random = Random.stream(choices.seed);
        Layer model =
                ImageNetwork.of(choices.model)
                        .initialize(task.classes(), choices.dropout, random.named("weights"));
        BatchLoader<ImageBatch> loader =
                BatchLoader.shuffled(
                        places,
                        choices.batchSize,
                        random.named("batches"),
                        Shard.WHOLE,
                        choices.loaders,
                        (batch, epoch) -> ImageBatch.of(task.train(), batch, epoch));
        SampleTargets targets = TargetsOption.targets(places.length, protocol.targetInterval());
        Optimizer<?> optimizer =
                choices.optimizer.over(
                        model.namedParameters(),
                        choices.rate,
                        protocol.schedule(),
                        loader.perEpoch(),
                        conventions(
                                        choices.rate,
                                        protocol.momentum(),
                                        choices.maxNorm,
                                        choices.weightDecay)
                                .withTargets(targets));
        super(
                model,
                choices.optimizer,
                optimizer,
                new Objective(
                        choices.optimizer.loss(
                                task.scoring().loss(), task.scoring().smoothsHinge()),
                        targets),
                choices.optimizer.lossUnit(),
                loader,
                choices.epochs,
                task.scoring().countsFive());
        this.task = task;
        layer = model;
        loaders = choices.loaders;
        validationPlaces = protocol.subset().judging(task.validationPlaces(), all);
        testPlaces = protocol.subset().judging(task.testPlaces(), all);
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
                Double.NaN,
                1e-5,
                momentum,
                false,
                Clipping.none(),
                Double.isInfinite(maxNorm) ? Projection.none() : Projection.l2Ball(maxNorm),
                weightDecay,
                null);
    }

    private void configure(Choices choices) {
        Map<String, Object> configuration = settings();
        configuration.put("experiment", task.name());
        configuration.put("model", choices.model);
        configuration.put("data", choices.data);
        configuration.putAll(choices.own);
        configureOptimizer(
                choices.rate,
                choices.maxNorm,
                choices.weightDecay,
                choices.protocol.targetInterval());
        configuration.putAll(choices.protocol.configuration());
        configuration.put("dropout", choices.dropout);
        configuration.put("epochs", choices.epochs);
        configuration.put("batch-size", choices.batchSize);
        configuration.put("seed", choices.seed);
        configuration.put("images", task.images());
    }

    @Override
    Tensor scores(ImageBatch batch) {
        return layer.forward(batch.images());
    }

    @Override
    Tensor labels(ImageBatch batch) {
        return batch.labels();
    }

    @Override
    BatchLoader<ImageBatch> validationBatches() {
        return inOrder(task.train(), validationPlaces);
    }

    @Override
    BatchLoader<ImageBatch> testBatches() {
        return inOrder(task.test(), testPlaces);
    }

    private BatchLoader<ImageBatch> inOrder(ImageSet images, int[] places) {
        return BatchLoader.inOrder(
                places,
                task.evaluationBatch(),
                loaders,
                (batch, none) -> ImageBatch.of(images, batch, none));
    }

    /// The running statistics are those of the weights that the optimizer trains, so where it shows
    /// others, batches up to iteration `i` make new ones.
    @Override
    void beforeValidation(long i) {
        if (optimizer().hasOwnEvaluationWeights()) {
            layer.train();
            for (long j = Math.max(0, i + 1 - STATISTICS_BATCHES); j <= i; j++) {
                ImageBatch batch = loader().batch(j);
                Scope.run("statistics", () -> Recording.off(() -> layer.forward(batch.images())));
            }
        }
    }
}
