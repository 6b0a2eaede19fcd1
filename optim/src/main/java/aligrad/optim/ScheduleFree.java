package aligrad.optim;

import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.Map;

/// Schedule-Free SGD: gradients at a point between the last iterate and the average of all, so that
/// no schedule is needed.
///
/// ```
/// z ← z - γ (∇f(y) + λ y)
/// x ← (1-c) x + c z          c = γ_max² / (sum of all γ_max² so far), 1/t at a constant rate
/// y ← β x + (1-β) z
/// ```
///
/// The parameters are `y` while training; the model is judged at `x`, inside
/// [Optimizer#evaluating]. γ_max is the largest learning rate so far, so that steps of a warm-up
/// ([LearningRate#warmup]) count less. Running statistics, as of batch normalization, belong to
/// `y`: before the model is judged, let it see a few dozen batches of training data inside
/// `evaluating`.
///
/// A projection would tear the three sequences apart, so none is taken. Source: Defazio and others,
/// *The Road Less Scheduled*, NeurIPS 2024 (arXiv 2405.15682).
///
/// ```java
/// ScheduleFree optimizer = ScheduleFree.over(model.parameters()).learningRate(0.5).build();
/// // train with step, then
/// double accuracy = optimizer.evaluating(() -> accuracy(model, validation));
/// ```
public final class ScheduleFree extends Optimizer<ScheduleFree.Options> {

    /// Options of a group.
    ///
    /// @param learningRate γ
    /// @param beta β, above 0 and at most 1
    /// @param weightDecay λ, at least 0
    public record Options(LearningRate learningRate, double beta, double weightDecay)
            implements Scheduled {
        public Options {
            Ranges.atMostOne("Schedule-Free", "beta", beta);
            Ranges.atLeastZero("Schedule-Free", "weight decay", weightDecay);
        }
    }

    private static final Options DEFAULTS = new Options(LearningRate.constant(1), 0.9, 0);

    private final ScheduleFreeSequences sequences;

    private ScheduleFree(Builder builder) {
        super(builder);
        sequences =
                new ScheduleFreeSequences(
                        table("weightSum", new double[groups().size()]),
                        table("largestRate", new double[groups().size()]));
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
        sequences.start(step.number(), groups());
        for (int i = 0; i < groups().size(); i++) {
            Options o = groups().get(i).options();
            double gamma = o.learningRate.at(step.number());
            double c = sequences.c(i, gamma);
            for (Slot slot : groups().get(i).slots()) {
                if (step.has(slot)) {
                    Tensor g = step.gradient(slot);
                    Tensor d = o.weightDecay == 0 ? g : g.add(slot.value().mul(o.weightDecay));
                    ScheduleFreeSequences.move(slot, d, gamma, c, o.beta);
                }
            }
        }
        return stepped(step, groups().getFirst().options().learningRate.at(step.number()));
    }

    @Override
    protected Tensor evaluationValue(Slot slot, Options o) {
        return steps() == 0 ? slot.value() : ScheduleFreeSequences.x(slot, o.beta);
    }

    @Override
    protected boolean keepsEvaluationWeights() {
        return steps() > 0;
    }

    @Override
    protected Map<String, Double> remembered(Options options) {
        return Map.of(ScheduleFreeSequences.Z, 0.0);
    }

    /// Collects what a [ScheduleFree] needs.
    public static final class Builder extends Optimizer.Builder<Options, ScheduleFree, Builder> {

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

        /// The learning rate of this group.
        public Builder learningRate(double rate) {
            return learningRate(LearningRate.constant(rate));
        }

        /// The learning rate of this group, by step.
        public Builder learningRate(LearningRate learningRate) {
            return options(new Options(learningRate, options().beta(), options().weightDecay()));
        }

        /// β of this group: how much of `y` is the average; above 0 and at most 1.
        public Builder beta(double beta) {
            return options(new Options(options().learningRate(), beta, options().weightDecay()));
        }

        /// λ of this group, at least 0.
        public Builder weightDecay(double weightDecay) {
            return options(new Options(options().learningRate(), options().beta(), weightDecay));
        }

        @Override
        public ScheduleFree build() {
            ScheduleFreeSequences.require("Schedule-Free SGD", projection(), averaging());
            return new ScheduleFree(this);
        }
    }
}
