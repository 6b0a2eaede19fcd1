package aligrad.optim;

import aligrad.optim.StepReport.Bound;
import aligrad.tensor.Parameter;

import java.util.Map;

/// The stochastic Polyak step: as long as a loss that is linear would need to fall to its smallest
/// value.
///
/// ```
/// γ = min( γ_b, (f - f*) / (c ‖g‖²) )          SPS_max
/// γ_k = min( 2^{1/m} γ_{k-1}, (f - f*) / (c ‖g‖² + 1e-8) )          smoothed, γ_0 = 1
/// w ← w - γ g
/// ```
///
/// `γ_b` is the maximal learning rate of the group, `m` the number of batches in an epoch, over
/// which a smoothed step can at most double, and `f*` a lower bound of the loss of every batch.
/// With c = 1 and f* = 0 SPS_max is ALI-G without ε and momentum. A gradient shorter than 1e-8, or
/// a loss below f*, gives a step of 0, which a smoothed step does not remember: all later ones
/// would be 0, too.
///
/// Source: Loizou, Vaswani, Laradji, Lacoste-Julien, *Stochastic Polyak Step-size for SGD: An
/// Adaptive Learning Rate for Fast Convergence*, AISTATS 2021.
public final class Sps extends Optimizer<Sps.Options> {

    /// Options of a group.
    ///
    /// @param maxLearningRate γ_b, the longest step; infinite for none
    public record Options(double maxLearningRate) {
        public Options {
            Ranges.aboveZero("SPS", "max learning rate", maxLearningRate);
        }
    }

    /// A gradient that is shorter counts as none.
    private static final double SHORTEST = 1e-8;

    private static final double SMOOTHED_EPSILON = 1e-8;
    private static final Options DEFAULTS = new Options(Double.POSITIVE_INFINITY);

    private final double c;
    private final double lowerBound;

    /// m, or 0 where steps are not smoothed.
    private final long perEpoch;

    /// γ_{k-1}, where it is above 0.
    private final Scalar previous = number("previousStepSize", 1);

    private Sps(Builder builder) {
        super(builder);
        c = builder.c;
        lowerBound = builder.lowerBound;
        perEpoch = builder.perEpoch;
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
        double squaredNorm = step.clippedSquaredNorm();
        double divisor = c * squaredNorm + (perEpoch == 0 ? 0 : SMOOTHED_EPSILON);
        double unclipped =
                Math.sqrt(squaredNorm) < SHORTEST ? 0 : (step.loss() - lowerBound) / divisor;
        double longest =
                perEpoch == 0
                        ? Double.POSITIVE_INFINITY
                        : Math.pow(2, 1.0 / perEpoch) * previous.get();
        double common = Math.max(0, Math.min(longest, unclipped));
        if (common > 0) {
            previous.set(common);
        }
        Bound bound =
                unclipped > longest
                        ? Bound.MAX_LEARNING_RATE
                        : unclipped < 0 ? Bound.ZERO : Bound.NONE;
        double sum = 0;
        for (Group<Options> group : groups()) {
            double gammaB = group.options().maxLearningRate;
            sum += Math.min(common, gammaB);
            if (common > gammaB) {
                bound = Bound.MAX_LEARNING_RATE;
            }
        }
        step.each(
                (slot, o) ->
                        slot.assign(
                                slot.value()
                                        .sub(
                                                step.gradient(slot)
                                                        .mul(
                                                                Math.min(
                                                                        common,
                                                                        o.maxLearningRate)))));
        return new StepReport(
                step.loss(), sum / groups().size(), unclipped, bound, step.norm(), 1, 0);
    }

    @Override
    protected Map<String, Double> remembered(Options options) {
        return Map.of();
    }

    /// Collects what an [Sps] needs. Defaults: SPS_max with c = 1/2, f* = 0 and no maximal learning
    /// rate.
    public static final class Builder extends Optimizer.Builder<Options, Sps, Builder> {
        private double c = 0.5;
        private double lowerBound;
        private long perEpoch;

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

        /// γ_b, the longest step of this group, above 0.
        public Builder maxLearningRate(double maxLearningRate) {
            return options(new Options(maxLearningRate));
        }

        /// c, above 0; with 1/2 steps are the longest for which the theory holds.
        public Builder c(double c) {
            Ranges.aboveZero("SPS", "c", c);
            this.c = c;
            return this;
        }

        /// f*, which no batch's loss is below.
        public Builder lowerBound(double lowerBound) {
            if (!Double.isFinite(lowerBound)) {
                throw new IllegalArgumentException(
                        "SPS with lower bound " + lowerBound + ": it must be finite");
            }
            this.lowerBound = lowerBound;
            return this;
        }

        /// Lets a step be at most 2^{1/m} times the one before.
        ///
        /// @param batchesPerEpoch m, at least 1
        public Builder smoothed(long batchesPerEpoch) {
            if (batchesPerEpoch < 1) {
                throw new IllegalArgumentException(
                        "smoothed SPS with "
                                + batchesPerEpoch
                                + " batches in an epoch: it must be at least 1");
            }
            this.perEpoch = batchesPerEpoch;
            return this;
        }

        @Override
        public Sps build() {
            return new Sps(this);
        }
    }
}
