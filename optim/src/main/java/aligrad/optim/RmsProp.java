package aligrad.optim;

import aligrad.tensor.Buffer;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.Map;

/// RMSProp: `d = g + λ w`, `s ← ρ s + (1-ρ) d²`, `w ← w - lr d / (√s + ε)`, or with ε inside the
/// root.
///
/// PyTorch: ρ = 0.99, `s` starts at 0, ε = 1e-8 outside the root (the defaults). TensorFlow 1: ρ =
/// 0.9, `s` starts at 1, ε = 1e-10 inside. Source: Tieleman, Hinton, Coursera lecture 6.5, 2012.
public final class RmsProp extends Optimizer<RmsProp.Options> {

    /// Options of a group.
    ///
    /// @param learningRate lr
    /// @param decay ρ, the memory of the square
    /// @param initialMeanSquare where `s` starts, at least 0
    /// @param epsilon ε
    /// @param epsilonInsideRoot whether the divisor is `√(s + ε)`
    /// @param weightDecay λ, at least 0
    public record Options(
            LearningRate learningRate,
            double decay,
            double initialMeanSquare,
            double epsilon,
            boolean epsilonInsideRoot,
            double weightDecay)
            implements Scheduled {
        public Options {
            Ranges.belowOne("RMSProp", "decay", decay);
            Ranges.atLeastZero("RMSProp", "initial mean square", initialMeanSquare);
            Ranges.atLeastZero("RMSProp", "epsilon", epsilon);
            Ranges.atLeastZero("RMSProp", "weight decay", weightDecay);
        }
    }

    private static final String MEAN_SQUARE = "mean_square";
    private static final Options DEFAULTS =
            new Options(LearningRate.constant(1e-2), 0.99, 0, 1e-8, false, 0);

    private RmsProp(Builder builder) {
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
        double first = 0;
        for (Group<Options> group : groups()) {
            Options o = group.options();
            double lr = o.learningRate().at(step.number());
            first = group == groups().getFirst() ? lr : first;
            for (Slot slot : group.slots()) {
                if (step.has(slot)) {
                    Tensor w = slot.value();
                    Tensor g = step.gradient(slot);
                    Tensor d = o.weightDecay == 0 ? g : g.add(w.mul(o.weightDecay));
                    Buffer mean = slot.state(MEAN_SQUARE, o.initialMeanSquare);
                    Tensor s = mean.value().mul(o.decay).add(d.square().mul(1 - o.decay));
                    Tensor divisor =
                            o.epsilonInsideRoot ? s.add(o.epsilon).sqrt() : s.sqrt().add(o.epsilon);
                    slot.assign(w.sub(d.mul(lr).div(divisor)), mean, s);
                }
            }
        }
        return stepped(step, first);
    }

    @Override
    protected Map<String, Double> remembered(Options options) {
        return Map.of(MEAN_SQUARE, options.initialMeanSquare);
    }

    /// Collects what a [RmsProp] needs.
    public static final class Builder extends Optimizer.Builder<Options, RmsProp, Builder> {

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
        public Builder learningRate(LearningRate rate) {
            return options(
                    new Options(
                            rate,
                            options().decay(),
                            options().initialMeanSquare(),
                            options().epsilon(),
                            options().epsilonInsideRoot(),
                            options().weightDecay()));
        }

        /// ρ of this group, in [0, 1).
        public Builder decay(double decay) {
            return options(
                    new Options(
                            options().learningRate(),
                            decay,
                            options().initialMeanSquare(),
                            options().epsilon(),
                            options().epsilonInsideRoot(),
                            options().weightDecay()));
        }

        /// Where `s` starts, at least 0.
        public Builder initialMeanSquare(double initialMeanSquare) {
            return options(
                    new Options(
                            options().learningRate(),
                            options().decay(),
                            initialMeanSquare,
                            options().epsilon(),
                            options().epsilonInsideRoot(),
                            options().weightDecay()));
        }

        /// ε of this group, at least 0.
        public Builder epsilon(double epsilon) {
            return options(
                    new Options(
                            options().learningRate(),
                            options().decay(),
                            options().initialMeanSquare(),
                            epsilon,
                            options().epsilonInsideRoot(),
                            options().weightDecay()));
        }

        /// Whether the divisor is `√(s + ε)`.
        public Builder epsilonInsideRoot(boolean epsilonInsideRoot) {
            return options(
                    new Options(
                            options().learningRate(),
                            options().decay(),
                            options().initialMeanSquare(),
                            options().epsilon(),
                            epsilonInsideRoot,
                            options().weightDecay()));
        }

        /// λ of this group, at least 0.
        public Builder weightDecay(double weightDecay) {
            return options(
                    new Options(
                            options().learningRate(),
                            options().decay(),
                            options().initialMeanSquare(),
                            options().epsilon(),
                            options().epsilonInsideRoot(),
                            weightDecay));
        }

        @Override
        public RmsProp build() {
            return new RmsProp(this);
        }
    }
}
