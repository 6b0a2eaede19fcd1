package aligrad.nn;

import aligrad.tensor.Random;
import aligrad.tensor.Tensor;

/// Sets each number to 0 with probability `p` in training and divides the others by `1 - p`, so
/// that the expectation stays; in evaluation it changes nothing.
///
/// Which numbers are dropped is a function of the random stream's counter, so the mask is computed
/// again for the gradient instead of being stored. Source: Srivastava et al., *Dropout*, JMLR 15,
/// 2014.
public final class Dropout extends Layer {

    private final double probability;
    private final Random random;

    /// @param probability with which a number is dropped, from 0 to less than 1
    /// @param random the stream to draw from, which no other layer should use: `random.named("…")`
    public Dropout(double probability, Random random) {
        if (!(probability >= 0 && probability < 1)) {
            throw new IllegalArgumentException(
                    "dropout with probability " + probability + ": it must be 0 to less than 1");
        }
        this.probability = probability;
        this.random = stream("random", random);
    }

    @Override
    protected Tensor compute(Tensor x) {
        if (!isTraining() || probability == 0) {
            return x;
        }
        double keep = 1 - probability;
        Tensor kept = random.bernoulli(keep, x.shape());
        return kept.where(x.mul(1 / keep), 0);
    }

    @Override
    public String toString() {
        return "Dropout(" + probability + ")";
    }
}
