package aligrad.experiments;

import aligrad.nn.InferSent;
import aligrad.optim.Clipping;
import aligrad.optim.Optimizer;
import aligrad.optim.Projection;
import aligrad.optim.SampleTargets;
import aligrad.tensor.Random;
import aligrad.tensor.Tensor;

import java.util.Arrays;
import java.util.Map;

/// InferSent learns SNLI as in the ALI-G paper: batches of pairs in a new order in each epoch,
/// gradients clipped by their norm for the optimizers that do not compute their step from the loss,
/// and for SGD a learning rate that falls.
///
/// The encoding of a sentence depends on what else is in its batch ([SentenceModel#INFERSENT]), so
/// validation and test go through the files in their order, 64 pairs at a time, whatever the
/// batches of the training.
final class SnliExperiment extends ClassifierExperiment<SentencePairBatch> {

    /// The norm to which the release clips gradients.
    static final double CLIP = 5;

    /// Where the command line says nothing.
    static final OptimizerChoice.Conventions CONVENTIONS =
            new OptimizerChoice.Conventions(1, 1e-5, 0, false, Clipping.globalNorm(CLIP));

    private static final int EVALUATION_BATCH = 64;

    private final InferSent infersent;
    private final SnliData data;
    private final int[] validationPlaces;
    private final int[] testPlaces;
    private final PlateauSchedule schedule;

    /// What a run is told on its command line.
    ///
    /// @param data the directory, as it was named
    /// @param rate ALI-G's η or the learning rate; infinite for none
    /// @param maxNorm the radius of ALI-G's ball; infinite for none
    /// @param weightDecay of all other optimizers
    /// @param momentum of the optimizers that take one from the experiment; NaN for the others
    /// @param clip the norm to which gradients are clipped; infinite for none
    /// @param hidden units of each direction of the LSTM
    /// @param schedule of SGD's learning rate
    /// @param targetInterval epochs between changes of the targets of ALI-G+; 0 for all others
    record Choices(
            SentenceModel model,
            int hidden,
            String data,
            Embeddings embeddings,
            SnliLoss loss,
            OptimizerChoice optimizer,
            double rate,
            double maxNorm,
            double weightDecay,
            double momentum,
            double clip,
            PlateauSchedule schedule,
            int targetInterval,
            long epochs,
            int batchSize,
            long seed,
            Subset subset) {

        /// The stream of all random numbers of the run.
        Random random() {
            return Random.stream(seed);
        }
    }

    SnliExperiment(SnliData data, Choices choices) {
        int all = data.train().size();
        int[] places = choices.subset.training(places(data.train()), "pair");
        Random random = choices.random();
        InferSent model =
                InferSent.of(choices.hidden)
                        .pooling(choices.model.pooling())
                        .initialize(random.named("weights"));
        BatchLoader<SentencePairBatch> loader =
                BatchLoader.shuffled(
                        places,
                        choices.batchSize,
                        random.named("batches"),
                        Shard.WHOLE,
                        1,
                        (batch, epoch) -> SentencePairBatch.of(data.train(), batch));
        SampleTargets targets = TargetsOption.targets(places.length, choices.targetInterval);
        Optimizer<?> optimizer =
                choices.optimizer.over(
                        model.namedParameters(),
                        choices.rate,
                        choices.schedule,
                        loader.perEpoch(),
                        conventions(choices).withTargets(targets));
        super(
                model,
                choices.optimizer,
                optimizer,
                new Objective(choices.loss.loss(), targets),
                choices.loss.unit(),
                loader,
                choices.epochs,
                false);
        infersent = model;
        this.data = data;
        schedule = choices.schedule;
        validationPlaces = choices.subset.judging(places(data.validation()), all);
        testPlaces = choices.subset.judging(places(data.test()), all);
        configure(choices);
    }

    private static int[] places(SentencePairs pairs) {
        int[] all = new int[pairs.size()];
        Arrays.setAll(all, i -> i);
        return all;
    }

    private static OptimizerChoice.Conventions conventions(Choices choices) {
        return new OptimizerChoice.Conventions(
                choices.rate,
                Double.NaN,
                1e-5,
                choices.momentum,
                false,
                Double.isInfinite(choices.clip)
                        ? Clipping.none()
                        : Clipping.globalNorm(choices.clip),
                Double.isInfinite(choices.maxNorm)
                        ? Projection.none()
                        : Projection.l2Ball(choices.maxNorm),
                choices.weightDecay,
                null);
    }

    private void configure(Choices choices) {
        Map<String, Object> configuration = settings();
        configuration.put("experiment", "snli");
        configuration.put("model", choices.model.label());
        configuration.put("hidden", choices.hidden);
        configuration.put("data", choices.data);
        configuration.put(Embeddings.OPTION, choices.embeddings.label());
        configuration.put("loss", choices.loss.label());
        configureOptimizer(
                choices.rate, choices.maxNorm, choices.weightDecay, choices.targetInterval);
        if (choices.optimizer.takesMomentum()) {
            configuration.put("momentum", choices.momentum);
        }
        if (choices.optimizer.takesClipping()) {
            configuration.put("clip", limit(choices.clip));
        }
        if (choices.optimizer.takesSchedule()) {
            configuration.put("decay-factor", schedule.eachEpoch());
            configuration.put("plateau-factor", schedule.noBetter());
        }
        if (!choices.subset.isAll()) {
            configuration.put("subset", choices.subset.size());
        }
        configuration.put("epochs", choices.epochs);
        configuration.put("batch-size", choices.batchSize);
        configuration.put("seed", choices.seed);
        configuration.put("pairs", data.pairs());
        configuration.put("words", data.words());
    }

    @Override
    Tensor scores(SentencePairBatch batch) {
        return infersent.forward(
                batch.premises(),
                batch.premiseLengths(),
                batch.hypotheses(),
                batch.hypothesisLengths());
    }

    @Override
    Tensor labels(SentencePairBatch batch) {
        return batch.labels();
    }

    @Override
    BatchLoader<SentencePairBatch> validationBatches() {
        return inOrder(data.validation(), validationPlaces);
    }

    @Override
    BatchLoader<SentencePairBatch> testBatches() {
        return inOrder(data.test(), testPlaces);
    }

    private static BatchLoader<SentencePairBatch> inOrder(SentencePairs pairs, int[] places) {
        return BatchLoader.inOrder(
                places, EVALUATION_BATCH, 1, (batch, none) -> SentencePairBatch.of(pairs, batch));
    }

    @Override
    void validated(double accuracy) {
        schedule.observe(accuracy);
    }
}
