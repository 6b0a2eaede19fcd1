package aligrad.optim;

import aligrad.optim.StepReport.Bound;
import aligrad.tensor.Buffer;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.Map;

/// BPGrad: a step length from branch and pruning, as long as the loss is above its lower bound 0.
///
/// ```
/// o = ℓ + λ/2 ‖w‖²          d = g + λ w
/// s = o / (‖d‖ + ε)          one quotient for the whole model; 1/L = η is the learning rate
/// v ← μ v - η s d
/// w ← w + v
/// ```
///
/// The norm is not squared. [Builder#released()] does what the authors' program does where μ = 0:
/// it never moves. A negative objective gives a step of 0.
///
/// Source: Zhang, Wu, Wang, *BPGrad: Towards Global Optimality in Deep Learning via Branch and
/// Pruning*, CVPR 2018, in the form of the ALI-G experiments.
public final class BpGrad extends Optimizer<BpGrad.Options> {

    /// Options of a group.
    ///
    /// @param learningRate η, the inverse of the Lipschitz constant L
    /// @param momentum μ, at least 0
    /// @param weightDecay λ, at least 0; added to the gradient
    public record Options(LearningRate learningRate, double momentum, double weightDecay)
            implements Scheduled {
        public Options {
            Ranges.atLeastZero("BPGrad", "momentum", momentum);
            Ranges.atLeastZero("BPGrad", "weight decay", weightDecay);
        }
    }

    private static final String MOMENTUM = "momentum";
    private static final Options DEFAULTS = new Options(LearningRate.constant(0.1), 0, 0);

    private final double epsilon;
    private final boolean released;

    private BpGrad(Builder builder) {
        super(builder);
        epsilon = builder.epsilon;
        released = builder.released;
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
        double penalty =
                step.sum(
                        (slot, o) ->
                                o.weightDecay == 0
                                        ? 0
                                        : o.weightDecay / 2 * slot.value().squaredNorm().item());
        double norm =
                Math.sqrt(step.sum((slot, o) -> direction(step, slot, o).squaredNorm().item()));
        double quotient = norm + epsilon == 0 ? 0 : (step.loss() + penalty) / (norm + epsilon);
        double s = Math.max(0, quotient);
        step.each(
                (slot, o) -> {
                    Tensor change =
                            direction(step, slot, o).mul(-o.learningRate.at(step.number()) * s);
                    if (o.momentum != 0) {
                        Buffer velocity = slot.state(MOMENTUM, 0);
                        Tensor v = velocity.value().mul(o.momentum).add(change);
                        slot.assign(slot.value().add(v), velocity, v);
                    } else if (!released) {
                        slot.assign(slot.value().add(change));
                    }
                });
        double eta = groups().getFirst().options().learningRate.at(step.number());
        return new StepReport(
                step.loss(),
                eta * s,
                eta * quotient,
                quotient < 0 ? Bound.ZERO : Bound.NONE,
                step.norm(),
                1,
                0);
    }

    private static Tensor direction(Optimizer<Options>.Step step, Slot slot, Options o) {
        Tensor g = step.gradient(slot);
        return o.weightDecay == 0 ? g : g.add(slot.value().mul(o.weightDecay));
    }

    @Override
    protected Map<String, Double> remembered(Options options) {
        return options.momentum == 0 ? Map.of() : Map.of(MOMENTUM, 0.0);
    }

    /// Collects what a [BpGrad] needs. Default: ε = 1e-5.
    public static final class Builder extends Optimizer.Builder<Options, BpGrad, Builder> {
        private double epsilon = 1e-5;
        private boolean released;

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
            Ranges.atLeastZero("BPGrad", "epsilon", epsilon);
            this.epsilon = epsilon;
            return this;
        }

        /// Does without momentum what the authors' program does: nothing.
        public Builder released() {
            this.released = true;
            return this;
        }

        @Override
        public BpGrad build() {
            return new BpGrad(this);
        }
    }
}
