package aligrad.experiments;

import aligrad.nn.BinaryCrossEntropy;
import aligrad.nn.Dnc;
import aligrad.nn.DncConfig;
import aligrad.nn.Module;
import aligrad.optim.Clipping;
import aligrad.optim.Optimizer;
import aligrad.optim.PendingStep;
import aligrad.tensor.Random;
import aligrad.tensor.Tensor;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntSupplier;

/// A differentiable neural computer learns repeat-copy, as in the ALI-G paper: batches of 16 drawn
/// anew for each iteration; ALI-G with ε = 0, no momentum and no projection; all other optimizers
/// with gradients clipped at norm 50.
///
/// The loss is in nats: summed over the bits of the steps that count, averaged over the sequences.
final class DncExperiment implements Experiment {

    static final OptimizerChoice.Conventions CONVENTIONS =
            new OptimizerChoice.Conventions(
                    Double.POSITIVE_INFINITY, 0, 0, true, Clipping.globalNorm(50));

    private static final int BATCH = 16;

    private final Dnc model;
    private final Optimizer<?> optimizer;
    private final Random random;
    private final long iterations;
    private final RepeatCopy.Scoring scoring;
    private final Map<String, Object> configuration = new LinkedHashMap<>();

    DncExperiment(OptimizerChoice choice, double rate, long iterations, long seed) {
        this(choice, rate, iterations, seed, RepeatCopy.Scoring.ALL_STEPS);
    }

    /// @param scoring when a sequence counts for the accuracy
    DncExperiment(
            OptimizerChoice choice,
            double rate,
            long iterations,
            long seed,
            RepeatCopy.Scoring scoring) {
        this.iterations = iterations;
        this.scoring = scoring;
        this.random = Random.stream(seed);
        model = new Dnc(DncConfig.REPEAT_COPY, random.named("weights"));
        optimizer = choice.over(model.namedParameters(), rate, CONVENTIONS);
        configuration.put("experiment", "dnc");
        configuration.put("optimizer", choice.label());
        configuration.put(
                choice.takesMaximum() ? "max-lr" : "learning-rate",
                Double.isInfinite(rate) ? "none" : rate);
        configuration.put("iterations", iterations);
        configuration.put("batch-size", BATCH);
        configuration.put("accuracy", scoring.label());
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
        return iterations;
    }

    @Override
    public Iteration begin(long i) {
        IntSupplier[] solved = new IntSupplier[1];
        PendingStep step =
                optimizer.begin(
                        () -> {
                            RepeatCopy.Batch batch =
                                    RepeatCopy.draw(random.named("batch " + i), BATCH);
                            Tensor logits = model.forward(batch.observations());
                            solved[0] = batch.solved(logits.detach(), scoring);
                            return BinaryCrossEntropy.perElement(logits, batch.targets())
                                    .mul(batch.mask())
                                    .sum()
                                    .mul(1.0 / BATCH);
                        });
        return new Iteration(step, () -> Map.of("accuracy", 100.0 * solved[0].getAsInt() / BATCH));
    }

    @Override
    public String conclusion(Metrics metrics) {
        int window = Math.min(100, metrics.size());
        return "Mean loss of the last %s: %.4f nats; sequences %s in them: %.1f %%."
                .formatted(
                        Count.of(window, "iteration"),
                        metrics.meanOfLast("loss", window),
                        scoring == RepeatCopy.Scoring.ALL_STEPS ? "solved" : "with a right step",
                        metrics.meanOfLast("accuracy", window));
    }
}
