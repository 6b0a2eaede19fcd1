package aligrad.optim;

import aligrad.tensor.Buffer;
import aligrad.tensor.Tensor;

import java.util.List;

/// The sequences x, y and z of Schedule-Free learning: `y` is the parameter, `z` is remembered, and
/// `x` follows from `y = β x + (1-β) z`.
final class ScheduleFreeSequences {

    static final String Z = "z";

    private final double[] weightSum;
    private final double[] largestRate;

    /// @param weightSum Σ γ_max² of each group
    /// @param largestRate γ_max of each group
    ScheduleFreeSequences(double[] weightSum, double[] largestRate) {
        this.weightSum = weightSum;
        this.largestRate = largestRate;
    }

    static void require(String optimizer, Projection projection, Averaging averaging) {
        if (!projection.equals(Projection.none())) {
            throw new IllegalArgumentException(
                    "%s with a projection: it would move y alone, away from x and z; use weightDecay"
                            .formatted(optimizer));
        }
        if (!averaging.equals(Averaging.none())) {
            throw new IllegalArgumentException(
                    "%s with averaging: it keeps an average already, and is judged by that; leave average out"
                            .formatted(optimizer));
        }
    }

    /// Before the first step: all three begin where the parameters are.
    <O> void start(long number, List<Group<O>> groups) {
        if (number == 0) {
            for (Group<O> group : groups) {
                for (Slot slot : group.slots()) {
                    slot.keep(slot.state(Z, 0), slot.value());
                }
            }
        }
    }

    /// The weight of the new `z` in `x`, for group `i` at rate γ.
    double c(int i, double gamma) {
        largestRate[i] = Math.max(largestRate[i], gamma);
        double weight = largestRate[i] * largestRate[i];
        weightSum[i] += weight;
        return weight == 0 ? 0 : weight / weightSum[i];
    }

    /// `z ← z - γ d`, and `y` after it. With `x` put in, `(1-c) y + c z - γ (1 - β (1-c)) d` is the
    /// new `y`, in terms of the old `y` and `z`.
    static void move(Slot slot, Tensor d, double gamma, double c, double beta) {
        Buffer buffer = slot.state(Z, 0);
        Tensor z = buffer.value();
        Tensor y = slot.value().mul(1 - c).add(z.mul(c)).sub(d.mul(gamma * (1 - beta * (1 - c))));
        slot.assign(y, buffer, z.sub(d.mul(gamma)));
    }

    static Tensor x(Slot slot, double beta) {
        Tensor z = slot.state(Z, 0).value();
        return slot.value().sub(z.mul(1 - beta)).mul(1 / beta);
    }
}
