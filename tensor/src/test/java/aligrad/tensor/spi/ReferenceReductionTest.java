package aligrad.tensor.spi;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.DType;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

class ReferenceReductionTest {

    // 1 2 3
    // 4 5 6
    private final Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);

    @Test
    void joinsAlongEachAxis() {
        assertThat(x.sum(0).toFloatArray()).containsExactly(5, 7, 9);
        assertThat(x.sum(1).toFloatArray()).containsExactly(6, 15);
        assertThat(x.prod().item()).isEqualTo(720);
        assertThat(x.flip(0).max(0).toFloatArray()).containsExactly(4, 5, 6);
        assertThat(x.transpose().min(0).toFloatArray()).containsExactly(1, 4);
    }

    @Test
    void takesAPendingPrologue() {
        Tensor shared = x.mul(2); // 2 4 6 / 8 10 12
        assertThat(shared.add(1).sum(1).toFloatArray()).containsExactly(15, 33);
        assertThat(shared.square().sum().item()).isEqualTo(4 * 91);
        assertThat(shared.toFloatArray()).containsExactly(2, 4, 6, 8, 10, 12);
    }

    @Test
    void storesPartsOfItsPrologueThatManyNeed() {
        Tensor shared = x.mul(2).add(1).sub(0.5).exp().log(); // weight 5: the second use stores it
        double sum = shared.add(0).sum().item();
        assertThat(shared.isComputed()).isFalse();
        assertThat(shared.add(0).sum().item()).isEqualTo(sum);
        assertThat(shared.isComputed()).isTrue();
        assertThat(shared.add(0).sum().item()).isEqualTo(sum);
    }

    @Test
    void sumsInDouble() {
        // 2^24 + 1 + 1 - 2^24 = 2, which a float32 sum would lose
        Tensor large = Tensor.of(new float[] {16_777_216, 1, 1, -16_777_216}, 4);
        assertThat(large.sum().item()).isEqualTo(2);
    }

    @Test
    void spreadsNotANumber() {
        Tensor y = Tensor.of(new float[] {1, Float.NaN, 3, 4}, 2, 2);
        assertThat(y.max(1).toFloatArray()).containsExactly(Float.NaN, 4);
        assertThat(y.min(0).toFloatArray()).containsExactly(1, Float.NaN);
    }

    @Test
    void joinsWholeNumbersExactly() {
        long big = (1L << 60) + 1;
        Tensor y = Tensor.of(new long[] {big, -5, big, -7}, 2, 2);
        assertThat(y.sum(0).toLongArray()).containsExactly(2 * big, -12);
        assertThat(y.max().toLongArray()).containsExactly(big);
        assertThat(y.min().toLongArray()).containsExactly(-7);
        Tensor z = Tensor.of(new int[] {Integer.MAX_VALUE, 1}, 2);
        assertThat(z.sum().toLongArray()).containsExactly(Integer.MIN_VALUE); // wraps as int does
    }

    @Test
    void givesTheNeutralNumberForNothing() {
        assertThat(Tensor.zeros(0, 2).sum(0).toFloatArray()).containsExactly(0, 0);
        assertThat(Tensor.zeros(2, 0).prod(1).toFloatArray()).containsExactly(1, 1);
        assertThat(Tensor.zeros(0, 2).max(1).toFloatArray()).isEmpty();
    }

    @Test
    void accumulatesTheSquaredNormInDouble() {
        // 10^8 + 3·1 needs 27 bits
        Tensor y = Tensor.of(new float[] {10_000, 1, 1, 1}, 4);
        assertThat(y.squaredNorm().dtype()).isEqualTo(DType.F64);
        assertThat(y.squaredNorm().item()).isEqualTo(100_000_003);
        assertThat(x.transpose().squaredNorm().item()).isEqualTo(91);
    }
}
