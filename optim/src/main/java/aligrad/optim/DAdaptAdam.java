package aligrad.optim;

import aligrad.tensor.Buffer;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.Map;

/// Adam with D-Adaptation: it estimates how far the solution is, and with that its learning rate.
///
/// ```
/// γ = d·lr
/// r ← √β₂ r + (1-√β₂) γ ⟨g, s/(√v + ε)⟩          with s and v as they were; over the whole model
/// m ← β₁ m + (1-β₁) γ g,   v ← β₂ v + (1-β₂) g²,   s ← √β₂ s + (1-√β₂) γ g
/// d̂ = r / ((1-√β₂) ‖s‖₁),   d ← max(d, min(d̂, d·growth))
/// x ← x - m / (√v + ε)
/// ```
///
/// With a weight decay λ, `g + λ x` is used in place of `g`. There is no bias correction. The
/// learning rate lr, 1 by default, is a factor for a schedule. Source: Defazio, Mishchenko,
/// *Learning-Rate-Free Learning by D-Adaptation*, ICML 2023 (arXiv 2301.07733), Adam with
/// D-Adaptation.
public final class DAdaptAdam extends Optimizer<DAdaptAdam.Options> {

    /// Options of a group.
    ///
    /// @param learningRate lr, a factor
    /// @param weightDecay λ, at least 0; added to the gradient
    public record Options(LearningRate learningRate, double weightDecay) implements Scheduled {
        public Options {
            Ranges.atLeastZero("D-Adaptation", "weight decay", weightDecay);
        }
    }

    private static final String M = "m";
    private static final String V = "v";
    private static final String S = "s";
    private static final Options DEFAULTS = new Options(LearningRate.constant(1), 0);

    private final double beta1;
    private final double beta2;
    private final double epsilon;
    private final double growth;
    private final Scalar d;
    private final Scalar r = number("r", 0);

    private DAdaptAdam(Builder builder) {
        super(builder);
        beta1 = builder.beta1;
        beta2 = builder.beta2;
        epsilon = builder.epsilon;
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
        long t = step.number();
        double now = d.get();
        double root = Math.sqrt(beta2);
        double product =
                step.sum(
                        (slot, o) ->
                                now
                                        * o.learningRate.at(t)
                                        * InnerProduct.of(
                                                gradient(step, slot, o),
                                                divided(slot.state(S, 0).value(), slot)));
        r.set(root * r.get() + (1 - root) * product);
        step.each(
                (slot, o) -> {
                    Tensor g = gradient(step, slot, o);
                    double gamma = now * o.learningRate.at(t);
                    Buffer first = slot.state(M, 0);
                    Buffer second = slot.state(V, 0);
                    Buffer sum = slot.state(S, 0);
                    slot.keep(first, first.value().mul(beta1).add(g.mul((1 - beta1) * gamma)));
                    slot.keep(second, second.value().mul(beta2).add(g.square().mul(1 - beta2)));
                    slot.keep(sum, sum.value().mul(root).add(g.mul((1 - root) * gamma)));
                });
        double norm = sumOfAbsolutes();
        if (norm > 0) {
            double estimate = r.get() / ((1 - root) * norm);
            d.set(Math.max(now, Math.min(estimate, now * growth)));
        }
        step.each(
                (slot, o) ->
                        slot.assign(slot.value().sub(divided(slot.state(M, 0).value(), slot))));
        return stepped(step, now * groups().getFirst().options().learningRate.at(t));
    }

    /// `a / (√v + ε)`; 0 where all gradients were 0.
    private Tensor divided(Tensor a, Slot slot) {
        Tensor divisor = slot.state(V, 0).value().sqrt().add(epsilon);
        return divisor.eq(0).where(0, a.div(divisor));
    }

    /// ‖s‖₁.
    private double sumOfAbsolutes() {
        double sum = 0;
        for (Group<Options> group : groups()) {
            for (Slot slot : group.slots()) {
                sum += slot.state(S, 0).value().abs().sum().item();
            }
        }
        return sum;
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
        return Map.of(M, 0.0, V, 0.0, S, 0.0);
    }

    /// Collects what a [DAdaptAdam] needs. Defaults: lr = 1, β₁ = 0.9, β₂ = 0.999, ε = 1e-8, d₀ =
    /// 1e-6, no limit of growth.
    public static final class Builder extends Optimizer.Builder<Options, DAdaptAdam, Builder> {
        private double beta1 = 0.9;
        private double beta2 = 0.999;
        private double epsilon = 1e-8;
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
            return options(new Options(learningRate, options().weightDecay()));
        }

        /// λ of this group, at least 0.
        public Builder weightDecay(double weightDecay) {
            return options(new Options(options().learningRate(), weightDecay));
        }

        /// β₁, what the mean keeps of its past, in [0, 1).
        public Builder beta1(double beta1) {
            Ranges.belowOne("D-Adaptation", "beta1", beta1);
            this.beta1 = beta1;
            return this;
        }

        /// β₂, what the mean square keeps of its past, in [0, 1).
        public Builder beta2(double beta2) {
            Ranges.belowOne("D-Adaptation", "beta2", beta2);
            this.beta2 = beta2;
            return this;
        }

        /// ε, at least 0.
        public Builder epsilon(double epsilon) {
            Ranges.atLeastZero("D-Adaptation", "epsilon", epsilon);
            this.epsilon = epsilon;
            return this;
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
        public DAdaptAdam build() {
            return new DAdaptAdam(this);
        }
    }
}
