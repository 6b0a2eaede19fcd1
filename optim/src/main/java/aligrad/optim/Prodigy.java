package aligrad.optim;

import aligrad.tensor.Buffer;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.Map;

/// Prodigy: Adam that estimates how far the solution is, faster than [DAdaptAdam] does.
///
/// ```
/// D = d·lr,   β₃ = √β₂
/// r ← β₃ r + d/d₀ · D ⟨g, x₀ - x⟩                                over the whole model
/// m ← β₁ m + (1-β₁) d g,   v ← β₂ v + (1-β₂) d² g²,   s ← β₃ s + d/d₀ · D g
/// d̂ = c r / ‖s‖₁,   d ← max(d, d̂) while d = d₀;   d_max ← max(d_max, d̂);   d ← min(d_max, d·growth)
/// x ← x - λ D x - D m / (√v + d ε)                               with the new d beside ε
/// ```
///
/// There is no bias correction; weight decay is decoupled. The learning rate lr, 1 by default, is a
/// factor for a schedule, and so is `c`. Source: Mishchenko, Defazio, *Prodigy: An Expeditiously
/// Adaptive Parameter-Free Learner*, ICML 2024 (arXiv 2306.06101), the Adam version, with the
/// estimate of the authors' program.
public final class Prodigy extends Optimizer<Prodigy.Options> {

    /// Options of a group.
    ///
    /// @param learningRate lr, a factor
    /// @param weightDecay λ, at least 0; decoupled
    public record Options(LearningRate learningRate, double weightDecay) implements Scheduled {
        public Options {
            Ranges.atLeastZero("Prodigy", "weight decay", weightDecay);
        }
    }

    private static final String X0 = "x0";
    private static final String M = "m";
    private static final String V = "v";
    private static final String S = "s";
    private static final Options DEFAULTS = new Options(LearningRate.constant(1), 0);

    private final double beta1;
    private final double beta2;
    private final double epsilon;
    private final double d0;
    private final double coefficient;
    private final double growth;
    private final Scalar d;

    /// d_max.
    private final Scalar largest;

    private final Scalar r = number("r", 0);

    private Prodigy(Builder builder) {
        super(builder);
        beta1 = builder.beta1;
        beta2 = builder.beta2;
        epsilon = builder.epsilon;
        d0 = builder.d0;
        coefficient = builder.coefficient;
        growth = builder.growth;
        d = number("d", d0);
        largest = number("largest", d0);
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
        if (t == 0) {
            start();
        }
        double now = d.get();
        double scale = now / d0;
        double beta3 = Math.sqrt(beta2);
        double product =
                step.sum(
                        (slot, o) ->
                                scale
                                        * now
                                        * o.learningRate.at(t)
                                        * InnerProduct.of(
                                                step.gradient(slot),
                                                slot.state(X0, 0).value().sub(slot.value())));
        r.set(beta3 * r.get() + product);
        step.each(
                (slot, o) -> {
                    Tensor g = step.gradient(slot);
                    Buffer first = slot.state(M, 0);
                    Buffer second = slot.state(V, 0);
                    Buffer sum = slot.state(S, 0);
                    double weight = scale * now * o.learningRate.at(t);
                    slot.keep(first, first.value().mul(beta1).add(g.mul((1 - beta1) * now)));
                    slot.keep(
                            second,
                            second.value().mul(beta2).add(g.square().mul((1 - beta2) * now * now)));
                    slot.keep(sum, sum.value().mul(beta3).add(g.mul(weight)));
                });
        estimate(now);
        step.each((slot, o) -> move(slot, now * o.learningRate.at(t), o));
        return stepped(step, now * groups().getFirst().options().learningRate.at(t));
    }

    /// The parameters' first values.
    private void start() {
        for (Group<Options> group : groups()) {
            for (Slot slot : group.slots()) {
                slot.keep(slot.state(X0, 0), slot.value());
            }
        }
    }

    private void estimate(double now) {
        double norm = 0;
        for (Group<Options> group : groups()) {
            for (Slot slot : group.slots()) {
                norm += slot.state(S, 0).value().abs().sum().item();
            }
        }
        if (norm == 0) {
            return;
        }
        double estimate = coefficient * r.get() / norm;
        double next = now == d0 ? Math.max(now, estimate) : now;
        largest.set(Math.max(largest.get(), estimate));
        d.set(Math.min(Math.max(largest.get(), next), next * growth));
    }

    private void move(Slot slot, double rate, Options o) {
        Tensor w = slot.value().mul(1 - o.weightDecay * rate);
        Tensor divisor = slot.state(V, 0).value().sqrt().add(d.get() * epsilon);
        Tensor change = slot.state(M, 0).value().mul(rate).div(divisor);
        slot.assign(w.sub(divisor.eq(0).where(0, change)));
    }

    /// The estimate d of the distance between the first parameters and a solution.
    public double distance() {
        return d.get();
    }

    @Override
    protected Map<String, Double> remembered(Options options) {
        return Map.of(X0, 0.0, M, 0.0, V, 0.0, S, 0.0);
    }

    /// Collects what a [Prodigy] needs. Defaults: lr = 1, β₁ = 0.9, β₂ = 0.999, ε = 1e-8, d₀ =
    /// 1e-6, c = 1, no limit of growth.
    public static final class Builder extends Optimizer.Builder<Options, Prodigy, Builder> {
        private double beta1 = 0.9;
        private double beta2 = 0.999;
        private double epsilon = 1e-8;
        private double d0 = 1e-6;
        private double coefficient = 1;
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
            Ranges.belowOne("Prodigy", "beta1", beta1);
            this.beta1 = beta1;
            return this;
        }

        /// β₂, what the mean square keeps of its past, in [0, 1).
        public Builder beta2(double beta2) {
            Ranges.belowOne("Prodigy", "beta2", beta2);
            this.beta2 = beta2;
            return this;
        }

        /// ε, at least 0.
        public Builder epsilon(double epsilon) {
            Ranges.atLeastZero("Prodigy", "epsilon", epsilon);
            this.epsilon = epsilon;
            return this;
        }

        /// The first d, above 0 and below the distance.
        public Builder d0(double d0) {
            Ranges.aboveZero("Prodigy", "d0", d0);
            this.d0 = d0;
            return this;
        }

        /// c, a factor for the estimate, above 0.
        public Builder coefficient(double coefficient) {
            Ranges.aboveZero("Prodigy", "coefficient", coefficient);
            this.coefficient = coefficient;
            return this;
        }

        /// The largest factor by which d may grow in a step; infinite for none.
        public Builder growth(double growth) {
            Ranges.aboveZero("Prodigy", "growth", growth);
            this.growth = growth;
            return this;
        }

        @Override
        public Prodigy build() {
            return new Prodigy(this);
        }
    }
}
