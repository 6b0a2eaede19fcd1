package aligrad.optim;

import aligrad.tensor.Buffer;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.Map;

/// LAMB: Adam's direction in each parameter tensor, with a length in proportion to that of the
/// tensor; for large batches.
///
/// ```
/// m ← β₁ m + (1-β₁) g          v ← β₂ v + (1-β₂) g²
/// r = m/(1-β₁ᵗ) / (√(v/(1-β₂ᵗ)) + ε)
/// w ← w - lr ‖w‖ / ‖r + λ w‖ · (r + λ w)
/// ```
///
/// The norms are of one parameter tensor, the paper's φ is the identity, and where a norm is 0
/// their quotient counts as 1. Source: You and others, *Large Batch Optimization for Deep Learning:
/// Training BERT in 76 minutes*, ICLR 2020, algorithm 2.
public final class Lamb extends Optimizer<Lamb.Options> {

    /// Options of a group.
    ///
    /// @param learningRate lr
    /// @param beta1 β₁, the memory of the gradient's mean
    /// @param beta2 β₂, the memory of its square
    /// @param epsilon ε
    /// @param weightDecay λ, at least 0
    public record Options(
            LearningRate learningRate,
            double beta1,
            double beta2,
            double epsilon,
            double weightDecay)
            implements Scheduled {
        public Options {
            Ranges.belowOne("LAMB", "beta1", beta1);
            Ranges.belowOne("LAMB", "beta2", beta2);
            Ranges.atLeastZero("LAMB", "epsilon", epsilon);
            Ranges.atLeastZero("LAMB", "weight decay", weightDecay);
        }
    }

    private static final String M = "m";
    private static final String V = "v";
    private static final Options DEFAULTS =
            new Options(LearningRate.constant(1e-3), 0.9, 0.999, 1e-6, 0.01);

    private Lamb(Builder builder) {
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
                (slot, o) ->
                        move(
                                slot,
                                step.gradient(slot),
                                o.learningRate.at(step.number()),
                                step.number() + 1,
                                o));
        return stepped(step, groups().getFirst().options().learningRate.at(step.number()));
    }

    /// Moves a parameter; `t` counts from 1.
    private static void move(Slot slot, Tensor g, double lr, long t, Options o) {
        double c1 = 1 - Math.pow(o.beta1, t);
        double c2 = 1 - Math.pow(o.beta2, t);
        Buffer first = slot.state(M, 0);
        Buffer second = slot.state(V, 0);
        slot.keep(first, first.value().mul(o.beta1).add(g.mul(1 - o.beta1)));
        slot.keep(second, second.value().mul(o.beta2).add(g.square().mul(1 - o.beta2)));
        Tensor r = first.value().mul(1 / c1).div(second.value().mul(1 / c2).sqrt().add(o.epsilon));
        Tensor w = slot.value();
        Tensor direction = r.add(w.mul(o.weightDecay));
        double length = Math.sqrt(w.squaredNorm().item());
        double unscaled = Math.sqrt(direction.squaredNorm().item());
        double ratio = length == 0 || unscaled == 0 ? 1 : length / unscaled;
        slot.assign(w.sub(direction.mul(lr * ratio)));
    }

    @Override
    protected Map<String, Double> remembered(Options options) {
        return Map.of(M, 0.0, V, 0.0);
    }

    /// Collects what a [Lamb] needs.
    public static final class Builder extends Optimizer.Builder<Options, Lamb, Builder> {

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
                            options().epsilon(),
                            options().weightDecay()));
        }

        /// β₁ of this group, in [0, 1).
        public Builder beta1(double beta1) {
            return options(
                    new Options(
                            options().learningRate(),
                            beta1,
                            options().beta2(),
                            options().epsilon(),
                            options().weightDecay()));
        }

        /// β₂ of this group, in [0, 1).
        public Builder beta2(double beta2) {
            return options(
                    new Options(
                            options().learningRate(),
                            options().beta1(),
                            beta2,
                            options().epsilon(),
                            options().weightDecay()));
        }

        /// ε of this group, at least 0.
        public Builder epsilon(double epsilon) {
            return options(
                    new Options(
                            options().learningRate(),
                            options().beta1(),
                            options().beta2(),
                            epsilon,
                            options().weightDecay()));
        }

        /// λ of this group, at least 0.
        public Builder weightDecay(double weightDecay) {
            return options(
                    new Options(
                            options().learningRate(),
                            options().beta1(),
                            options().beta2(),
                            options().epsilon(),
                            weightDecay));
        }

        @Override
        public Lamb build() {
            return new Lamb(this);
        }
    }
}
