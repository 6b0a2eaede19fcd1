package aligrad.optim;

import java.util.Arrays;
import java.util.List;

/// A learning rate that may depend on the number of steps taken.
///
/// Steps count from 0: a step is one change of the parameters, usually one batch. A schedule in
/// epochs is [#inEpochs].
///
/// ```java
/// LearningRate.warmup(500, LearningRate.cosine(0.1, 0, 10_000))
/// LearningRate.inEpochs(704, LearningRate.steps(0.1, 0.2, 60, 120, 160))
/// ```
public sealed interface LearningRate
        permits LearningRate.Constant,
                LearningRate.Steps,
                LearningRate.Every,
                LearningRate.Exponential,
                LearningRate.Cosine,
                LearningRate.CosineRestarts,
                LearningRate.OneCycle,
                LearningRate.InverseSquareRoot,
                LearningRate.Polynomial,
                LearningRate.Warmup,
                LearningRate.InEpochs,
                Plateau {

    /// The rate of step `t`, counted from 0.
    double at(long t);

    /// Those parts of it that remember something.
    default List<Plateau> plateaus() {
        return List.of();
    }

    /// The same rate always.
    static LearningRate constant(double rate) {
        return new Constant(checked(rate));
    }

    /// `rate`, multiplied by `factor` when each of `milestones` steps has been taken.
    static LearningRate steps(double rate, double factor, long... milestones) {
        for (int i = 1; i < milestones.length; i++) {
            if (milestones[i] <= milestones[i - 1]) {
                throw new IllegalArgumentException(
                        "learning-rate milestones %s: each must be larger than the one before"
                                .formatted(Arrays.toString(milestones)));
            }
        }
        return new Steps(
                checked(rate), checkedFactor(factor), Arrays.stream(milestones).boxed().toList());
    }

    /// `rate`, multiplied by `factor` after every `period` steps.
    static LearningRate every(long period, double rate, double factor) {
        return new Every(checkedSteps(period), checked(rate), checkedFactor(factor));
    }

    /// `rate · factor^t`.
    static LearningRate exponential(double rate, double factor) {
        return new Exponential(checked(rate), checkedFactor(factor));
    }

    /// From `first` to `last` along half a cosine in `steps` steps, then `last` (Loshchilov,
    /// Hutter, *SGDR*, ICLR 2017, equation 5).
    static LearningRate cosine(double first, double last, long steps) {
        return new Cosine(checked(first), checked(last), checkedSteps(steps));
    }

    /// [#cosine] again and again: the first time in `period` steps, each further time in `longer`
    /// times as many (Loshchilov, Hutter, *SGDR*, ICLR 2017, section 3).
    ///
    /// @param longer at least 1
    static LearningRate cosineRestarts(double first, double last, long period, int longer) {
        if (longer < 1) {
            throw new IllegalArgumentException(
                    "cosine restarts with periods %d times as long: it must be at least 1"
                            .formatted(longer));
        }
        return new CosineRestarts(checked(first), checked(last), checkedSteps(period), longer);
    }

    /// One rise and one fall in `steps` steps: from `maximum`/25 to `maximum` in the first three
    /// tenths, then down to `maximum`/250,000, each along half a cosine (Smith, Topin,
    /// *Super-Convergence*, 2018, with the proportions that PyTorch gives it). Afterwards the last
    /// rate stays.
    static LearningRate oneCycle(double maximum, long steps) {
        return new OneCycle(checked(maximum), checkedSteps(steps));
    }

    /// A straight line to `rate` in `warmup` steps, then `rate · √(warmup / (t+1))` (Vaswani and
    /// others, *Attention Is All You Need*, NIPS 2017, equation 3).
    static LearningRate inverseSquareRoot(double rate, long warmup) {
        return new InverseSquareRoot(checked(rate), checkedSteps(warmup));
    }

    /// From `first` to `last` in `steps` steps as `(1 - t/steps)^power`, then `last`; power 1 is a
    /// straight line.
    static LearningRate polynomial(double first, double last, long steps, double power) {
        if (!(power > 0)) {
            throw new IllegalArgumentException(
                    "polynomial learning rate of power " + power + ": it must be above 0");
        }
        return new Polynomial(checked(first), checked(last), checkedSteps(steps), power);
    }

    /// For `steps` steps a straight line from near 0 to where `then` stands at its beginning;
    /// `then` starts afterwards.
    static LearningRate warmup(long steps, LearningRate then) {
        return new Warmup(checkedSteps(steps), then);
    }

    /// `byEpoch`, whose `t` counts epochs instead of steps: what it says of epoch `t` holds for all
    /// `stepsPerEpoch` steps of it.
    static LearningRate inEpochs(long stepsPerEpoch, LearningRate byEpoch) {
        return new InEpochs(checkedSteps(stepsPerEpoch), byEpoch);
    }

    /// `unreduced`, multiplied by `factor` each time that more than `patience` observations in a
    /// row ([Plateau#observe]) were no improvement.
    ///
    /// @param factor above 0 and below 1
    static Plateau onPlateau(LearningRate unreduced, double factor, long patience) {
        return new Plateau(unreduced, factor, patience);
    }

    /// See [#constant].
    record Constant(double rate) implements LearningRate {
        @Override
        public double at(long t) {
            return rate;
        }
    }

    /// See [#steps].
    record Steps(double rate, double factor, List<Long> milestones) implements LearningRate {
        @Override
        public double at(long t) {
            double now = rate;
            for (long milestone : milestones) {
                now *= t >= milestone ? factor : 1;
            }
            return now;
        }
    }

    /// See [#every].
    record Every(long period, double rate, double factor) implements LearningRate {
        @Override
        public double at(long t) {
            return rate * Math.pow(factor, (double) (t / period));
        }
    }

    /// See [#exponential].
    record Exponential(double rate, double factor) implements LearningRate {
        @Override
        public double at(long t) {
            return rate * Math.pow(factor, t);
        }
    }

    /// See [#cosine].
    record Cosine(double first, double last, long steps) implements LearningRate {
        @Override
        public double at(long t) {
            double done = Math.min(1, (double) t / steps);
            return last + (first - last) * (1 + Math.cos(Math.PI * done)) / 2;
        }
    }

    /// See [#cosineRestarts].
    record CosineRestarts(double first, double last, long period, int longer)
            implements LearningRate {
        @Override
        public double at(long t) {
            if (longer == 1) {
                return new Cosine(first, last, period).at(t % period);
            }
            long since = t;
            long steps = period;
            while (since >= steps) {
                since -= steps;
                steps *= longer;
            }
            return new Cosine(first, last, steps).at(since);
        }
    }

    /// See [#oneCycle].
    record OneCycle(double maximum, long steps) implements LearningRate {
        private static final double RISE = 0.3;
        private static final double FIRST = 1.0 / 25;
        private static final double LAST = FIRST / 1e4;

        @Override
        public double at(long t) {
            double top = RISE * steps - 1; // so that the last of the steps has the last rate
            double end = steps - 1;
            if (t <= top) {
                return between(maximum * FIRST, maximum, t / top);
            }
            return between(maximum, maximum * LAST, Math.min(1, (t - top) / (end - top)));
        }

        private static double between(double from, double to, double done) {
            return to + (from - to) * (1 + Math.cos(Math.PI * done)) / 2;
        }
    }

    /// See [#inverseSquareRoot].
    record InverseSquareRoot(double rate, long warmup) implements LearningRate {
        @Override
        public double at(long t) {
            double n = t + 1.0;
            return rate * Math.min(n / warmup, Math.sqrt(warmup / n));
        }
    }

    /// See [#polynomial].
    record Polynomial(double first, double last, long steps, double power) implements LearningRate {
        @Override
        public double at(long t) {
            double left = 1 - Math.min(1, (double) t / steps);
            return last + (first - last) * Math.pow(left, power);
        }
    }

    /// See [#warmup].
    record Warmup(long steps, LearningRate then) implements LearningRate {
        @Override
        public double at(long t) {
            return t < steps ? then.at(0) * (t + 1) / steps : then.at(t - steps);
        }

        @Override
        public List<Plateau> plateaus() {
            return then.plateaus();
        }
    }

    /// See [#inEpochs].
    record InEpochs(long stepsPerEpoch, LearningRate byEpoch) implements LearningRate {
        @Override
        public double at(long t) {
            return byEpoch.at(t / stepsPerEpoch);
        }

        @Override
        public List<Plateau> plateaus() {
            return byEpoch.plateaus();
        }
    }

    private static double checked(double rate) {
        if (!(rate >= 0) || Double.isInfinite(rate)) {
            throw new IllegalArgumentException(
                    "learning rate " + rate + ": it must be a number of at least 0");
        }
        return rate;
    }

    private static double checkedFactor(double factor) {
        if (!(factor > 0) || Double.isInfinite(factor)) {
            throw new IllegalArgumentException(
                    "learning-rate factor " + factor + ": it must be a number above 0");
        }
        return factor;
    }

    private static long checkedSteps(long steps) {
        if (steps < 1) {
            throw new IllegalArgumentException(
                    "learning-rate schedule over " + steps + " steps: it needs at least 1");
        }
        return steps;
    }
}
