package aligrad.optim;

import aligrad.optim.StepReport.Bound;
import aligrad.tensor.Buffer;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.Map;

/// L4: a step to where the linearized loss would be a fraction α below what it is above its lowest
/// value so far.
///
/// ```
/// ℓ ← ℓ + λ/2 ‖w‖²,  g ← g + λ w
/// L_min = 0.75 ℓ at the first step, then min(L_min, ℓ)
/// ĝ = mean of g with decay 0.9, corrected for its beginning
/// u = ĝ (MOMENTUM)   or   ĝ / (√v̂ + 1e-4), v̂ = corrected mean of g² with decay 0.999 (ADAM)
/// lr = α (ℓ - 0.9 L_min) / (⟨u, ĝ⟩ + 1e-12)          one number for the whole model
/// L_min ← L_min (1 + 1/1000)
/// w ← w - lr u
/// ```
///
/// α ([Builder#fraction]) is the only number to choose; there is no learning rate. A quotient below
/// 0, which only a negative loss gives, is a step of 0.
///
/// Source: Rolinek, Martius, *L4: Practical loss-based stepsize adaptation for deep learning*,
/// NeurIPS 2018, algorithm 1, with the constants of the authors.
public final class L4 extends Optimizer<L4.Options> {

    /// Along what the parameters move.
    public enum Direction {
        /// Adam's: L4Adam.
        ADAM,
        /// The mean gradient: L4Mom.
        MOMENTUM
    }

    /// Options of a group.
    ///
    /// @param weightDecay λ, at least 0; added to the gradient
    public record Options(double weightDecay) {
        public Options {
            Ranges.atLeastZero("L4", "weight decay", weightDecay);
        }
    }

    private static final String M = "m";
    private static final String V = "v";
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double ADAM_EPSILON = 1e-4;

    /// γ_0.
    private static final double INITIAL = 0.75;

    /// γ_L.
    private static final double MINIMUM = 0.9;

    /// τ, in steps.
    private static final double FORGET = 1000;

    private static final double EPSILON = 1e-12;
    private static final Options DEFAULTS = new Options(0);

    private final double fraction;
    private final Direction direction;
    private final Scalar smallest = number("smallestLoss", 0);

    private L4(Builder builder) {
        super(builder);
        fraction = builder.fraction;
        direction = builder.direction;
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
        long t = step.number() + 1;
        double loss =
                step.loss()
                        + step.sum(
                                (slot, o) ->
                                        o.weightDecay == 0
                                                ? 0
                                                : o.weightDecay
                                                        / 2
                                                        * slot.value().squaredNorm().item());
        smallest.set(t == 1 ? INITIAL * loss : Math.min(smallest.get(), loss));
        step.each((slot, o) -> remember(slot, step.gradient(slot), o));
        double product = step.sum((slot, o) -> InnerProduct.of(u(slot, t), g(slot, t)));
        double unclipped = fraction * (loss - MINIMUM * smallest.get()) / (product + EPSILON);
        double rate = Math.max(0, unclipped);
        smallest.set(smallest.get() * (1 + 1 / FORGET));
        step.each((slot, o) -> slot.assign(slot.value().sub(u(slot, t).mul(rate))));
        Bound bound = unclipped < 0 ? Bound.ZERO : Bound.NONE;
        return new StepReport(step.loss(), rate, unclipped, bound, step.norm(), 1, 0);
    }

    private void remember(Slot slot, Tensor gradient, Options o) {
        Tensor g = o.weightDecay == 0 ? gradient : gradient.add(slot.value().mul(o.weightDecay));
        if (direction == Direction.ADAM) {
            Buffer second = slot.state(V, 0);
            slot.keep(second, second.value().mul(BETA2).add(g.square().mul(1 - BETA2)));
        }
        Buffer first = slot.state(M, 0);
        slot.keep(first, first.value().mul(BETA1).add(g.mul(1 - BETA1)));
    }

    /// ĝ.
    private static Tensor g(Slot slot, long t) {
        return slot.state(M, 0).value().mul(1 / (1 - Math.pow(BETA1, t)));
    }

    private Tensor u(Slot slot, long t) {
        return switch (direction) {
            case MOMENTUM -> g(slot, t);
            case ADAM ->
                    g(slot, t)
                            .div(
                                    slot.state(V, 0)
                                            .value()
                                            .mul(1 / (1 - Math.pow(BETA2, t)))
                                            .sqrt()
                                            .add(ADAM_EPSILON));
        };
    }

    @Override
    protected Map<String, Double> remembered(Options options) {
        return direction == Direction.ADAM ? Map.of(M, 0.0, V, 0.0) : Map.of(M, 0.0);
    }

    /// Collects what an [L4] needs. Defaults: α = 0.15, the direction of Adam.
    public static final class Builder extends Optimizer.Builder<Options, L4, Builder> {
        private double fraction = 0.15;
        private Direction direction = Direction.ADAM;

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

        /// λ of this group, at least 0.
        public Builder weightDecay(double weightDecay) {
            return options(new Options(weightDecay));
        }

        /// α, above 0 and at most 1.
        public Builder fraction(double fraction) {
            Ranges.atMostOne("L4", "fraction", fraction);
            this.fraction = fraction;
            return this;
        }

        /// Along what the parameters move.
        public Builder direction(Direction direction) {
            this.direction = direction;
            return this;
        }

        @Override
        public L4 build() {
            return new L4(this);
        }
    }
}
