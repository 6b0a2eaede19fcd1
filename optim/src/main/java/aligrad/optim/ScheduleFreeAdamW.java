package aligrad.optim;

import aligrad.tensor.Buffer;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.Map;

/// Schedule-Free AdamW: [ScheduleFree] along Adam's direction, without its first moment.
///
/// ```
/// v ← β₂ v + (1-β₂) g²          g = ∇f(y)
/// z ← z - γ (g / (√(v/(1-β₂ᵗ)) + ε) + λ y)
/// x ← (1-c) x + c z,   y ← β x + (1-β) z          c as in ScheduleFree
/// ```
///
/// The parameters are `y` while training; the model is judged at `x`, inside
/// [Optimizer#evaluating]. What [ScheduleFree] says of running statistics and projections holds
/// here, too. Source: Defazio and others, *The Road Less Scheduled*, NeurIPS 2024 (arXiv
/// 2405.15682), algorithm 1.
public final class ScheduleFreeAdamW extends Optimizer<ScheduleFreeAdamW.Options> {

    /// Options of a group.
    ///
    /// @param learningRate γ
    /// @param beta β, above 0 and at most 1
    /// @param beta2 β₂, the memory of the square
    /// @param epsilon ε
    /// @param weightDecay λ, at least 0
    public record Options(
            LearningRate learningRate,
            double beta,
            double beta2,
            double epsilon,
            double weightDecay)
            implements Scheduled {
        public Options {
            Ranges.atMostOne("Schedule-Free AdamW", "beta", beta);
            Ranges.belowOne("Schedule-Free AdamW", "beta2", beta2);
            Ranges.atLeastZero("Schedule-Free AdamW", "epsilon", epsilon);
            Ranges.atLeastZero("Schedule-Free AdamW", "weight decay", weightDecay);
        }
    }

    private static final String V = "v";
    private static final Options DEFAULTS =
            new Options(LearningRate.constant(2.5e-3), 0.9, 0.999, 1e-8, 0);

    private final ScheduleFreeSequences sequences;

    private ScheduleFreeAdamW(Builder builder) {
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
            double c2 = 1 - Math.pow(o.beta2, step.number() + 1);
            for (Slot slot : groups().get(i).slots()) {
                if (step.has(slot)) {
                    Tensor g = step.gradient(slot);
                    Buffer second = slot.state(V, 0);
                    slot.keep(second, second.value().mul(o.beta2).add(g.square().mul(1 - o.beta2)));
                    Tensor d = g.div(second.value().mul(1 / c2).sqrt().add(o.epsilon));
                    ScheduleFreeSequences.move(
                            slot,
                            o.weightDecay == 0 ? d : d.add(slot.value().mul(o.weightDecay)),
                            gamma,
                            c,
                            o.beta);
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
        return Map.of(ScheduleFreeSequences.Z, 0.0, V, 0.0);
    }

    /// Collects what a [ScheduleFreeAdamW] needs.
    public static final class Builder
            extends Optimizer.Builder<Options, ScheduleFreeAdamW, Builder> {

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
            return options(
                    new Options(
                            learningRate,
                            options().beta(),
                            options().beta2(),
                            options().epsilon(),
                            options().weightDecay()));
        }

        /// β of this group: how much of `y` is the average; above 0 and at most 1.
        public Builder beta(double beta) {
            return options(
                    new Options(
                            options().learningRate(),
                            beta,
                            options().beta2(),
                            options().epsilon(),
                            options().weightDecay()));
        }

        /// β₂ of this group, in [0, 1).
        public Builder beta2(double beta2) {
            return options(
                    new Options(
                            options().learningRate(),
                            options().beta(),
                            beta2,
                            options().epsilon(),
                            options().weightDecay()));
        }

        /// ε of this group, at least 0.
        public Builder epsilon(double epsilon) {
            return options(
                    new Options(
                            options().learningRate(),
                            options().beta(),
                            options().beta2(),
                            epsilon,
                            options().weightDecay()));
        }

        /// λ of this group, at least 0.
        public Builder weightDecay(double weightDecay) {
            return options(
                    new Options(
                            options().learningRate(),
                            options().beta(),
                            options().beta2(),
                            options().epsilon(),
                            weightDecay));
        }

        @Override
        public ScheduleFreeAdamW build() {
            ScheduleFreeSequences.require("Schedule-Free AdamW", projection(), averaging());
            return new ScheduleFreeAdamW(this);
        }
    }
}
