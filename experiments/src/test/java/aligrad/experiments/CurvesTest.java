package aligrad.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.awt.Color;
import java.util.ArrayList;
import java.util.List;

class CurvesTest {

    private static List<double[]> points(double... values) {
        List<double[]> points = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            points.add(new double[] {i + 1, values[i]});
        }
        return points;
    }

    @Test
    void keepsTheLowestAndTheHighestOfEachFewInTheirOrder() {
        assertThat(Curves.extremes(points(5, 1, 9, 2, 2, 2, 8, 3, 7), 3))
                .containsExactly(
                        new double[] {2, 1},
                        new double[] {3, 9},
                        new double[] {4, 2},
                        new double[] {7, 8},
                        new double[] {8, 3});
        assertThat(Curves.extremes(points(1, 2, 3), 1)).hasSize(3);
    }

    @Test
    void smoothsOverTheValuesBefore() {
        assertThat(Curves.smoothed(points(2, 4, 6, 8), 2))
                .containsExactly(
                        new double[] {1, 2},
                        new double[] {2, 3},
                        new double[] {3, 5},
                        new double[] {4, 7});
    }

    @Test
    void theLegendSaysWhatIsDrawn() {
        assertThat(Curves.legend("each", 1)).isEqualTo("each");
        assertThat(Curves.legend("each", 25)).isEqualTo("each (lowest and highest of 25)");
    }

    /// Of three iterations the axis would otherwise show 1, 1.25, 1.5 …
    @Test
    void iterationsAreWholeNumbers() {
        assertThat(Curves.iteration(2000)).isEqualTo("2000");
        assertThat(Curves.iteration(1.5)).isBlank();
    }

    @Test
    void aLogarithmicAxisLeavesOutWhatItCannotShow() {
        Curves curves = new Curves("Loss", "loss", true);
        assertThat(curves.each("each", points(0, -1), Color.RED).isEmpty()).isTrue();
        assertThat(curves.each("each", points(0, 1, 2), Color.RED).isEmpty()).isFalse();
    }
}
