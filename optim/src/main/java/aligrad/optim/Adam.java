package aligrad.optim;

import aligrad.tensor.Buffer;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.LinkedHashMap;
import java.util.Map;

/// Adam and AMSGrad.
///
/// ```
/// d = g + λ w
/// m ← β₁ m + (1-β₁) d          c₁ = 1 - β₁ᵗ
/// v ← β₂ v + (1-β₂) d²         c₂ = 1 - β₂ᵗ
/// w ← w - lr/c₁ · m / (√v/√c₂ + ε)           OUTSIDE (PyTorch since 2019; the default)
/// w ← w - lr·√c₂/c₁ · m / (√v + ε)           INSIDE (PyTorch before, TensorFlow 1)
/// ```
///
/// AMSGrad puts the largest uncorrected `v` so far in the place of `v`. Sources: Kingma, Ba, ICLR
/// 2015; Reddi, Kale, Kumar, ICLR 2018.
public final class Adam extends Optimizer<Adam.Options> {

    /// Options of a group.
    ///
    /// @param learningRate lr
    /// @param beta1 β₁, the memory of the gradient's mean
    /// @param beta2 β₂, the memory of its square
    /// @param epsilon ε
    /// @param epsilonForm where ε stands
    /// @param amsgrad whether the largest `v` counts
    /// @param weightDecay λ, at least 0; added to the gradient
    public record Options(
            LearningRate learningRate,
            double beta1,
            double beta2,
            double epsilon,
            EpsilonForm epsilonForm,
            boolean amsgrad,
            double weightDecay)
            implements Scheduled {
        public Options {
            Ranges.belowOne("Adam", "beta1", beta1);
            Ranges.belowOne("Adam", "beta2", beta2);
            Ranges.atLeastZero("Adam", "epsilon", epsilon);
            Ranges.atLeastZero("Adam", "weight decay", weightDecay);
        }
    }

    private static final String M = "m";
    private static final String V = "v";
    private static final String V_MAX = "v_max";
    private static final Options DEFAULTS =
            new Options(
                    LearningRate.constant(1e-3), 0.9, 0.999, 1e-8, EpsilonForm.OUTSIDE, false, 0);

    private Adam(Builder builder) {
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

    /// Where ε stands relative to the bias correction.
    public enum EpsilonForm {
        /// `√v/√c₂ + ε`.
        OUTSIDE,
        /// `√v + ε`, before the correction.
        INSIDE
    }

    @Override
    protected StepReport update(Step step) {
        double first = 0;
        for (Group<Options> group : groups()) {
            Options o = group.options();
            double lr = o.learningRate().at(step.number());
            first = group == groups().getFirst() ? lr : first;
            for (Slot slot : group.slots()) {
                if (step.has(slot)) {
                    Tensor g = step.gradient(slot);
                    Tensor w = slot.value();
                    Tensor d = o.weightDecay == 0 ? g : g.add(w.mul(o.weightDecay));
                    move(slot, w, d, lr, step.number() + 1, o);
                }
            }
        }
        return stepped(step, first);
    }

    /// Of [AdamW] as well, in this order.
    static Map<String, Double> kinds(Options options) {
        Map<String, Double> kinds = new LinkedHashMap<>();
        kinds.put(M, 0.0);
        kinds.put(V, 0.0);
        if (options.amsgrad) {
            kinds.put(V_MAX, 0.0);
        }
        return kinds;
    }

    /// Moves `w` by Adam's step along `d`; `t` counts from 1.
    static void move(Slot slot, Tensor w, Tensor d, double lr, long t, Options o) {
        double c1 = 1 - Math.pow(o.beta1, t);
        double c2 = 1 - Math.pow(o.beta2, t);
        Buffer first = slot.state(M, 0);
        Buffer second = slot.state(V, 0);
        Tensor m = first.value().mul(o.beta1).add(d.mul(1 - o.beta1));
        Tensor v = second.value().mul(o.beta2).add(d.square().mul(1 - o.beta2));
        if (o.amsgrad) {
            Buffer largest = slot.state(V_MAX, 0);
            Tensor vMax = largest.value().maximum(v);
            slot.assign(w.sub(change(m, vMax, lr, c1, c2, o)), first, m, second, v, largest, vMax);
        } else {
            slot.assign(w.sub(change(m, v, lr, c1, c2, o)), first, m, second, v);
        }
    }

    private static Tensor change(Tensor m, Tensor v, double lr, double c1, double c2, Options o) {
        return switch (o.epsilonForm) {
            case OUTSIDE -> m.mul(lr / c1).div(v.sqrt().mul(1 / Math.sqrt(c2)).add(o.epsilon));
            case INSIDE -> m.mul(lr * Math.sqrt(c2) / c1).div(v.sqrt().add(o.epsilon));
        };
    }

    @Override
    protected Map<String, Double> remembered(Options options) {
        return kinds(options);
    }

    /// Collects what an [Adam] needs.
    public static final class Builder extends Optimizer.Builder<Options, Adam, Builder> {

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
        public Builder learningRate(LearningRate rate) {
            return options(
                    new Options(
                            rate,
                            options().beta1(),
                            options().beta2(),
                            options().epsilon(),
                            options().epsilonForm(),
                            options().amsgrad(),
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
                            options().epsilonForm(),
                            options().amsgrad(),
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
                            options().epsilonForm(),
                            options().amsgrad(),
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
                            options().epsilonForm(),
                            options().amsgrad(),
                            options().weightDecay()));
        }

        /// Where ε stands.
        public Builder epsilonForm(EpsilonForm epsilonForm) {
            return options(
                    new Options(
                            options().learningRate(),
                            options().beta1(),
                            options().beta2(),
                            options().epsilon(),
                            epsilonForm,
                            options().amsgrad(),
                            options().weightDecay()));
        }

        /// Whether the largest `v` so far counts.
        public Builder amsgrad(boolean amsgrad) {
            return options(
                    new Options(
                            options().learningRate(),
                            options().beta1(),
                            options().beta2(),
                            options().epsilon(),
                            options().epsilonForm(),
                            amsgrad,
                            options().weightDecay()));
        }

        /// λ of this group, at least 0; added to the gradient.
        public Builder weightDecay(double weightDecay) {
            return options(
                    new Options(
                            options().learningRate(),
                            options().beta1(),
                            options().beta2(),
                            options().epsilon(),
                            options().epsilonForm(),
                            options().amsgrad(),
                            weightDecay));
        }

        @Override
        public Adam build() {
            return new Adam(this);
        }
    }
}
