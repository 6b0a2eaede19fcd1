package aligrad.optim;

import aligrad.optim.StepReport.Bound;
import aligrad.tensor.Buffer;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.Map;

/// ALI-G: a step length from the loss itself, no schedule.
///
/// ```
/// γ = min( η, ℓ / (‖g‖² + ε) )          one quotient for the whole model, η of each group
/// w ← Π( w − γ g )
/// ```
///
/// Interpolation is assumed, so the smallest loss is 0; `ℓ` must not contain a weight penalty,
/// whose place the projection Π takes. With momentum μ, `STANDARD` keeps steps: `v ← μ v − γ g`, `w
/// ← w − γ g + μ v`; `ADJUSTED` keeps gradients: `v ← μ v − g`, `w ← w − γ g + γ μ v`.
///
/// A negative loss gives a step of 0, a loss or gradient that is not finite none at all, and a zero
/// denominator a step of 0; all are reported. [Builder#released()] does what the authors' program
/// does instead: uphill, not-a-number, and so on.
///
/// Source: Berrada, Zisserman, Kumar, *Training Neural Networks for and by Interpolation*, ICML
/// 2020.
///
/// ```java
/// AliG optimizer = AliG.over(model.parameters()).maxLearningRate(0.1).momentum(0.9)
///         .project(Projection.l2Ball(100)).build();
/// ```
public final class AliG extends Optimizer<AliG.Options> {

    /// What the momentum buffer keeps.
    public enum Momentum {
        /// Steps.
        STANDARD,
        /// Gradients; the form of SGD, and of the authors' TensorFlow version.
        ADJUSTED
    }

    /// Options of a group.
    ///
    /// @param maxLearningRate η, the longest step; infinite for none
    /// @param momentum μ, at least 0
    public record Options(double maxLearningRate, double momentum) {
        public Options {
            if (!(maxLearningRate > 0)) {
                throw new IllegalArgumentException(
                        "ALI-G with maximal learning rate "
                                + maxLearningRate
                                + ": it must be above 0; leave it out for none");
            }
            Ranges.atLeastZero("ALI-G", "momentum", momentum);
        }
    }

    private static final String MOMENTUM = "momentum";

    private final double epsilon;
    private final Momentum variant;
    private final boolean released;

    private AliG(Builder builder) {
        super(builder);
        this.epsilon = builder.epsilon;
        this.variant = builder.variant;
        this.released = builder.released;
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
        double loss = step.loss();
        double squaredNorm = step.squaredNorm();
        if (!released && !Double.isFinite(squaredNorm)) {
            return skipped(step);
        }
        double unclipped = loss / (squaredNorm + epsilon);
        if (!released && squaredNorm + epsilon == 0) {
            unclipped = 0;
        }
        Bound bound = Bound.NONE;
        double sum = 0;
        for (Group<Options> group : groups()) {
            double eta = group.options().maxLearningRate();
            double gamma = unclipped > eta ? eta : unclipped; // not-a-number stays
            if (unclipped > eta) {
                bound = Bound.MAX_LEARNING_RATE;
            }
            if (!released && gamma < 0) {
                gamma = 0;
                bound = Bound.ZERO;
            }
            sum += gamma;
            for (Slot slot : group.slots()) {
                if (step.has(slot)) {
                    move(slot, step.gradient(slot), gamma, group.options().momentum());
                }
            }
        }
        double mean = sum / groups().size();
        return new StepReport(loss, mean, unclipped, bound, step.norm(), 1, 0);
    }

    private void move(Slot slot, Tensor g, double gamma, double mu) {
        Tensor w = slot.value().sub(g.mul(gamma));
        if (mu == 0) {
            slot.assign(w);
            return;
        }
        Buffer momentum = slot.state(MOMENTUM, 0);
        switch (variant) {
            case STANDARD -> {
                Tensor v = momentum.value().mul(mu).sub(g.mul(gamma));
                slot.assign(w.add(v.mul(mu)), momentum, v);
            }
            case ADJUSTED -> {
                Tensor v = momentum.value().mul(mu).sub(g);
                slot.assign(w.add(v.mul(gamma * mu)), momentum, v);
            }
        }
    }

    @Override
    protected Map<String, Double> remembered(Options options) {
        return options.momentum == 0 ? Map.of() : Map.of(MOMENTUM, 0.0);
    }

    @Override
    protected boolean toleratesNonFinite() {
        return released;
    }

    /// Collects what an [AliG] needs. Defaults: no maximal learning rate, no momentum, ε = 1e-5.
    public static final class Builder extends Optimizer.Builder<Options, AliG, Builder> {
        private double epsilon = 1e-5;
        private Momentum variant = Momentum.STANDARD;
        private boolean released;

        private Builder(Map<String, Parameter> parameters) {
            super(new Options(Double.POSITIVE_INFINITY, 0), parameters);
        }

        private Builder(Iterable<Parameter> parameters) {
            super(new Options(Double.POSITIVE_INFINITY, 0), parameters);
        }

        @Override
        protected Builder self() {
            return this;
        }

        /// η, the longest step of this group, above 0.
        public Builder maxLearningRate(double eta) {
            return options(new Options(eta, options().momentum()));
        }

        /// μ of this group, at least 0.
        public Builder momentum(double mu) {
            return options(new Options(options().maxLearningRate(), mu));
        }

        /// What the momentum buffers keep.
        public Builder momentumVariant(Momentum variant) {
            this.variant = variant;
            return this;
        }

        /// ε in the denominator, at least 0.
        public Builder epsilon(double epsilon) {
            if (!(epsilon >= 0)) {
                throw new IllegalArgumentException(
                        "ALI-G with ε = " + epsilon + ": it must be at least 0");
            }
            this.epsilon = epsilon;
            return this;
        }

        /// Does in edge cases what the authors' PyTorch program does: a negative loss steps uphill,
        /// and not-a-number spreads.
        public Builder released() {
            this.released = true;
            return this;
        }

        @Override
        public AliG build() {
            return new AliG(this);
        }
    }
}
