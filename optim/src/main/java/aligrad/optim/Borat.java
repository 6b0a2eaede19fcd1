package aligrad.optim;

import aligrad.optim.StepReport.Bound;
import aligrad.tensor.Buffer;
import aligrad.tensor.Parameter;
import aligrad.tensor.Tensor;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/// BORAT: ALI-G with a bundle of linearizations of several mini-batches.
///
/// A bundle has N pieces: the constant 0, below which no loss is, and the linearized losses of N -
/// 1 mini-batches, each at a point of its own.
///
/// ```
/// b_i = f_i - ⟨g_i, x_i - x₀⟩          piece 0: b = 0, g = 0
/// α = argmax over the simplex of  Σ α_i b_i - η/2 ‖Σ α_i g_i‖²
/// x_i = x₀ - η Σ α_j g_j               with the pieces so far, where the next batch is linearized
/// v ← μ v - η Σ α_i g_i                when all are there
/// x ← Π( x₀ - η Σ α_i g_i + μ v )
/// ```
///
/// Each `step` takes one mini-batch, like that of every other optimizer, so the training loop stays
/// the same: N - 2 of N - 1 are reported as [Bound#PARTIAL] and only move to an intermediate point,
/// every (N - 1)-th one completes the update. In between, [Optimizer#evaluating] shows x₀. With N =
/// 2 it is [AliG] with standard momentum. A parameter without a gradient counts as one whose
/// gradient is 0.
///
/// Source: Paren, Berrada, Poudel, Kumar, *A Stochastic Bundle Method for Interpolation*, JMLR 23,
/// 2022 (arXiv 2201.12678).
///
/// ```java
/// Borat optimizer = Borat.over(model.parameters()).maxLearningRate(0.1).bundle(3).build();
/// for (Batch batch : loader) {
///     optimizer.step(() -> CrossEntropy.mean(model.forward(batch.images()), batch.labels()));
/// }
/// ```
public final class Borat extends Optimizer<Borat.Options> {

    /// Options of a group.
    ///
    /// @param maxLearningRate η, above 0 and finite
    /// @param momentum μ, at least 0
    public record Options(double maxLearningRate, double momentum) {
        public Options {
            if (!(maxLearningRate > 0) || Double.isInfinite(maxLearningRate)) {
                throw new IllegalArgumentException(
                        "BORAT with maximal learning rate "
                                + maxLearningRate
                                + ": it must be a number above 0");
            }
            Ranges.atLeastZero("BORAT", "momentum", momentum);
        }
    }

    /// With it the dual has a thousand faces; the paper uses 2, 3 and 5.
    private static final int LARGEST_BUNDLE = 10;

    private static final String X0 = "x0";
    private static final String G = "g";
    private static final String MOMENTUM = "momentum";
    private static final Options DEFAULTS = new Options(0.1, 0);

    /// N.
    private final int bundle;

    /// How many batches the bundle under way has.
    private final Scalar pieces = count("pieces");

    /// `η ⟨g_i, g_j⟩`, in rows of N - 1.
    private final double[] gram;

    private final double[] b;

    private Borat(Builder builder) {
        super(builder);
        bundle = builder.bundle;
        gram = table("gram", new double[(bundle - 1) * (bundle - 1)]);
        b = table("b", new double[bundle - 1]);
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
        int k = (int) pieces.get();
        if (k == 0 && bundle > 2) {
            forAll((slot, o) -> slot.keep(slot.state(X0, 0), pending(slot.value())));
        }
        for (int j = 0; j < k; j++) {
            int i = j;
            double product =
                    step.sum(
                            (slot, o) ->
                                    o.maxLearningRate
                                            * InnerProduct.of(step.gradient(slot), piece(slot, i)));
            gram[k * (bundle - 1) + j] = product;
            gram[j * (bundle - 1) + k] = product;
        }
        gram[k * bundle] =
                step.sum((slot, o) -> o.maxLearningRate * step.gradient(slot).squaredNorm().item());
        b[k] = step.loss() - (k == 0 ? 0 : step.sum((slot, o) -> change(step, slot)));
        double[] alpha = BundleDual.solve(k + 1, gram, bundle - 1, b);
        boolean isComplete = k + 1 == bundle - 1;
        forAll((slot, o) -> move(step, slot, alpha, isComplete, o));
        pieces.set(isComplete ? 0 : k + 1);
        return report(step, alpha[0], isComplete);
    }

    /// `⟨g, x - x₀⟩`.
    private static double change(Optimizer<Options>.Step step, Slot slot) {
        return InnerProduct.of(step.gradient(slot), slot.value().sub(slot.state(X0, 0).value()));
    }

    /// The same numbers, not yet computed, so that what is there before is overwritten in place.
    private static Tensor pending(Tensor x) {
        return x.mul(1);
    }

    private static Tensor piece(Slot slot, int i) {
        return slot.state(G + i, 0).value();
    }

    private void move(
            Optimizer<Options>.Step step,
            Slot slot,
            double[] alpha,
            boolean isComplete,
            Options o) {
        int k = (int) pieces.get();
        Tensor g = step.has(slot) ? step.gradient(slot) : slot.value().mul(0);
        Tensor delta = g.mul(-o.maxLearningRate * alpha[k + 1]);
        for (int i = 0; i < k; i++) {
            delta = delta.sub(piece(slot, i).mul(o.maxLearningRate * alpha[i + 1]));
        }
        Tensor x0 = bundle > 2 ? slot.state(X0, 0).value() : slot.value();
        if (!isComplete) {
            slot.assign(x0.add(delta), slot.state(G + k, 0), pending(g));
        } else if (o.momentum == 0) {
            slot.assign(x0.add(delta));
        } else {
            Buffer momentum = slot.state(MOMENTUM, 0);
            Tensor v = momentum.value().mul(o.momentum).add(delta);
            slot.assign(x0.add(delta).add(v.mul(o.momentum)), momentum, v);
        }
    }

    private StepReport report(Step step, double atZero, boolean isComplete) {
        double etas = 0;
        for (Group<Options> group : groups()) {
            etas += group.options().maxLearningRate;
        }
        double rate = (1 - atZero) * etas / groups().size();
        if (!isComplete) {
            return partial(step, rate);
        }
        Bound bound = atZero == 0 ? Bound.MAX_LEARNING_RATE : atZero == 1 ? Bound.ZERO : Bound.NONE;
        return new StepReport(step.loss(), rate, rate, bound, step.norm(), 1, 0);
    }

    private void forAll(BiConsumer<Slot, Options> body) {
        for (Group<Options> group : groups()) {
            for (Slot slot : group.slots()) {
                body.accept(slot, group.options());
            }
        }
    }

    @Override
    protected Tensor evaluationValue(Slot slot, Options o) {
        return pieces.get() == 0 ? slot.value() : slot.state(X0, 0).value();
    }

    @Override
    protected boolean keepsEvaluationWeights() {
        return pieces.get() > 0;
    }

    @Override
    protected Map<String, Double> remembered(Options options) {
        Map<String, Double> kinds = new LinkedHashMap<>();
        if (bundle > 2) {
            kinds.put(X0, 0.0);
        }
        for (int i = 0; i < bundle - 2; i++) {
            kinds.put(G + i, 0.0);
        }
        if (options.momentum != 0) {
            kinds.put(MOMENTUM, 0.0);
        }
        return kinds;
    }

    /// Collects what a [Borat] needs. Defaults: η = 0.1, no momentum, N = 3.
    public static final class Builder extends Optimizer.Builder<Options, Borat, Builder> {
        private int bundle = 3;

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

        /// η of this group, above 0 and finite.
        public Builder maxLearningRate(double maxLearningRate) {
            return options(new Options(maxLearningRate, options().momentum()));
        }

        /// μ of this group, at least 0.
        public Builder momentum(double momentum) {
            return options(new Options(options().maxLearningRate(), momentum));
        }

        /// N, how many pieces a bundle has: one more than mini-batches; from 2 to 10.
        public Builder bundle(int bundle) {
            if (bundle < 2 || bundle > LARGEST_BUNDLE) {
                throw new IllegalArgumentException(
                        "BORAT with a bundle of %d pieces: it must be from 2 to %d"
                                .formatted(bundle, LARGEST_BUNDLE));
            }
            this.bundle = bundle;
            return this;
        }

        @Override
        public Borat build() {
            return new Borat(this);
        }
    }
}
