package aligrad.optim;

import aligrad.tensor.Buffer;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.Map;

/// Adagrad: `d = g + λ w`, `s ← s + d²`, `w ← w - lr d / (√s + ε)`.
///
/// PyTorch starts `s` at 0 with ε = 1e-10 (the defaults); TensorFlow 1 starts it at 0.1 with ε = 0.
/// Source: Duchi, Hazan, Singer, JMLR 2011.
public final class Adagrad extends Optimizer<Adagrad.Options> {

    /// Options of a group.
    ///
    /// @param learningRate lr
    /// @param initialAccumulator where `s` starts, at least 0
    /// @param epsilon ε
    /// @param weightDecay λ, at least 0
    public record Options(
            LearningRate learningRate,
            double initialAccumulator,
            double epsilon,
            double weightDecay)
            implements Scheduled {
        public Options {
            Ranges.atLeastZero("Adagrad", "initial accumulator", initialAccumulator);
            Ranges.atLeastZero("Adagrad", "epsilon", epsilon);
            Ranges.atLeastZero("Adagrad", "weight decay", weightDecay);
        }
    }

    private static final String SUM = "sum";
    private static final Options DEFAULTS = new Options(LearningRate.constant(1e-2), 0, 1e-10, 0);

    private Adagrad(Builder builder) {
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
                    Buffer sum = slot.state(SUM, o.initialAccumulator);
                    Tensor s = sum.value().add(d.square());
                    slot.assign(w.sub(d.mul(lr).div(s.sqrt().add(o.epsilon))), sum, s);
                }
            }
        }
        return stepped(step, first);
    }

    @Override
    protected Map<String, Double> remembered(Options options) {
        return Map.of(SUM, options.initialAccumulator);
    }

    /// Collects what an [Adagrad] needs.
    public static final class Builder extends Optimizer.Builder<Options, Adagrad, Builder> {

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
                            options().initialAccumulator(),
                            options().epsilon(),
                            options().weightDecay()));
        }

        /// Where `s` starts, at least 0.
        public Builder initialAccumulator(double initialAccumulator) {
            return options(
                    new Options(
                            options().learningRate(),
                            initialAccumulator,
                            options().epsilon(),
                            options().weightDecay()));
        }

        /// ε of this group, at least 0.
        public Builder epsilon(double epsilon) {
            return options(
                    new Options(
                            options().learningRate(),
                            options().initialAccumulator(),
                            epsilon,
                            options().weightDecay()));
        }

        /// λ of this group, at least 0.
        public Builder weightDecay(double weightDecay) {
            return options(
                    new Options(
                            options().learningRate(),
                            options().initialAccumulator(),
                            options().epsilon(),
                            weightDecay));
        }

        @Override
        public Adagrad build() {
            return new Adagrad(this);
        }
    }
}
