package aligrad.optim;

import aligrad.optim.StepReport.Bound;
import aligrad.tensor.Buffer;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.Map;

/// Deep Frank-Wolfe: the best step in the dual of the proximal problem, for a loss that is a
/// maximum of linear pieces, as the multi-class hinge loss is.
///
/// ```
/// r = λ w          δ = g
/// γ = clip( (ℓ - Σ η ⟨δ, r⟩) / (Σ η ‖δ‖² + ε), 0, 1 )          one number for the whole model
/// w ← w - η (r + γ δ)
/// z ← μ z - η γ (δ + r),   w ← w + μ z                           if μ > 0
/// ```
///
/// The sums go over parameters, each with the η of its group. ℓ must not contain a weight penalty;
/// it is meant to be the hinge loss, best smoothed where there are many classes.
///
/// Source: Berrada, Zisserman, Kumar, *Deep Frank-Wolfe For Neural Network Optimization*, ICLR
/// 2019.
public final class Dfw extends Optimizer<Dfw.Options> {

    /// Options of a group.
    ///
    /// @param learningRate η, the proximal coefficient
    /// @param momentum μ, at least 0
    /// @param weightDecay λ, at least 0
    public record Options(LearningRate learningRate, double momentum, double weightDecay)
            implements Scheduled {
        public Options {
            Ranges.atLeastZero("DFW", "momentum", momentum);
            Ranges.atLeastZero("DFW", "weight decay", weightDecay);
        }
    }

    private static final String MOMENTUM = "momentum";
    private static final Options DEFAULTS = new Options(LearningRate.constant(0.1), 0, 0);

    private final double epsilon;

    private Dfw(Builder builder) {
        super(builder);
        epsilon = builder.epsilon;
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
        long t = step.number();
        double product =
                step.sum(
                        (slot, o) ->
                                o.weightDecay == 0
                                        ? 0
                                        : o.learningRate.at(t)
                                                * o.weightDecay
                                                * InnerProduct.of(
                                                        step.gradient(slot), slot.value()));
        double squares =
                step.sum(
                        (slot, o) ->
                                o.learningRate.at(t) * step.gradient(slot).squaredNorm().item());
        double divisor = squares + epsilon;
        double unclipped = divisor == 0 ? 0 : (step.loss() - product) / divisor;
        double gamma = Math.clamp(unclipped, 0, 1);
        step.each((slot, o) -> move(slot, step.gradient(slot), gamma, o.learningRate.at(t), o));
        double eta = groups().getFirst().options().learningRate.at(t);
        Bound bound =
                unclipped > 1 ? Bound.MAX_LEARNING_RATE : unclipped < 0 ? Bound.ZERO : Bound.NONE;
        return new StepReport(step.loss(), eta * gamma, eta * unclipped, bound, step.norm(), 1, 0);
    }

    private static void move(Slot slot, Tensor delta, double gamma, double eta, Options o) {
        Tensor w = slot.value();
        Tensor r = w.mul(o.weightDecay);
        w = w.sub(r.add(delta.mul(gamma)).mul(eta));
        if (o.momentum == 0) {
            slot.assign(w);
            return;
        }
        Buffer momentum = slot.state(MOMENTUM, 0);
        Tensor z = momentum.value().mul(o.momentum).sub(delta.add(r).mul(eta * gamma));
        slot.assign(w.add(z.mul(o.momentum)), momentum, z);
    }

    @Override
    protected Map<String, Double> remembered(Options options) {
        return options.momentum == 0 ? Map.of() : Map.of(MOMENTUM, 0.0);
    }

    /// Collects what a [Dfw] needs. Default: ε = 1e-5.
    public static final class Builder extends Optimizer.Builder<Options, Dfw, Builder> {
        private double epsilon = 1e-5;

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

        /// η of this group.
        public Builder learningRate(double rate) {
            return learningRate(LearningRate.constant(rate));
        }

        /// η of this group, by step.
        public Builder learningRate(LearningRate learningRate) {
            return options(
                    new Options(learningRate, options().momentum(), options().weightDecay()));
        }

        /// μ of this group, at least 0.
        public Builder momentum(double momentum) {
            return options(
                    new Options(options().learningRate(), momentum, options().weightDecay()));
        }

        /// λ of this group, at least 0.
        public Builder weightDecay(double weightDecay) {
            return options(
                    new Options(options().learningRate(), options().momentum(), weightDecay));
        }

        /// ε in the denominator, at least 0.
        public Builder epsilon(double epsilon) {
            Ranges.atLeastZero("DFW", "epsilon", epsilon);
            this.epsilon = epsilon;
            return this;
        }

        @Override
        public Dfw build() {
            return new Dfw(this);
        }
    }
}
