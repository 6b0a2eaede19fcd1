package aligrad.optim;

import java.util.List;

/// A learning rate that may depend on the number of steps taken.
///
/// Steps count from 0. Multiply epochs by the steps of an epoch.
///
/// ```java
/// LearningRate.warmup(500, LearningRate.cosine(0.1, 0, 10_000))
/// ```
public sealed interface LearningRate {

    /// The rate of step `t`, counted from 0.
    double at(long t);

    /// The same rate always.
    static LearningRate constant(double rate) {
        return new Constant(checked(rate));
    }

    /// `rate`, multiplied by `factor` when each of `milestones` steps has been taken.
    static LearningRate steps(double rate, double factor, long... milestones) {
        return new Steps(
                checked(rate), factor, java.util.Arrays.stream(milestones).boxed().toList());
    }

    /// `rate · factor^t`.
    static LearningRate exponential(double rate, double factor) {
        return new Exponential(checked(rate), factor);
    }

    /// From `first` to `last` along half a cosine in `steps` steps, then `last` (Loshchilov,
    /// Hutter, *SGDR*, ICLR 2017, equation 5).
    static LearningRate cosine(double first, double last, long steps) {
        return new Cosine(checked(first), checked(last), checkedSteps(steps));
    }

    /// From `first` to `last` in `steps` steps as `(1 - t/steps)^power`, then `last`; power 1 is a
    /// straight line.
    static LearningRate polynomial(double first, double last, long steps, double power) {
        return new Polynomial(checked(first), checked(last), checkedSteps(steps), power);
    }

    /// For `steps` steps a straight line from near 0 to where `then` stands at its beginning;
    /// `then` starts afterwards.
    static LearningRate warmup(long steps, LearningRate then) {
        return new Warmup(checkedSteps(steps), then);
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
    }

    private static double checked(double rate) {
        if (!(rate >= 0) || Double.isInfinite(rate)) {
            throw new IllegalArgumentException(
                    "learning rate " + rate + ": it must be a number of at least 0");
        }
        return rate;
    }

    private static long checkedSteps(long steps) {
        if (steps < 1) {
            throw new IllegalArgumentException(
                    "learning-rate schedule over " + steps + " steps: it needs at least 1");
        }
        return steps;
    }
}
