package aligrad.optim;

/// An average of the weights along the way, to evaluate with in place of the last ones.
///
/// An optimizer keeps it beside the weights that it trains, and [Optimizer#evaluating] puts it in
/// their place for a while:
///
/// ```java
/// Sgd optimizer = Sgd.over(model.parameters()).average(Averaging.exponential(0.999)).build();
/// double accuracy = optimizer.evaluating(() -> accuracy(model, validation));
/// ```
///
/// Running statistics, as of batch normalization, are no parameters: they belong to the weights
/// that were trained. Where a model has some, let it see a few dozen batches of training data
/// inside [Optimizer#evaluating] before it is judged.
public sealed interface Averaging {

    /// What the average keeps of its past when a step ended with new weights, so that `a ← keep·a +
    /// (1-keep)·w`; 1 if these weights do not count.
    ///
    /// @param t how many steps were taken, from 1
    double keep(long t);

    /// Whether after `t` steps there is an average.
    boolean isBegun(long t);

    /// The last weights.
    static Averaging none() {
        return new None();
    }

    /// `a ← β a + (1-β) w` after each step, beginning with the weights after the first (Polyak,
    /// Juditsky, SIAM Journal on Control and Optimization 30, 1992, with the weights of a moving
    /// average).
    ///
    /// @param beta β, in [0, 1); after `1/(1-β)` steps weights count little more than a third
    static Averaging exponential(double beta) {
        return new Exponential(beta);
    }

    /// The mean of the weights after steps `first`, `first + every`, `first + 2 every`, …; before
    /// them, the last weights. With a constant or cyclic learning rate from step `first` on this is
    /// SWA (Izmailov, Podoprikhin, Garipov, Vetrov, Wilson, *Averaging Weights Leads to Wider
    /// Optima*, UAI 2018, algorithm 1).
    ///
    /// @param first counted from 1, at least 1
    /// @param every at least 1; often the steps of an epoch
    static Averaging uniform(long first, long every) {
        return new Uniform(first, every);
    }

    /// See [#none].
    record None() implements Averaging {
        @Override
        public double keep(long t) {
            return 1;
        }

        @Override
        public boolean isBegun(long t) {
            return false;
        }
    }

    /// See [#exponential].
    record Exponential(double beta) implements Averaging {
        public Exponential {
            Ranges.belowOne("averaging", "beta", beta);
        }

        @Override
        public double keep(long t) {
            return t <= 1 ? 0 : beta;
        }

        @Override
        public boolean isBegun(long t) {
            return t >= 1;
        }
    }

    /// See [#uniform].
    record Uniform(long first, long every) implements Averaging {
        public Uniform {
            if (first < 1 || every < 1) {
                throw new IllegalArgumentException(
                        "averaging from step %d on, every %d steps: both must be at least 1"
                                .formatted(first, every));
            }
        }

        @Override
        public double keep(long t) {
            if (t < first || (t - first) % every != 0) {
                return 1;
            }
            double before = (double) ((t - first) / every);
            return before / (before + 1);
        }

        @Override
        public boolean isBegun(long t) {
            return t >= first;
        }
    }
}
