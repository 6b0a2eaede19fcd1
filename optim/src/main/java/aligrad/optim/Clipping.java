package aligrad.optim;

/// How gradients that are too large are scaled down before a step.
public sealed interface Clipping {

    /// The factor for all gradients, given their joint norm.
    double factor(double norm);

    /// Gradients stay as they are.
    static Clipping none() {
        return new None();
    }

    /// All gradients times `limit / max(‖g‖, limit)`, with the norm over all parameters together
    /// (Pascanu, Mikolov, Bengio, ICML 2013).
    ///
    /// @throws IllegalArgumentException if the limit is not above 0
    static Clipping globalNorm(double limit) {
        return new GlobalNorm(limit);
    }

    /// See [#none].
    record None() implements Clipping {
        @Override
        public double factor(double norm) {
            return 1;
        }
    }

    /// See [#globalNorm].
    record GlobalNorm(double limit) implements Clipping {
        public GlobalNorm {
            if (!(limit > 0)) {
                throw new IllegalArgumentException(
                        "gradient clipping at norm " + limit + ": it must be above 0");
            }
        }

        @Override
        public double factor(double norm) {
            return norm > limit ? limit / norm : 1;
        }
    }
}
