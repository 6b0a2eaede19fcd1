package aligrad.optim;

import aligrad.optim.StepReport.Bound;
import aligrad.tensor.Buffer;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// ALI-G+: [AliG] for losses that do not all reach 0, with an estimate of the smallest loss of
/// every training sample.
///
/// ```
/// γ = clip( mean(ℓ_z - a_z) / (‖g‖² + 1e-9), 0, η )          over the samples z of the batch
/// x ← x - γ (g + λ x)
/// v ← μ v - γ g,   x ← x + μ v                                 if μ > 0
/// ```
///
/// The targets `a_z` are [SampleTargets]: they see each batch through its closure, and are raised
/// or lowered a few times during the training, at the end of an epoch.
///
/// Source: Paren, Poudel, Kumar, *Faking Interpolation Until You Make It*, TMLR 2022.
///
/// ```java
/// SampleTargets targets = SampleTargets.of(50_000, 200);
/// AliGPlus optimizer = AliGPlus.over(model.parameters()).targets(targets).maxLearningRate(0.1).build();
/// for (int epoch = 0; epoch < 200; epoch++) {
///     for (Batch batch : loader) {
///         optimizer.step(() -> targets.mean(batch.places(),
///                 CrossEntropy.perSample(model.forward(batch.images()), batch.labels())));
///     }
///     targets.endEpoch();
/// }
/// ```
public final class AliGPlus extends Optimizer<AliGPlus.Options> {

    /// Options of a group.
    ///
    /// @param maxLearningRate η, the longest step; infinite for none
    /// @param momentum μ, at least 0
    /// @param weightDecay λ, at least 0; in the step, but neither in its length nor in the momentum
    public record Options(double maxLearningRate, double momentum, double weightDecay) {
        public Options {
            Ranges.aboveZero("ALI-G+", "max learning rate", maxLearningRate);
            Ranges.atLeastZero("ALI-G+", "momentum", momentum);
            Ranges.atLeastZero("ALI-G+", "weight decay", weightDecay);
        }
    }

    private static final String MOMENTUM = "momentum";
    private static final double EPSILON = 1e-9;
    private static final Options DEFAULTS = new Options(Double.POSITIVE_INFINITY, 0.9, 0);

    private final SampleTargets targets;

    private AliGPlus(Builder builder, SampleTargets targets) {
        super(builder);
        this.targets = targets;
        targets.tables().forEach(this::table);
    }

    /// Over parameters by their path, as from `model.namedParameters()`.
    public static Builder over(Map<String, Parameter> parameters) {
        return new Builder(parameters);
    }

    /// Over parameters in their order.
    public static Builder over(Iterable<Parameter> parameters) {
        return new Builder(parameters);
    }

    @Override
    protected StepReport update(Step step) {
        double squaredNorm = step.clippedSquaredNorm();
        double unclipped = (step.loss() - targets.meanOfBatch()) / (squaredNorm + EPSILON);
        targets.record();
        Bound bound = Bound.NONE;
        double sum = 0;
        for (Group<Options> group : groups()) {
            Options o = group.options();
            double gamma = Math.clamp(unclipped, 0, o.maxLearningRate);
            bound = MoMo.bound(bound, unclipped, o.maxLearningRate);
            sum += gamma;
            for (Slot slot : group.slots()) {
                if (step.has(slot)) {
                    move(slot, step.gradient(slot), gamma, o);
                }
            }
        }
        return new StepReport(
                step.loss(), sum / groups().size(), unclipped, bound, step.norm(), 1, 0);
    }

    private static void move(Slot slot, Tensor g, double gamma, Options o) {
        Tensor x = slot.value().mul(1 - gamma * o.weightDecay).sub(g.mul(gamma));
        if (o.momentum == 0) {
            slot.assign(x);
            return;
        }
        Buffer momentum = slot.state(MOMENTUM, 0);
        Tensor v = momentum.value().mul(o.momentum).sub(g.mul(gamma));
        slot.assign(x.add(v.mul(o.momentum)), momentum, v);
    }

    @Override
    protected Map<String, Double> remembered(Options options) {
        return options.momentum == 0 ? Map.of() : Map.of(MOMENTUM, 0.0);
    }

    /// Collects what an [AliGPlus] needs. Defaults: no maximal learning rate, μ = 0.9, λ = 0.
    public static final class Builder extends Optimizer.Builder<Options, AliGPlus, Builder> {
        private @Nullable SampleTargets targets;

        private Builder(Map<String, Parameter> parameters) {
            super(DEFAULTS, parameters);
        }

        private Builder(Iterable<Parameter> parameters) {
            super(DEFAULTS, parameters);
        }

        @Override
        protected Builder self() {
            return this;
        }

        /// η, the longest step of this group, above 0.
        public Builder maxLearningRate(double maxLearningRate) {
            return options(
                    new Options(maxLearningRate, options().momentum(), options().weightDecay()));
        }

        /// μ of this group, at least 0.
        public Builder momentum(double momentum) {
            return options(
                    new Options(options().maxLearningRate(), momentum, options().weightDecay()));
        }

        /// λ of this group, at least 0.
        public Builder weightDecay(double weightDecay) {
            return options(
                    new Options(options().maxLearningRate(), options().momentum(), weightDecay));
        }

        /// The targets of all training samples; of this optimizer alone.
        public Builder targets(SampleTargets targets) {
            this.targets = targets;
            return this;
        }

        @Override
        public AliGPlus build() {
            if (targets == null) {
                throw new IllegalArgumentException(
                        "ALI-G+ without targets: make SampleTargets.of(samples, epochs), and give"
                                + " them to targets()");
            }
            if (batches() != 1) {
                throw new IllegalArgumentException(
                        "ALI-G+ with accumulation of %d batches: its targets are those of one batch; leave accumulate out"
                                .formatted(batches()));
            }
            return new AliGPlus(this, targets);
        }
    }
}
