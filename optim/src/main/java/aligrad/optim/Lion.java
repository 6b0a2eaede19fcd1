package aligrad.optim;

import aligrad.tensor.Buffer;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.Map;

/// Lion: steps of the same length in every coordinate, along the sign of an interpolated momentum.
///
/// ```
/// c = β₁ m + (1-β₁) g
/// w ← w - lr (sign(c) + λ w)
/// m ← β₂ m + (1-β₂) g
/// ```
///
/// Its learning rate is usually a third to a tenth of Adam's, with a weight decay λ larger by as
/// much. Source: Chen and others, *Symbolic Discovery of Optimization Algorithms*, NeurIPS 2023,
/// algorithm 2.
public final class Lion extends Optimizer<Lion.Options> {

    /// Options of a group.
    ///
    /// @param learningRate lr
    /// @param beta1 β₁, the momentum's weight in a step
    /// @param beta2 β₂, the memory of the momentum
    /// @param weightDecay λ, at least 0; decoupled
    public record Options(LearningRate learningRate, double beta1, double beta2, double weightDecay)
            implements Scheduled {
        public Options {
            Ranges.belowOne("Lion", "beta1", beta1);
            Ranges.belowOne("Lion", "beta2", beta2);
            Ranges.atLeastZero("Lion", "weight decay", weightDecay);
        }
    }

    private static final String M = "m";
    private static final Options DEFAULTS = new Options(LearningRate.constant(1e-4), 0.9, 0.99, 0);

    private Lion(Builder builder) {
        super(builder);
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
        step.each(
                (slot, o) -> {
                    double lr = o.learningRate.at(step.number());
                    Tensor g = step.gradient(slot);
                    Tensor w = slot.value();
                    Buffer momentum = slot.state(M, 0);
                    Tensor m = momentum.value();
                    Tensor c = m.mul(o.beta1).add(g.mul(1 - o.beta1));
                    slot.assign(
                            w.mul(1 - lr * o.weightDecay).sub(c.sign().mul(lr)),
                            momentum,
                            m.mul(o.beta2).add(g.mul(1 - o.beta2)));
                });
        return stepped(step, groups().getFirst().options().learningRate.at(step.number()));
    }

    @Override
    protected Map<String, Double> remembered(Options options) {
        return Map.of(M, 0.0);
    }

    /// Collects what a [Lion] needs.
    public static final class Builder extends Optimizer.Builder<Options, Lion, Builder> {

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
                            options().beta1(),
                            options().beta2(),
                            options().weightDecay()));
        }

        /// β₁ of this group, in [0, 1).
        public Builder beta1(double beta1) {
            return options(
                    new Options(
                            options().learningRate(),
                            beta1,
                            options().beta2(),
                            options().weightDecay()));
        }

        /// β₂ of this group, in [0, 1).
        public Builder beta2(double beta2) {
            return options(
                    new Options(
                            options().learningRate(),
                            options().beta1(),
                            beta2,
                            options().weightDecay()));
        }

        /// λ of this group, at least 0.
        public Builder weightDecay(double weightDecay) {
            return options(
                    new Options(
                            options().learningRate(),
                            options().beta1(),
                            options().beta2(),
                            weightDecay));
        }

        @Override
        public Lion build() {
            return new Lion(this);
        }
    }
}
