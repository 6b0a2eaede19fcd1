package aligrad.tensor.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.tensor.Buffer;
import aligrad.tensor.DType;
import aligrad.tensor.Random;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.Variable;

import org.junit.jupiter.api.Test;

class ReferencePointwiseTest {

    private static final double NAN = Double.NaN;

    @Test
    void roundsAnF32ChainOnlyWhereItIsStored() {
        // 2^24 + 1 is no float: rounded after each step, adding 1 twice would change nothing
        Tensor x = Tensor.of(new float[] {16_777_216f}, 1);
        assertThat(x.add(1).add(1).toFloatArray()).containsExactly(16_777_218f);
    }

    @Test
    void roundsAnF32ConstantBeforeItIsUsed() {
        Tensor zero = Tensor.scalar(0f);
        assertThat(zero.add(0.1).to(DType.F64).item()).isEqualTo((double) 0.1f);
        assertThat(Tensor.scalar(0.1f).eq(0.1).item()).isEqualTo(1);
    }

    @Test
    void roundsWhereF32BecomesF64() {
        // 0.1f · 0.1f has 48 bits, of which a float keeps 24
        Tensor x = Tensor.scalar(0.1f);
        assertThat(x.mul(x).to(DType.F64).item()).isEqualTo((double) (0.1f * 0.1f));
    }

    @Test
    void dropsFractionsAndSaturatesTowardsWholeNumbers() {
        Tensor x = Tensor.of(new double[] {-1.9, 1.9, 1e30, -1e30, NAN, 300, -5}, 7);
        assertThat(x.to(DType.I32).toLongArray())
                .containsExactly(-1, 1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0, 300, -5);
        assertThat(x.to(DType.I64).toLongArray())
                .containsExactly(-1, 1, Long.MAX_VALUE, Long.MIN_VALUE, 0, 300, -5);
        assertThat(x.to(DType.U8).toLongArray()).containsExactly(0, 1, 255, 0, 0, 255, 0);
        assertThat(x.mul(0).to(DType.BOOL).toLongArray()).containsExactly(0, 0, 0, 0, 1, 0, 0);
    }

    @Test
    void keepsAllDigitsOfI64() {
        long big = (1L << 62) + 1;
        Tensor x = Tensor.of(new long[] {big, 7}, 2);
        assertThat(x.add(Tensor.of(new long[] {1, 1}, 2)).toLongArray())
                .containsExactly(big + 1, 8);
        assertThat(x.eq(Tensor.of(new long[] {big - 1, 7}, 2)).toLongArray()).containsExactly(0, 1);
        assertThat(x.to(DType.I32).toLongArray()).containsExactly(Integer.MAX_VALUE, 7);
    }

    @Test
    void wrapsI32AfterEachStep() {
        Tensor x = Tensor.of(new int[] {Integer.MAX_VALUE}, 1);
        assertThat(x.add(1).div(2).toLongArray()).containsExactly(Integer.MIN_VALUE / 2);
        assertThat(x.square().toLongArray()).containsExactly(1); // (2^31 - 1)^2 = 2^62 - 2^32 + 1
    }

    @Test
    void dividesWholeNumbersTowardsZeroAndTakesTheRemainderWithTheSignOfTheDivisor() {
        Tensor a = Tensor.of(new int[] {7, -7, 7, -7}, 4);
        Tensor b = Tensor.of(new int[] {3, 3, -3, -3}, 4);
        assertThat(a.div(b).toLongArray()).containsExactly(2, -2, -2, 2);
        assertThat(a.mod(b).toLongArray()).containsExactly(1, 2, -2, -1);
        assertThat(a.to(DType.F32).mod(b.to(DType.F32)).toFloatArray())
                .containsExactly(1, 2, -2, -1);
    }

    @Test
    void refusesToDivideWholeNumbersByZero() {
        Tensor a = Tensor.of(new int[] {7}, 1);
        assertThatThrownBy(() -> a.div(0).storage())
                .isInstanceOf(ArithmeticException.class)
                .hasMessageStartingWith("div of I32 7 by 0");
    }

    @Test
    void comparesAndSelects() {
        Tensor x = Tensor.of(new float[] {-1, 0, 2, Float.NaN}, 4);
        assertThat(x.gt(0).where(x, x.neg().mul(10)).toFloatArray())
                .containsExactly(10f, -0f, 2f, Float.NaN);
        assertThat(x.ge(0).and(x.lt(2)).or(x.isNaN()).not().toLongArray())
                .containsExactly(1, 0, 1, 0);
        assertThat(x.maximum(0).toFloatArray()).containsExactly(0, 0, 2, Float.NaN);
        assertThat(x.relu().toFloatArray()).containsExactly(0, 0, 2, Float.NaN);
    }

    @Test
    void readsBroadcastAndReversedOperands() {
        Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        Tensor row = Tensor.of(new float[] {10, 20, 30}, 3);
        assertThat(x.flip(1).add(row).toFloatArray()).containsExactly(13, 22, 31, 16, 25, 34);
        assertThat(x.transpose().slice(0, 0, 3, 2).add(x.select(1, 0)).toFloatArray())
                .containsExactly(2, 8, 4, 10); // rows (1, 4) and (3, 6) of the transposed + (1, 4)
    }

    @Test
    void computesMoreElementsThanOneChunkHolds() {
        Tensor n = Tensor.range(1000);
        assertThat(n.mul(n).to(DType.F64).sum().item()).isEqualTo(999.0 * 1000 * 1999 / 6);
    }

    @Test
    void drawsUniformNumbersFromTheirPlace() {
        float[] all = Random.stream(3).uniform(2, 301).toFloatArray();
        Tensor again = Random.stream(3).uniform(2, 301).add(0);
        assertThat(again.select(1, 300).toFloatArray()).containsExactly(all[300], all[601]);
        for (float u : all) {
            assertThat(u).isBetween(0f, Math.nextDown(1f));
        }
    }

    @Test
    void overwritesWhatItReadsAtTheSamePlaces() {
        Variable m = new Buffer("m", Tensor.of(new float[] {1, 2}, 2));
        Variable w = new Buffer("w", Tensor.of(new float[] {10, 20}, 2));
        Tensor[] next = {m.value().mul(0.5).add(1), w.value().sub(m.value())};
        Variable.assign(new Variable[] {m, w}, next);
        assertThat(m.value().toFloatArray()).containsExactly(1.5f, 2);
        assertThat(w.value().toFloatArray()).containsExactly(9, 18);
    }

    @Test
    void computesNothingOfNothing() {
        Tensor empty = Tensor.zeros(0, 3).add(1).exp();
        assertThat(empty.shape()).isEqualTo(Shape.of(0, 3));
        assertThat(empty.toFloatArray()).isEmpty();
    }
}
