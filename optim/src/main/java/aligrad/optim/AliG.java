package aligrad.optim;

import aligrad.optim.StepReport.Bound;
import aligrad.tensor.Buffer;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.Predicate;

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

    private final StepLength length;
    private final Momentum variant;

    private AliG(Builder builder) {
        super(builder);
        this.length = new StepLength(builder.epsilon, builder.released);
        this.variant = builder.variant;
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
        double squaredNorm = step.squaredNorm();
        if (!length.released() && !Double.isFinite(squaredNorm)) {
            return skipped(step);
        }
        double unclipped = length.unclipped(step.loss(), squaredNorm);
        for (Group<Options> group : groups()) {
            double eta = group.options().maxLearningRate();
            Factor gamma = new Factor.OnHost(length.clipped(unclipped, eta));
            move(group, step::has, step::gradient, gamma, (moved, _) -> moved);
        }
        return report(step.loss(), squaredNorm);
    }

    @Override
    boolean hasDeviceForm() {
        return !length.released();
    }

    @Override
    void update(DeviceStep step) {
        Tensor unclipped = length.unclipped(step.loss(), step.squaredNorm()).evaluate();
        for (Group<Options> group : groups()) {
            double eta = group.options().maxLearningRate();
            Factor gamma = new Factor.OnDevice(length.clipped(unclipped, eta));
            move(group, step::has, step::gradient, gamma, step.taken()::where);
        }
    }

    @Override
    StepReport report(double loss, double squaredNorm) {
        double unclipped = length.unclipped(loss, squaredNorm);
        Bound bound = Bound.NONE;
        double sum = 0;
        for (Group<Options> group : groups()) {
            double eta = group.options().maxLearningRate();
            sum += length.clipped(unclipped, eta);
            if (unclipped > eta) {
                bound = Bound.MAX_LEARNING_RATE;
            } else if (!length.released() && unclipped < 0) {
                bound = Bound.ZERO;
            }
        }
        double mean = sum / groups().size();
        return new StepReport(loss, mean, unclipped, bound, Math.sqrt(squaredNorm), 1, 0);
    }

    /// Moves the parameters of a group.
    ///
    /// @param decided from where a parameter would go and where it is, what it becomes
    private void move(
            Group<Options> group,
            Predicate<Slot> has,
            Function<Slot, Tensor> gradient,
            Factor gamma,
            BinaryOperator<Tensor> decided) {
        double mu = group.options().momentum();
        Factor gammaMu = gamma.times(mu);
        for (Slot slot : group.slots()) {
            if (has.test(slot)) {
                move(slot, gradient.apply(slot), gamma, mu, gammaMu, decided);
            }
        }
    }

    private void move(
            Slot slot,
            Tensor g,
            Factor gamma,
            double mu,
            Factor gammaMu,
            BinaryOperator<Tensor> decided) {
        Tensor before = slot.value();
        Tensor w = before.sub(gamma.of(g));
        if (mu == 0) {
            slot.assign(decided.apply(w, before));
            return;
        }
        Buffer momentum = slot.state(MOMENTUM, 0);
        Tensor kept = momentum.value();
        switch (variant) {
            case STANDARD -> {
                Tensor v = kept.mul(mu).sub(gamma.of(g));
                Tensor moved = w.add(v.mul(mu));
                slot.assign(decided.apply(moved, before), momentum, decided.apply(v, kept));
            }
            case ADJUSTED -> {
                Tensor v = kept.mul(mu).sub(g);
                Tensor moved = w.add(gammaMu.of(v));
                slot.assign(decided.apply(moved, before), momentum, decided.apply(v, kept));
            }
        }
    }

    @Override
    protected Map<String, Double> remembered(Options options) {
        return options.momentum == 0 ? Map.of() : Map.of(MOMENTUM, 0.0);
    }

    @Override
    protected boolean toleratesNonFinite() {
        return length.released();
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
