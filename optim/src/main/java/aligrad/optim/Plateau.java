package aligrad.optim;

import java.util.ArrayList;
import java.util.List;

/// A learning rate that is reduced when a measure of the model stops falling.
///
/// What it has seen is saved with the optimizer that uses it.
///
/// ```java
/// Plateau rate = LearningRate.onPlateau(LearningRate.constant(0.1), 0.2, 3);
/// Sgd optimizer = Sgd.over(model.parameters()).learningRate(rate).build();
/// // after each epoch
/// rate.observe(validationLoss);
/// ```
public final class Plateau implements LearningRate {

    private final LearningRate unreduced;
    private final double factor;
    private final long patience;
    private final Scalar best = new Scalar(0);
    private final Scalar isBest = new Scalar(0); // 1 once there is a best
    private final Scalar worseInRow = new Scalar(0);
    private final Scalar reductions = new Scalar(0);

    Plateau(LearningRate unreduced, double factor, long patience) {
        if (!(factor > 0 && factor < 1)) {
            throw new IllegalArgumentException(
                    "learning rate reduced by factor "
                            + factor
                            + ": it must be above 0 and below 1");
        }
        if (patience < 0) {
            throw new IllegalArgumentException(
                    "learning rate reduced after a patience of "
                            + patience
                            + " observations: it must be at least 0");
        }
        this.unreduced = unreduced;
        this.factor = factor;
        this.patience = patience;
    }

    @Override
    public double at(long t) {
        return unreduced.at(t) * Math.pow(factor, reductions.get());
    }

    @Override
    public List<Plateau> plateaus() {
        List<Plateau> all = new ArrayList<>(unreduced.plateaus());
        all.add(this);
        return all;
    }

    /// Tells how the model does; less is better, so give `-accuracy` for an accuracy. What is not
    /// finite is no improvement.
    public void observe(double measure) {
        if (Double.isFinite(measure) && (isBest.get() == 0 || measure < best.get())) {
            best.set(measure);
            isBest.set(1);
            worseInRow.set(0);
            return;
        }
        worseInRow.set(worseInRow.get() + 1);
        if (worseInRow.get() > patience) {
            reductions.set(reductions.get() + 1);
            worseInRow.set(0);
        }
    }

    /// How often the rate was reduced.
    public long reductions() {
        return (long) reductions.get();
    }

    void rememberIn(Remembered<?> remembered, String name) {
        remembered.number(name + ".best", best);
        remembered.count(name + ".isBest", isBest);
        remembered.count(name + ".worseInRow", worseInRow);
        remembered.count(name + ".reductions", reductions);
    }
}
