package aligrad.optim;

import aligrad.optim.StepReport.Bound;
import aligrad.tensor.Buffer;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.Map;

/// MoMo-Adam: the step length of [MoMo] in the metric of Adam.
///
/// ```
/// d ← β₁ d + (1-β₁) g,   v ← β₂ v + (1-β₂) g²,   f̄ and s as in MoMo with β₁     all begin at 0
/// D = √(v / (1-β₂ᵏ)) + ε          ρ = 1 - β₁ᵏ
/// τ = min( α/ρ, max(0, (1+αλ)(f̄ - ρ f* - s) + ⟨d, x⟩) / Σ d²/D )
/// x ← (x - τ d/D) / (1 + αλ)
/// ```
///
/// Source: Schaipp, Ohana, Eickenberg, Defazio, Gower, *MoMo: Momentum Models for Adaptive Learning
/// Rates*, ICML 2024 (arXiv 2305.07583), algorithm 2.
public final class MoMoAdam extends Optimizer<MoMoAdam.Options> {

    /// Options of a group.
    ///
    /// @param learningRate α, the longest step but for ρ
    /// @param weightDecay λ, at least 0; decoupled
    public record Options(LearningRate learningRate, double weightDecay) implements Scheduled {
        public Options {
            Ranges.atLeastZero("MoMo-Adam", "weight decay", weightDecay);
        }
    }

    private static final String D = "d";
    private static final String V = "v";
    private static final Options DEFAULTS = new Options(LearningRate.constant(1e-2), 0);

    private final double beta1;
    private final double beta2;
    private final double epsilon;
    private final double lowerBound;
    private final Scalar meanLoss = number("meanLoss", 0);
    private final Scalar meanProduct = number("meanProduct", 0);

    private MoMoAdam(Builder builder) {
        super(builder);
        beta1 = builder.beta1;
        beta2 = builder.beta2;
        epsilon = builder.epsilon;
        lowerBound = builder.lowerBound;
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
        double rho = 1 - Math.pow(beta1, t + 1);
        double c2 = 1 - Math.pow(beta2, t + 1);
        double product = step.sum((slot, o) -> InnerProduct.of(step.gradient(slot), slot.value()));
        meanLoss.set(beta1 * meanLoss.get() + (1 - beta1) * step.loss());
        meanProduct.set(beta1 * meanProduct.get() + (1 - beta1) * product);
        step.each((slot, o) -> remember(slot, step.gradient(slot)));
        double along = step.sum((slot, o) -> InnerProduct.of(d(slot), slot.value()));
        double squaredNorm =
                step.sum((slot, o) -> InnerProduct.of(d(slot), preconditioned(slot, c2)));
        double height = meanLoss.get() - rho * lowerBound - meanProduct.get();
        double sum = 0;
        double unclippedSum = 0;
        Bound bound = Bound.NONE;
        for (Group<Options> group : groups()) {
            double alpha = group.options().learningRate.at(t);
            double shrink = 1 + alpha * group.options().weightDecay;
            double unclipped = squaredNorm == 0 ? 0 : (shrink * height + along) / squaredNorm;
            double tau = Math.clamp(unclipped, 0, alpha / rho);
            for (Slot slot : group.slots()) {
                if (step.has(slot)) {
                    slot.assign(
                            slot.value().sub(preconditioned(slot, c2).mul(tau)).mul(1 / shrink));
                }
            }
            sum += tau;
            unclippedSum += unclipped;
            bound = MoMo.bound(bound, unclipped, alpha / rho);
        }
        int n = groups().size();
        return new StepReport(step.loss(), sum / n, unclippedSum / n, bound, step.norm(), 1, 0);
    }

    private void remember(Slot slot, Tensor g) {
        Buffer first = slot.state(D, 0);
        Buffer second = slot.state(V, 0);
        slot.keep(first, first.value().mul(beta1).add(g.mul(1 - beta1)));
        slot.keep(second, second.value().mul(beta2).add(g.square().mul(1 - beta2)));
    }

    private static Tensor d(Slot slot) {
        return slot.state(D, 0).value();
    }

    /// `d / D`; 0 where ε = 0 and all gradients were 0.
    private Tensor preconditioned(Slot slot, double c2) {
        Tensor divisor = slot.state(V, 0).value().mul(1 / c2).sqrt().add(epsilon);
        return divisor.eq(0).where(0, d(slot).div(divisor));
    }

    @Override
    protected Map<String, Double> remembered(Options options) {
        return Map.of(D, 0.0, V, 0.0);
    }

    /// Collects what a [MoMoAdam] needs. Defaults: α = 0.01, β₁ = 0.9, β₂ = 0.999, ε = 1e-8, f* =
    /// 0.
    public static final class Builder extends Optimizer.Builder<Options, MoMoAdam, Builder> {
        private double beta1 = 0.9;
        private double beta2 = 0.999;
        private double epsilon = 1e-8;
        private double lowerBound;

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

        /// α of this group.
        public Builder learningRate(double rate) {
            return learningRate(LearningRate.constant(rate));
        }

        /// α of this group, by step.
        public Builder learningRate(LearningRate learningRate) {
            return options(new Options(learningRate, options().weightDecay()));
        }

        /// λ of this group, at least 0.
        public Builder weightDecay(double weightDecay) {
            return options(new Options(options().learningRate(), weightDecay));
        }

        /// β₁, what the means keep of their past, in [0, 1).
        public Builder beta1(double beta1) {
            Ranges.belowOne("MoMo-Adam", "beta1", beta1);
            this.beta1 = beta1;
            return this;
        }

        /// β₂, what the mean square keeps of its past, in [0, 1).
        public Builder beta2(double beta2) {
            Ranges.belowOne("MoMo-Adam", "beta2", beta2);
            this.beta2 = beta2;
            return this;
        }

        /// ε, at least 0.
        public Builder epsilon(double epsilon) {
            Ranges.atLeastZero("MoMo-Adam", "epsilon", epsilon);
            this.epsilon = epsilon;
            return this;
        }

        /// f*, a lower bound of the losses.
        public Builder lowerBound(double lowerBound) {
            if (!Double.isFinite(lowerBound)) {
                throw new IllegalArgumentException(
                        "MoMo-Adam with lower bound " + lowerBound + ": it must be finite");
            }
            this.lowerBound = lowerBound;
            return this;
        }

        @Override
        public MoMoAdam build() {
            return new MoMoAdam(this);
        }
    }
}
