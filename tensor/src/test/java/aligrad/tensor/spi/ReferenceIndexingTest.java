package aligrad.tensor.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

class ReferenceIndexingTest {

    // 1 2 3
    // 4 5 6
    private final Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);

    @Test
    void gathersSlices() {
        Tensor rows = Tensor.of(new int[] {1, 1, 0}, 3);
        assertThat(x.gather(0, rows).toFloatArray()).containsExactly(4, 5, 6, 4, 5, 6, 1, 2, 3);
        Tensor columns = Tensor.of(new long[] {2, 0, 0, 1}, 2, 2);
        Tensor y = x.gather(1, columns);
        assertThat(y.shape()).isEqualTo(Shape.of(2, 2, 2));
        assertThat(y.toFloatArray()).containsExactly(3, 1, 1, 2, 6, 4, 4, 5);
        assertThat(x.gather(0, Tensor.of(new int[] {1})).toFloatArray()).containsExactly(4, 5, 6);
    }

    @Test
    void addsSlicesWhereIndicesRepeat() {
        Tensor columns = Tensor.of(new int[] {3, 0, 3}, 3);
        assertThat(x.gatherAdd(1, columns, 4).toFloatArray())
                .containsExactly(2, 0, 0, 4, 5, 0, 0, 10); // 1 + 3 and 4 + 6 meet in column 3
    }

    @Test
    void takesAndPutsSingleElements() {
        Tensor at = Tensor.of(new int[] {2, 0, 1, 1}, 2, 2);
        assertThat(x.takeAlong(1, at).toFloatArray()).containsExactly(3, 1, 5, 5);
        Tensor source = Tensor.of(new float[] {10, 20, 30, 40}, 2, 2);
        assertThat(source.putAlongAdd(1, at, 3).toFloatArray())
                .containsExactly(20, 0, 10, 0, 70, 0);
        assertThat(source.putAlongAdd(0, Tensor.of(new int[] {0, 1, 0, 0}, 2, 2), 2).toFloatArray())
                .containsExactly(40, 40, 0, 20);
    }

    @Test
    void movesWholeNumbersWithoutLoss() {
        long big = (1L << 62) + 1;
        Tensor y = Tensor.of(new long[] {big, 1}, 2);
        assertThat(y.gather(0, Tensor.of(new int[] {1, 0}, 2)).toLongArray())
                .containsExactly(1, big);
    }

    @Test
    void namesAnIndexThatIsOutside() {
        assertThatThrownBy(() -> x.gather(1, Tensor.of(new int[] {0, 3}, 2)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage(
                        "gather along axis 1 of extent 3: index 3 at position 1 is outside 0 to 2");
        assertThatThrownBy(() -> x.gatherAdd(0, Tensor.of(new int[] {0, 5}, 2), 5))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage(
                        "gather_add along axis 0 of extent 5: index 5 at position 1 is outside 0 to"
                                + " 4");
        assertThatThrownBy(() -> x.takeAlong(0, Tensor.of(new long[] {0, 1, -1}, 1, 3)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage(
                        "take_along along axis 0 of extent 2: index -1 at position 2 is outside 0"
                                + " to 1");
    }
}
