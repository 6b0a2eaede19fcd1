package aligrad.tensor.spi;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

import org.junit.jupiter.api.Test;

class ReferencePoolingTest {

    // 1 5 5
    // 4 5 6
    private final Tensor image = Tensor.of(new float[] {1, 5, 5, 4, 5, 6}, 1, 2, 3, 1);

    @Test
    void picksTheLargestAndTheFirstOfTies() {
        Window2d window = Window2d.of(2);
        assertThat(image.maxPool2d(window).toFloatArray()).containsExactly(5, 6);
        Tensor places = Tensor.of(new float[] {0, 1, 2, 3, 4, 5}, 1, 2, 3, 1);
        assertThat(image.maxPick(places, window).toFloatArray()).containsExactly(1, 5);
        Tensor g = Tensor.of(new float[] {10, 20}, 1, 1, 2, 1);
        assertThat(image.maxSpread(g, window).toFloatArray()).containsExactly(0, 10, 0, 0, 0, 20);
    }

    @Test
    void neverPicksPadding() {
        Window2d window = Window2d.of(2).withStride(2).withPadding(1);
        assertThat(image.neg().maxPool2d(window).toFloatArray())
                .containsExactly(-1, -5, -4, -5); // windows {1}, {5, 5}, {4}, {5, 6}
    }

    @Test
    void countsNotANumberAsTheLargest() {
        Tensor x = Tensor.of(new float[] {1, Float.NaN, Float.NaN, 9}, 1, 2, 2, 1);
        Tensor places = Tensor.of(new float[] {0, 1, 2, 3}, 1, 2, 2, 1);
        assertThat(x.maxPick(places, Window2d.of(2)).item()).isEqualTo(1);
        assertThat(x.maxPool2d(Window2d.of(2)).item()).isNaN();
    }

    @Test
    void averagesWithAndWithoutPadding() {
        Window2d window = Window2d.of(2).withStride(2).withPadding(1);
        // windows {1}, {5, 5}, {4}, {5, 6}
        assertThat(image.averagePool2d(window, true).toFloatArray())
                .containsExactly(0.25f, 2.5f, 1, 2.75f);
        assertThat(image.averagePool2d(window, false).toFloatArray())
                .containsExactly(1, 5, 4, 5.5f);
    }

    @Test
    void dividesAmongThePixelsOfAWindow() {
        Window2d window = Window2d.of(2).withStride(2).withPadding(1);
        Tensor g = Tensor.of(new float[] {4, 8, 12, 16}, 1, 2, 2, 1);
        assertThat(g.averageSpread(window, true, image.shape()).toFloatArray())
                .containsExactly(1, 2, 2, 3, 4, 4);
        assertThat(g.averageSpread(window, false, image.shape()).toFloatArray())
                .containsExactly(4, 4, 4, 12, 8, 8);
    }

    @Test
    void poolsEachChannelOnItsOwn() {
        Tensor x = Tensor.of(new float[] {1, 8, 2, 7}, 1, 1, 2, 2);
        assertThat(x.maxPool2d(Window2d.of(1, 2)).toFloatArray()).containsExactly(2, 8);
    }
}
