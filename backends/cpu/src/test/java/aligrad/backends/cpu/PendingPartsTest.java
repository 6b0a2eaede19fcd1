package aligrad.backends.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import aligrad.tensor.Random;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

/// Which parts of pending expressions are stored along the way, so that no kernel computes them
/// again.
class PendingPartsTest {

    private final Tensor x = centred(1);
    private final Tensor y = centred(2);

    private static Tensor centred(long seed) {
        Tensor t = Random.stream(seed).uniform(20, 33).sub(0.5);
        t.evaluate();
        return t;
    }

    /// Without kernels a reduction has what it joins computed first.
    private static void assumeKernels() {
        assumeThat(Lanes.CHECKED).as("checked memory access compiles no kernels").isFalse();
    }

    @Test
    void whatTwoReductionsJoinIsStoredByTheSecond() {
        assumeKernels();
        Tensor z = x.mul(y).add(1).exp().mul(x);
        z.sum().item();
        assertThat(z.isComputed()).isFalse();
        double largest = z.max().item();
        assertThat(z.isComputed()).isTrue();
        assertThat(z.max().item()).isEqualTo(largest);
    }

    @Test
    void whatIsCheapIsStoredByTheThird() {
        assumeKernels();
        Tensor z = x.mul(y);
        z.sum().item();
        z.max().item();
        assertThat(z.isComputed()).isFalse();
        z.min().item();
        assertThat(z.isComputed()).isTrue();
    }

    /// The gradient through a ReLU is joined, then needed as it is; its mask by nobody else.
    @Test
    void partsOfWhatIsStoredAreNot() {
        Tensor mask = x.mul(y).add(x).gt(0);
        Tensor z = mask.where(x.mul(2), 0);
        z.sum().item();
        z.evaluate();
        assertThat(mask.isComputed()).isFalse();
    }

    @Test
    void storedTruthsAreTheSameInterpretedAndCompiled() {
        long before = Specialization.threshold();
        try {
            Specialization.setThreshold(Long.MAX_VALUE);
            Tensor interpreted = x.gt(y);
            interpreted.evaluate();
            Specialization.setThreshold(0);
            Tensor compiled = x.gt(y);
            compiled.evaluate();
            assertThat(compiled.toLongArray()).isEqualTo(interpreted.toLongArray());
        } finally {
            Specialization.setThreshold(before);
        }
    }
}
