package aligrad.optim;

import aligrad.tensor.Buffer;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.Map;

/// Stochastic gradient descent: plain, with heavy-ball momentum, or Nesterov's.
///
/// ```
/// d = g + λ w
/// b ← μ b + d
/// w ← w - lr d              (μ = 0)
/// w ← w - lr b              (heavy ball)
/// w ← w - lr (d + μ b)      (Nesterov)
/// ```
///
/// The first `b` equals `d`. Source: Sutskever, Martens, Dahl, Hinton, ICML 2013, in the form of
/// PyTorch.
public final class Sgd extends Optimizer<Sgd.Options> {

    /// Options of a group.
    ///
    /// @param learningRate lr
    /// @param momentum μ, at least 0
    /// @param nesterov whether to look ahead
    /// @param weightDecay λ, at least 0
    public record Options(
            LearningRate learningRate, double momentum, boolean nesterov, double weightDecay)
            implements Scheduled {
        public Options {
            Ranges.atLeastZero("SGD", "momentum", momentum);
            Ranges.atLeastZero("SGD", "weight decay", weightDecay);
            if (nesterov && momentum == 0) {
                throw new IllegalArgumentException(
                        "SGD with Nesterov's momentum of 0: set momentum first, above 0");
            }
        }
    }

    private static final String MOMENTUM = "momentum";
    private static final Options DEFAULTS = new Options(LearningRate.constant(0.1), 0, false, 0);

    private Sgd(Builder builder) {
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
                    move(slot, step.gradient(slot), lr, o);
                }
            }
        }
        return stepped(step, first);
    }

    private static void move(Slot slot, Tensor g, double lr, Options o) {
        Tensor w = slot.value();
        Tensor d = o.weightDecay == 0 ? g : g.add(w.mul(o.weightDecay));
        if (o.momentum == 0) {
            slot.assign(w.sub(d.mul(lr)));
            return;
        }
        Buffer momentum = slot.state(MOMENTUM, 0);
        Tensor b = momentum.value().mul(o.momentum).add(d);
        Tensor direction = o.nesterov ? d.add(b.mul(o.momentum)) : b;
        slot.assign(w.sub(direction.mul(lr)), momentum, b);
    }

    @Override
    protected Map<String, Double> remembered(Options options) {
        return options.momentum == 0 ? Map.of() : Map.of(MOMENTUM, 0.0);
    }

    /// Collects what a [Sgd] needs.
    public static final class Builder extends Optimizer.Builder<Options, Sgd, Builder> {

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
                            options().momentum(),
                            options().nesterov(),
                            options().weightDecay()));
        }

        /// μ of this group, at least 0.
        public Builder momentum(double momentum) {
            return options(
                    new Options(
                            options().learningRate(),
                            momentum,
                            options().nesterov(),
                            options().weightDecay()));
        }

        /// Whether this group looks ahead; needs a momentum above 0.
        public Builder nesterov(boolean nesterov) {
            return options(
                    new Options(
                            options().learningRate(),
                            options().momentum(),
                            nesterov,
                            options().weightDecay()));
        }

        /// λ of this group, at least 0.
        public Builder weightDecay(double weightDecay) {
            return options(
                    new Options(
                            options().learningRate(),
                            options().momentum(),
                            options().nesterov(),
                            weightDecay));
        }

        @Override
        public Sgd build() {
            return new Sgd(this);
        }
    }
}
