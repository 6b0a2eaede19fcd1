package aligrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.SplittableRandom;

class ShapeTest {

    @Test
    void knowsRankSizeAndExtents() {
        Shape shape = Shape.of(2, 3, 4);
        assertThat(shape.rank()).isEqualTo(3);
        assertThat(shape.size()).isEqualTo(24);
        assertThat(shape.extent(0)).isEqualTo(2);
        assertThat(shape.extent(-1)).isEqualTo(4);
        assertThat(shape.toArray()).containsExactly(2, 3, 4);
        assertThat(shape).hasToString("[2, 3, 4]");
        assertThat(Shape.of()).isSameAs(Shape.SCALAR);
        assertThat(Shape.SCALAR.size()).isEqualTo(1);
        assertThat(Shape.of(3, 0).size()).isZero();
    }

    @Test
    void isNotChangedThroughItsArrays() {
        int[] extents = {2, 3};
        Shape shape = Shape.of(extents);
        extents[0] = 9;
        shape.toArray()[1] = 9;
        assertThat(shape).isEqualTo(Shape.of(2, 3)).hasSameHashCodeAs(Shape.of(2, 3));
        assertThat(shape).isNotEqualTo(Shape.of(3, 2)).isNotEqualTo(Shape.of(2, 3, 1));
    }

    @Test
    void replacesInsertsAndRemovesAxes() {
        Shape shape = Shape.of(2, 3);
        assertThat(shape.with(-1, 5)).isEqualTo(Shape.of(2, 5));
        assertThat(shape.insert(0, 7)).isEqualTo(Shape.of(7, 2, 3));
        assertThat(shape.insert(2, 7)).isEqualTo(Shape.of(2, 3, 7));
        assertThat(shape.insert(-1, 7)).isEqualTo(Shape.of(2, 3, 7));
        assertThat(shape.insert(-3, 7)).isEqualTo(Shape.of(7, 2, 3));
        assertThat(shape.remove(0)).isEqualTo(Shape.of(3));
        assertThat(Shape.of(3).remove(-1)).isSameAs(Shape.SCALAR);
    }

    @Test
    void rejectsWhatIsNoShape() {
        assertThatThrownBy(() -> Shape.of(2, -1))
                .isInstanceOf(ShapeException.class)
                .hasMessage("shape [2, -1]: an extent must be at least 0; found -1");
        assertThatThrownBy(() -> Shape.of(1 << 30, 1 << 30, 1 << 30))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "shape [1073741824, 1073741824, 1073741824]: it has more elements than a"
                                + " long counts");
    }

    @Test
    void namesTheAxesThatThereAre() {
        assertThatThrownBy(() -> Shape.of(2, 3).extent(2))
                .isInstanceOf(ShapeException.class)
                .hasMessage("axis 2 of shape [2, 3]: it has axes -2 to 1");
        assertThatThrownBy(() -> Shape.of(2, 3).axis(-3))
                .isInstanceOf(ShapeException.class)
                .hasMessage("axis -3 of shape [2, 3]: it has axes -2 to 1");
        assertThatThrownBy(() -> Shape.SCALAR.extent(0))
                .isInstanceOf(ShapeException.class)
                .hasMessage("axis 0 of shape []: it has axes none (it is a single number)");
        assertThatThrownBy(() -> Shape.of(2, 3).insert(3, 1))
                .isInstanceOf(ShapeException.class)
                .hasMessage("insert axis 3 into shape [2, 3]: the position must be -3 to 2");
    }

    @Test
    void saysWhichExtentsDoNotBroadcast() {
        assertThatThrownBy(() -> Shape.broadcast("add", Shape.of(8, 2, 3), Shape.of(4, 3)))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "add [8, 2, 3] with [4, 3]: extents aligned at the last axis must be equal"
                                + " or 1 (2 ≠ 4 at axis -2); reshape or unsqueeze one of them");
    }

    /// The rule, written another way: pad with ones in front, then each pair must be equal or hold
    /// a 1.
    @Test
    void broadcastsByTheRule() {
        SplittableRandom random = new SplittableRandom(1);
        int fitting = 0;
        for (int trial = 0; trial < 5000; trial++) {
            Shape a = randomShape(random);
            Shape b = randomShape(random);
            int rank = Math.max(a.rank(), b.rank());
            int[] wide = new int[rank];
            boolean fits = true;
            boolean stretches = a.rank() <= b.rank();
            for (int i = 0; i < rank; i++) {
                int p = i < rank - a.rank() ? 1 : a.extent(i - rank + a.rank());
                int q = i < rank - b.rank() ? 1 : b.extent(i - rank + b.rank());
                fits &= p == q || p == 1 || q == 1;
                wide[i] = p == 1 ? q : p;
                stretches &= p == q || p == 1;
            }
            assertThat(a.broadcastsTo(b)).as("%s to %s", a, b).isEqualTo(stretches);
            if (fits) {
                fitting++;
                assertThat(Shape.broadcast("op", a, b))
                        .as("%s with %s", a, b)
                        .isEqualTo(Shape.of(wide))
                        .isEqualTo(Shape.broadcast("op", b, a));
            } else {
                assertThatThrownBy(() -> Shape.broadcast("op", a, b))
                        .isInstanceOf(ShapeException.class);
            }
        }
        assertThat(fitting).isBetween(1000, 4500); // both branches were taken
    }

    private static Shape randomShape(SplittableRandom random) {
        int[] extents = new int[random.nextInt(5)];
        for (int i = 0; i < extents.length; i++) {
            extents[i] = random.nextInt(4);
        }
        return Shape.of(extents);
    }

    @Test
    void contiguousStridesAreProductsOfTheExtentsBehind() {
        assertThat(Shape.of(2, 3, 4).contiguous().strides()).containsExactly(12, 4, 1);
        assertThat(Shape.of(2, 3, 4).contiguous().offset()).isZero();
        assertThat(Shape.of(2, 3, 4).contiguous().isContiguous()).isTrue();
        assertThat(Shape.SCALAR.contiguous().strides()).isEmpty();
    }
}
