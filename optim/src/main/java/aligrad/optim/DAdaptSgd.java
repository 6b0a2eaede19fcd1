package aligrad.optim;

import aligrad.tensor.Buffer;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.Map;

/// SGD with D-Adaptation: it estimates how far the solution is, and with that its learning rate.
///
/// ```
/// γ = d·lr / ‖g₀‖          g₀ the first gradient that is not 0
/// r ← r + γ ⟨g, s⟩,   s ← s + γ g,   d̂ = 2 r / ‖s‖          sums over the whole model
/// d ← max(d, min(d̂, d·growth))
/// z = x₀ - s,   x ← μ x + (1-μ) z
/// ```
///
/// With a weight decay λ, `g + λ x` is used in place of `g`. The learning rate lr, 1 by default, is
/// a factor for a schedule. Source: Defazio, Mishchenko, *Learning-Rate-Free Learning by
/// D-Adaptation*, ICML 2023 (arXiv 2301.07733), SGD with D-Adaptation, with the momentum of the
/// authors' program.
public final class DAdaptSgd extends Optimizer<DAdaptSgd.Options> {

    /// Options of a group.
    ///
    /// @param learningRate lr, a factor
    /// @param momentum μ, the part of `x` that stays
    /// @param weightDecay λ, at least 0; added to the gradient
    public record Options(LearningRate learningRate, double momentum, double weightDecay)
            implements Scheduled {
        public Options {
            Ranges.belowOne("D-Adaptation", "momentum", momentum);
            Ranges.atLeastZero("D-Adaptation", "weight decay", weightDecay);
        }
    }

    private static final String X0 = "x0";
    private static final String S = "s";
    private static final Options DEFAULTS = new Options(LearningRate.constant(1), 0, 0);

    private final double growth;
    private final Scalar d;
    private final Scalar r = number("r", 0);

    /// ‖g₀‖; 0 before it is known.
    private final Scalar firstNorm = number("firstNorm", 0);

    private DAdaptSgd(Builder builder) {
        super(builder);
        growth = builder.growth;
        d = number("d", builder.d0);
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
        if (step.number() == 0) {
            start();
        }
        if (firstNorm.get() == 0) {
            firstNorm.set(
                    Math.sqrt(step.sum((slot, o) -> gradient(step, slot, o).squaredNorm().item())));
        }
        double now = d.get();
        double unit = firstNorm.get() == 0 ? 0 : now / firstNorm.get();
        long t = step.number();
        double product =
                step.sum(
                        (slot, o) ->
                                unit
                                        * o.learningRate.at(t)
                                        * InnerProduct.of(
                                                gradient(step, slot, o), slot.state(S, 0).value()));
        r.set(r.get() + product);
        step.each(
                (slot, o) -> {
                    Buffer sum = slot.state(S, 0);
                    double gamma = unit * o.learningRate.at(t);
                    slot.keep(sum, sum.value().add(gradient(step, slot, o).mul(gamma)));
                });
        double norm = Math.sqrt(allSquares());
        if (norm > 0) {
            d.set(Math.max(now, Math.min(2 * r.get() / norm, now * growth)));
        }
        step.each(
                (slot, o) -> {
                    Tensor z = slot.state(X0, 0).value().sub(slot.state(S, 0).value());
                    slot.assign(
                            o.momentum == 0
                                    ? z
                                    : slot.value().mul(o.momentum).add(z.mul(1 - o.momentum)));
                });
        return stepped(step, unit * groups().getFirst().options().learningRate.at(t));
    }

    /// The parameters' first values.
    private void start() {
        for (Group<Options> group : groups()) {
            for (Slot slot : group.slots()) {
                slot.keep(slot.state(X0, 0), slot.value());
            }
        }
    }

    private double allSquares() {
        double squares = 0;
        for (Group<Options> group : groups()) {
            for (Slot slot : group.slots()) {
                squares += slot.state(S, 0).value().squaredNorm().item();
            }
        }
        return squares;
    }

    private static Tensor gradient(Optimizer<Options>.Step step, Slot slot, Options o) {
        Tensor g = step.gradient(slot);
        return o.weightDecay == 0 ? g : g.add(slot.value().mul(o.weightDecay));
    }

    /// The estimate d of the distance between the first parameters and a solution.
    public double distance() {
        return d.get();
    }

    @Override
    protected Map<String, Double> remembered(Options options) {
        return Map.of(X0, 0.0, S, 0.0);
    }

    /// Collects what a [DAdaptSgd] needs. Defaults: lr = 1, μ = 0, d₀ = 1e-6, no limit of growth.
    public static final class Builder extends Optimizer.Builder<Options, DAdaptSgd, Builder> {
        private double d0 = 1e-6;
        private double growth = Double.POSITIVE_INFINITY;

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

        /// A factor for the steps of this group, usually 1.
        public Builder learningRate(double rate) {
            return learningRate(LearningRate.constant(rate));
        }

        /// A factor for the steps of this group, usually 1, by step.
        public Builder learningRate(LearningRate learningRate) {
            return options(
                    new Options(learningRate, options().momentum(), options().weightDecay()));
        }

        /// μ of this group, in [0, 1).
        public Builder momentum(double momentum) {
            return options(
                    new Options(options().learningRate(), momentum, options().weightDecay()));
        }

        /// λ of this group, at least 0.
        public Builder weightDecay(double weightDecay) {
            return options(
                    new Options(options().learningRate(), options().momentum(), weightDecay));
        }

        /// The first d, above 0 and below the distance.
        public Builder d0(double d0) {
            Ranges.aboveZero("D-Adaptation", "d0", d0);
            this.d0 = d0;
            return this;
        }

        /// The largest factor by which d may grow in a step; infinite for none.
        public Builder growth(double growth) {
            Ranges.aboveZero("D-Adaptation", "growth", growth);
            this.growth = growth;
            return this;
        }

        @Override
        public DAdaptSgd build() {
            return new DAdaptSgd(this);
        }
    }
}
