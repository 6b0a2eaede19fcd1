package aligrad.optim;

import aligrad.tensor.Buffer;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.Map;

/// Yogi: Adam whose second moment changes by a bounded amount in each step.
///
/// ```
/// d = g + λ w
/// m ← β₁ m + (1-β₁) d                     c₁ = 1 - β₁ᵗ
/// v ← v - (1-β₂) sign(v - d²) d²          c₂ = 1 - β₂ᵗ
/// w ← w - lr·√c₂/c₁ · m / (√v + ε)
/// ```
///
/// The defaults (`v` begins at 0, ε = 1e-8) are those of the ALI-G experiments; the paper
/// recommends an ε of 1e-3 and a `v` that begins at the square of a first gradient. Source: Zaheer,
/// Reddi, Sachan, Kale, Kumar, *Adaptive Methods for Nonconvex Optimization*, NeurIPS 2018,
/// algorithm 2, with Adam's bias corrections.
public final class Yogi extends Optimizer<Yogi.Options> {

    /// Options of a group.
    ///
    /// @param learningRate lr
    /// @param beta1 β₁, the memory of the gradient's mean
    /// @param beta2 β₂, the memory of its square
    /// @param epsilon ε
    /// @param initialSquare where `v` begins, at least 0
    /// @param weightDecay λ, at least 0; added to the gradient
    public record Options(
            LearningRate learningRate,
            double beta1,
            double beta2,
            double epsilon,
            double initialSquare,
            double weightDecay)
            implements Scheduled {
        public Options {
            Ranges.belowOne("Yogi", "beta1", beta1);
            Ranges.belowOne("Yogi", "beta2", beta2);
            Ranges.atLeastZero("Yogi", "epsilon", epsilon);
            Ranges.atLeastZero("Yogi", "initial square", initialSquare);
            Ranges.atLeastZero("Yogi", "weight decay", weightDecay);
        }
    }

    private static final String M = "m";
    private static final String V = "v";
    private static final Options DEFAULTS =
            new Options(LearningRate.constant(1e-3), 0.9, 0.999, 1e-8, 0, 0);

    private Yogi(Builder builder) {
        super(builder);
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
        step.each(
                (slot, o) ->
                        move(
                                slot,
                                step.gradient(slot),
                                o.learningRate.at(step.number()),
                                step.number() + 1,
                                o));
        return stepped(step, groups().getFirst().options().learningRate.at(step.number()));
    }

    /// Moves a parameter; `t` counts from 1.
    private static void move(Slot slot, Tensor g, double lr, long t, Options o) {
        double c1 = 1 - Math.pow(o.beta1, t);
        double c2 = 1 - Math.pow(o.beta2, t);
        Tensor w = slot.value();
        Tensor d = o.weightDecay == 0 ? g : g.add(w.mul(o.weightDecay));
        Buffer first = slot.state(M, 0);
        Buffer second = slot.state(V, o.initialSquare);
        Tensor m = first.value().mul(o.beta1).add(d.mul(1 - o.beta1));
        Tensor square = d.square();
        Tensor v = second.value();
        v = v.sub(v.sub(square).sign().mul(square).mul(1 - o.beta2));
        Tensor change = m.mul(lr * Math.sqrt(c2) / c1).div(v.sqrt().add(o.epsilon));
        slot.assign(w.sub(change), first, m, second, v);
    }

    @Override
    protected Map<String, Double> remembered(Options options) {
        return Map.of(M, 0.0, V, options.initialSquare);
    }

    /// Collects what a [Yogi] needs.
    public static final class Builder extends Optimizer.Builder<Options, Yogi, Builder> {

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

        /// The learning rate of this group.
        public Builder learningRate(double rate) {
            return learningRate(LearningRate.constant(rate));
        }

        /// The learning rate of this group, by step.
        public Builder learningRate(LearningRate learningRate) {
            return options(
                    new Options(
                            learningRate,
                            options().beta1(),
                            options().beta2(),
                            options().epsilon(),
                            options().initialSquare(),
                            options().weightDecay()));
        }

        /// β₁ of this group, in [0, 1).
        public Builder beta1(double beta1) {
            return options(
                    new Options(
                            options().learningRate(),
                            beta1,
                            options().beta2(),
                            options().epsilon(),
                            options().initialSquare(),
                            options().weightDecay()));
        }

        /// β₂ of this group, in [0, 1).
        public Builder beta2(double beta2) {
            return options(
                    new Options(
                            options().learningRate(),
                            options().beta1(),
                            beta2,
                            options().epsilon(),
                            options().initialSquare(),
                            options().weightDecay()));
        }

        /// ε of this group, at least 0.
        public Builder epsilon(double epsilon) {
            return options(
                    new Options(
                            options().learningRate(),
                            options().beta1(),
                            options().beta2(),
                            epsilon,
                            options().initialSquare(),
                            options().weightDecay()));
        }

        /// Where `v` begins, at least 0.
        public Builder initialSquare(double initialSquare) {
            return options(
                    new Options(
                            options().learningRate(),
                            options().beta1(),
                            options().beta2(),
                            options().epsilon(),
                            initialSquare,
                            options().weightDecay()));
        }

        /// λ of this group, at least 0.
        public Builder weightDecay(double weightDecay) {
            return options(
                    new Options(
                            options().learningRate(),
                            options().beta1(),
                            options().beta2(),
                            options().epsilon(),
                            options().initialSquare(),
                            weightDecay));
        }

        @Override
        public Yogi build() {
            return new Yogi(this);
        }
    }
}
