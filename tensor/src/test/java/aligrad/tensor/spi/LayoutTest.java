package aligrad.tensor.spi;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.util.Random;

class LayoutTest {

    @Test
    void splitsAnAxisOfASliceWithoutCopying() {
        // 3 rows of 12, of which columns 2 to 9 as 2 rows of 4
        Layout slice = Layout.of(Shape.of(3, 8), 2, 12, 1);
        Layout split = slice.reshaped(Shape.of(3, 8), Shape.of(3, 2, 4));
        assertThat(split).isNotNull();
        assertThat(split.offset()).isEqualTo(2);
        assertThat(split.strides()).containsExactly(12, 4, 1);
    }

    @Test
    void insertsAndDropsAxesOfExtentOneAnywhere() {
        Layout transposed = Layout.of(Shape.of(4, 3), 0, 1, 4);
        Layout longer = transposed.reshaped(Shape.of(4, 3), Shape.of(1, 4, 1, 3, 1));
        assertThat(longer).isNotNull();
        assertThat(longer.stride(1)).isEqualTo(1);
        assertThat(longer.stride(3)).isEqualTo(4);
        Layout back = longer.reshaped(Shape.of(1, 4, 1, 3, 1), Shape.of(4, 3));
        assertThat(back).isNotNull();
        assertThat(back.strides()).containsExactly(1, 4);
    }

    @Test
    void cannotJoinAxesThatDoNotFollowEachOther() {
        Layout transposed = Layout.of(Shape.of(4, 3), 0, 1, 4);
        assertThat(transposed.reshaped(Shape.of(4, 3), Shape.of(12))).isNull();
        assertThat(transposed.reshaped(Shape.of(4, 3), Shape.of(2, 6))).isNull();
    }

    @Test
    void everyReshapeOfAViewHasTheElementsOfItsCopy() {
        Random random = new Random(7);
        int[][] shapes = {
            {2, 3, 4}, {6, 4}, {24}, {4, 6}, {2, 12}, {1, 24}, {3, 2, 2, 2}, {8, 1, 3}
        };
        for (int turn = 0; turn < 400; turn++) {
            int axes = 2 + random.nextInt(2);
            Tensor view =
                    axes == 2
                            ? Tensor.range(120).reshape(10, 12)
                            : Tensor.range(360).reshape(6, 10, 6);
            if (random.nextBoolean()) {
                view = view.transpose();
            }
            int[] to = axes == 2 ? new int[] {4, 6} : new int[] {2, 3, 4};
            for (int axis = 0; axis < axes; axis++) {
                int step = 1 + random.nextInt(2);
                int reach = (to[axis] - 1) * step + 1;
                if (reach > view.extent(axis)) {
                    step = 1;
                    reach = to[axis];
                }
                int start = random.nextInt(view.extent(axis) - reach + 1);
                view = view.slice(axis, start, start + reach, step);
            }
            int[] extents = shapes[random.nextInt(shapes.length)];
            assertThat(view.reshape(extents).toLongArray())
                    .containsExactly(view.copy().reshape(extents).toLongArray());
        }
    }
}
