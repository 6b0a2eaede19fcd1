package aligrad.experiments;

import aligrad.optim.LearningRate;
import aligrad.optim.Plateau;

import org.jspecify.annotations.Nullable;

/// The learning rate of SGD on SNLI: multiplied by one factor at the beginning of each epoch but
/// the first, and by another after each epoch whose accuracy on the validation set is not above the
/// best so far.
///
/// What it has seen is saved with the optimizer that it made a rate for.
final class PlateauSchedule implements Schedule {

    private final double eachEpoch;
    private final double noBetter;
    private @Nullable Plateau plateau;

    /// @param eachEpoch above 0, at most 1
    /// @param noBetter above 0, at most 1; 1 for a rate that does not depend on the accuracy
    PlateauSchedule(double eachEpoch, double noBetter) {
        this.eachEpoch = eachEpoch;
        this.noBetter = noBetter;
    }

    double eachEpoch() {
        return eachEpoch;
    }

    double noBetter() {
        return noBetter;
    }

    @Override
    public LearningRate of(double rate, long perEpoch) {
        LearningRate falling =
                LearningRate.inEpochs(perEpoch, LearningRate.exponential(rate, eachEpoch));
        if (noBetter == 1) {
            return falling;
        }
        Plateau made = LearningRate.onPlateau(falling, noBetter, 0);
        plateau = made;
        return made;
    }

    /// After each epoch.
    ///
    /// @param accuracy on the validation set
    void observe(double accuracy) {
        if (plateau != null) {
            plateau.observe(-accuracy);
        }
    }
}
