package aligrad.tensor.spi;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.Movements;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

class ReferenceMovementTest {

    private final Tensor x = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);

    @Test
    void putsPiecesNextToEachOther() {
        Tensor y = Tensor.of(new float[] {5, 6}, 2, 1);
        assertThat(Movements.concat(1, x, y).toFloatArray()).containsExactly(1, 2, 5, 3, 4, 6);
        assertThat(Movements.concat(0, x.transpose(), x).toFloatArray())
                .containsExactly(1, 3, 2, 4, 1, 2, 3, 4);
        assertThat(Movements.stack(-1, x, x.neg()).toFloatArray())
                .containsExactly(1, -1, 2, -2, 3, -3, 4, -4);
    }

    @Test
    void surroundsWithTheBackground() {
        assertThat(x.pad(new int[] {0, 1}, new int[] {1, 0}, 9).toFloatArray())
                .containsExactly(9, 1, 2, 9, 3, 4, 9, 9, 9);
        Tensor bytes = Tensor.of(new byte[] {(byte) 200}, 1);
        assertThat(bytes.pad(new int[] {1}, new int[] {1}, 7).toLongArray())
                .containsExactly(7, 200, 7);
        Tensor mask = Tensor.of(new boolean[] {true}, 1);
        assertThat(mask.pad(new int[] {1}, new int[] {0}, 0).toLongArray()).containsExactly(0, 1);
    }
}
