package aligrad.optim;

import aligrad.optim.StepReport.Bound;
import aligrad.tensor.Buffer;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.Map;

/// MoMo: the Polyak step for the mean of the linearized losses of past batches.
///
/// ```
/// d ← β d + (1-β) g,   f̄ ← β f̄ + (1-β) f,   s ← β s + (1-β) ⟨g, x⟩          each begins with its first
/// τ = min( α, max(0, (1+αλ)(f̄ - f* - s) + ⟨d, x⟩) / ‖d‖² )          sums over the whole model
/// x ← (x - τ d) / (1 + αλ)
/// ```
///
/// α is the learning rate, the longest step; λ is decoupled. With β = 0 and λ = 0 this is SPS_max
/// with c = 1. Source: Schaipp, Ohana, Eickenberg, Defazio, Gower, *MoMo: Momentum Models for
/// Adaptive Learning Rates*, ICML 2024 (arXiv 2305.07583), algorithm 1.
public final class MoMo extends Optimizer<MoMo.Options> {

    /// Options of a group.
    ///
    /// @param learningRate α, the longest step
    /// @param weightDecay λ, at least 0; decoupled
    public record Options(LearningRate learningRate, double weightDecay) implements Scheduled {
        public Options {
            Ranges.atLeastZero("MoMo", "weight decay", weightDecay);
        }
    }

    private static final String D = "d";
    private static final Options DEFAULTS = new Options(LearningRate.constant(1), 0);

    private final double beta;
    private final double lowerBound;
    private final Scalar meanLoss = number("meanLoss", 0);
    private final Scalar meanProduct = number("meanProduct", 0);

    private MoMo(Builder builder) {
        super(builder);
        beta = builder.beta;
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
        double keep = t == 0 ? 0 : beta;
        double product = step.sum((slot, o) -> InnerProduct.of(step.gradient(slot), slot.value()));
        meanLoss.set(keep * meanLoss.get() + (1 - keep) * step.loss());
        meanProduct.set(keep * meanProduct.get() + (1 - keep) * product);
        step.each(
                (slot, o) -> {
                    Buffer mean = slot.state(D, 0);
                    slot.keep(mean, mean.value().mul(keep).add(step.gradient(slot).mul(1 - keep)));
                });
        double along = step.sum((slot, o) -> InnerProduct.of(d(slot), slot.value()));
        double squaredNorm = step.sum((slot, o) -> d(slot).squaredNorm().item());
        double height = meanLoss.get() - lowerBound - meanProduct.get();
        double sum = 0;
        double unclippedSum = 0;
        Bound bound = Bound.NONE;
        for (Group<Options> group : groups()) {
            double alpha = group.options().learningRate.at(t);
            double shrink = 1 + alpha * group.options().weightDecay;
            double unclipped = squaredNorm == 0 ? 0 : (shrink * height + along) / squaredNorm;
            double tau = Math.clamp(unclipped, 0, alpha);
            for (Slot slot : group.slots()) {
                if (step.has(slot)) {
                    slot.assign(slot.value().sub(d(slot).mul(tau)).mul(1 / shrink));
                }
            }
            sum += tau;
            unclippedSum += unclipped;
            bound = bound(bound, unclipped, alpha);
        }
        int n = groups().size();
        return new StepReport(step.loss(), sum / n, unclippedSum / n, bound, step.norm(), 1, 0);
    }

    /// The bound that was active, of this group or one before.
    static Bound bound(Bound before, double unclipped, double longest) {
        return unclipped > longest ? Bound.MAX_LEARNING_RATE : unclipped < 0 ? Bound.ZERO : before;
    }

    private static Tensor d(Slot slot) {
        return slot.state(D, 0).value();
    }

    @Override
    protected Map<String, Double> remembered(Options options) {
        return Map.of(D, 0.0);
    }

    /// Collects what a [MoMo] needs. Defaults: α = 1, β = 0.9, f* = 0.
    public static final class Builder extends Optimizer.Builder<Options, MoMo, Builder> {
        private double beta = 0.9;
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

        /// β, what the means keep of their past, in [0, 1).
        public Builder beta(double beta) {
            Ranges.belowOne("MoMo", "beta", beta);
            this.beta = beta;
            return this;
        }

        /// f*, a lower bound of the losses.
        public Builder lowerBound(double lowerBound) {
            if (!Double.isFinite(lowerBound)) {
                throw new IllegalArgumentException(
                        "MoMo with lower bound " + lowerBound + ": it must be finite");
            }
            this.lowerBound = lowerBound;
            return this;
        }

        @Override
        public MoMo build() {
            return new MoMo(this);
        }
    }
}
