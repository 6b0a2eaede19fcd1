package aligrad.optim;

import aligrad.optim.Adam.EpsilonForm;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.Map;

/// Adam with decoupled weight decay: `w ← w (1 - lr λ)` first, then the step of [Adam] along `g`
/// alone.
///
/// Its options are Adam's, with λ in [Adam.Options#weightDecay()] (default 0.01). Source:
/// Loshchilov, Hutter, *Decoupled Weight Decay Regularization*, ICLR 2019.
public final class AdamW extends Optimizer<Adam.Options> {

    private static final Adam.Options DEFAULTS =
            new Adam.Options(
                    LearningRate.constant(1e-3),
                    0.9,
                    0.999,
                    1e-8,
                    EpsilonForm.OUTSIDE,
                    false,
                    1e-2);

    private AdamW(Builder builder) {
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
        for (Group<Adam.Options> group : groups()) {
            Adam.Options o = group.options();
            double lr = o.learningRate().at(step.number());
            first = group == groups().getFirst() ? lr : first;
            for (Slot slot : group.slots()) {
                if (step.has(slot)) {
                    Tensor w = slot.value().mul(1 - lr * o.weightDecay());
                    Adam.move(slot, w, step.gradient(slot), lr, step.number() + 1, o);
                }
            }
        }
        return stepped(step, first);
    }

    @Override
    protected Map<String, Double> remembered(Adam.Options options) {
        return Adam.kinds(options);
    }

    /// Collects what an [AdamW] needs.
    public static final class Builder extends Optimizer.Builder<Adam.Options, AdamW, Builder> {

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

        /// All options of this group; the weight decay is decoupled.
        public Builder with(Adam.Options adam) {
            return options(adam);
        }

        /// The learning rate of this group.
        public Builder learningRate(double rate) {
            return learningRate(LearningRate.constant(rate));
        }

        /// The learning rate of this group, by step.
        public Builder learningRate(LearningRate rate) {
            Adam.Options o = options();
            return options(
                    new Adam.Options(
                            rate,
                            o.beta1(),
                            o.beta2(),
                            o.epsilon(),
                            o.epsilonForm(),
                            o.amsgrad(),
                            o.weightDecay()));
        }

        /// λ of this group, at least 0.
        public Builder weightDecay(double weightDecay) {
            Adam.Options o = options();
            return options(
                    new Adam.Options(
                            o.learningRate(),
                            o.beta1(),
                            o.beta2(),
                            o.epsilon(),
                            o.epsilonForm(),
                            o.amsgrad(),
                            weightDecay));
        }

        @Override
        public AdamW build() {
            return new AdamW(this);
        }
    }
}
