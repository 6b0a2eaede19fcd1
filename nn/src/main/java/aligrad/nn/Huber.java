package aligrad.nn;

import aligrad.tensor.Tensor;

/// Squared near the target and linear far from it: with `d = x - z`, `d²/2` where `|d| ≤ δ` and
/// `δ·(|d| - δ/2)` beyond.
///
/// Source: Huber, *Robust Estimation of a Location Parameter*, 1964.
///
/// @param delta where the square ends, more than 0
public record Huber(double delta) implements Loss {

    public Huber {
        if (!(delta > 0)) {
            throw new IllegalArgumentException(
                    "Huber loss with δ " + delta + ": it must be above 0");
        }
    }

    /// The loss of each element.
    @Override
    public Tensor perSample(Tensor x, Tensor targets) {
        Targets.requireSame("Huber loss", x, targets);
        Tensor distance = x.sub(targets).abs();
        Tensor near = distance.minimum(delta);
        return near.square().mul(0.5).add(distance.sub(near).mul(delta));
    }
}
