package aligrad.tensor.spi;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

import org.junit.jupiter.api.Test;

class ReferenceConvolutionTest {

    // 1 2 3
    // 4 5 6
    // 7 8 9
    private final Tensor image = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, 1, 3, 3, 1);

    // 1  10
    // 0 100
    private final Tensor filter = Tensor.of(new float[] {1, 10, 0, 100}, 1, 2, 2, 1);

    @Test
    void slidesTheFilterWithoutTurningIt() {
        Tensor y = image.conv2d(filter, Window2d.of(2), 1);
        assertThat(y.toFloatArray()).containsExactly(521, 632, 854, 965); // 1 + 20 + 500, …
    }

    @Test
    void stepsPadsAndSpreads() {
        Window2d strided = Window2d.of(2).withStride(2).withPadding(1);
        // windows at (-1,-1), (-1,1), (1,-1), (1,1): only the lower row is inside at first
        assertThat(image.conv2d(filter, strided, 1).toFloatArray())
                .containsExactly(100, 300, 740, 965); // 100·1; 100·3; 10·4 + 100·7; all
        Window2d dilated = Window2d.of(2).withDilation(2);
        assertThat(image.conv2d(filter, dilated, 1).toFloatArray())
                .containsExactly(931); // 1 + 10·3 + 100·9
    }

    @Test
    void convolvesEachGroupOnItsOwn() {
        Tensor x = Tensor.of(new float[] {1, 2, 3, 4}, 1, 1, 1, 4);
        Tensor f = Tensor.of(new float[] {1, 10, 1, 10}, 2, 1, 1, 2);
        assertThat(x.conv2d(f, Window2d.of(1), 2).toFloatArray()).containsExactly(21, 43);
    }

    @Test
    void isTheTransposedMapTowardsTheImages() {
        Tensor g = Tensor.of(new float[] {1, 0, 0, 2}, 1, 2, 2, 1);
        // the filter at (0,0) once and at (1,1) twice
        assertThat(g.conv2dInputGradient(filter, Window2d.of(2), 1, image.shape()).toFloatArray())
                .containsExactly(1, 10, 0, 0, 102, 20, 0, 0, 200);
    }

    @Test
    void correlatesImageAndResultTowardsTheFilter() {
        Tensor g = Tensor.of(new float[] {1, 0, 0, 2}, 1, 2, 2, 1);
        Tensor df = image.conv2dFilterGradient(g, Window2d.of(2), 1);
        assertThat(df.shape()).isEqualTo(Shape.of(1, 2, 2, 1));
        // tap (0,0): 1·1 + 2·5; (0,1): 2 + 12; (1,0): 4 + 16; (1,1): 5 + 18
        assertThat(df.toFloatArray()).containsExactly(11, 14, 20, 23);
    }
}
