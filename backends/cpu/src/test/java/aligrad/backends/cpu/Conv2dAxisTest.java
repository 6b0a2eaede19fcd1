package aligrad.backends.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.Window2d;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class Conv2dAxisTest {

    /// A result position, a source position and a kernel index that are multiplied.
    private record Meeting(int result, int source, int tap) {}

    private static List<Meeting> meetings(Conv2dAxis axis, int sourceExtent) {
        List<Meeting> all = new ArrayList<>();
        for (int v = axis.low(); v < axis.high(); v++) {
            for (int t = 0; t < axis.taps().length; t++) {
                int source = v * axis.sourceStep() + axis.offsets()[t];
                if (source >= 0 && source < sourceExtent) {
                    int result = axis.resultStart() + v * axis.resultStep();
                    all.add(new Meeting(result, source, axis.taps()[t]));
                }
            }
        }
        return all;
    }

    @Test
    void theGradientMeetsWhatTheForwardPassMetAndReachesEveryPixelOnce() {
        for (int extent = 1; extent <= 9; extent++) {
            for (int kernel = 1; kernel <= 5; kernel++) {
                for (int stride = 1; stride <= 4; stride++) {
                    for (int padding = 0; padding <= 3; padding++) {
                        for (int dilation = 1; dilation <= 3; dilation++) {
                            Window2d window =
                                    new Window2d(kernel, 1, stride, 1, padding, 0, dilation, 1);
                            if (window.outputHeight(extent) >= 1) {
                                compare(new Conv2dGeometry(1, extent, 1, 1, 1, window, 1));
                            }
                        }
                    }
                }
            }
        }
    }

    private static void compare(Conv2dGeometry s) {
        List<Meeting> turned = new ArrayList<>();
        List<Integer> pixels = new ArrayList<>();
        for (Conv2dAxis axis : Conv2dAxis.gradientRows(s)) {
            for (Meeting m : meetings(axis, s.oh())) {
                turned.add(new Meeting(m.source(), m.result(), m.tap()));
            }
            for (int v = axis.low(); v < axis.high(); v++) {
                pixels.add(axis.resultStart() + v * axis.resultStep());
            }
        }
        assertThat(turned)
                .as("%s", s)
                .containsExactlyInAnyOrderElementsOf(meetings(Conv2dAxis.forwardRows(s), s.h()));
        assertThat(pixels).as("%s", s).hasSize(s.h()).doesNotHaveDuplicates();
        assertThat(pixels).as("%s", s).allMatch(pixel -> pixel >= 0 && pixel < s.h());
    }

    /// Stride 2, kernel 3, padding 1 on 4 pixels. Pixel 1 has `i + padding = 2`: residue 0, v = 1,
    /// and meets kernel indices 0 (result 1) and 2 (result 0). Pixel 0 has residue 1, v = 0, and
    /// meets index 1 (result 0) only.
    @Test
    void aStrideCutsTheGradientInResidueClasses() {
        Window2d window = Window2d.of(3, 1).withStride(2, 1).withPadding(1, 0);
        List<Conv2dAxis> axes =
                Conv2dAxis.gradientRows(new Conv2dGeometry(1, 4, 1, 1, 1, window, 1));
        assertThat(axes).hasSize(2);
        assertThat(axes.get(0).taps()).containsExactly(0, 2);
        assertThat(axes.get(0).offsets()).containsExactly(0, -1);
        assertThat(axes.get(1).taps()).containsExactly(1);
        assertThat(axes.get(1).offsets()).containsExactly(0);
    }
}
