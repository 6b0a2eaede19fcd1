package aligrad.backends.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.Device;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Random;
import java.util.function.UnaryOperator;

/// Lines so long that the work-items of a group share them, along the last axis and before others.
class SharedLinesTest {

    @BeforeAll
    static void needsADevice() {
        Presence.device();
    }

    private static final int LONG = 1037; // not a multiple of a group

    private static final Shape ROWS = Shape.of(5, LONG);
    private static final Shape COLUMNS = Shape.of(2, LONG, 3);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void softmaxOfALongLineAddsUpToOne(boolean rows) {
        Tensor x = few(rows ? ROWS : COLUMNS, 9, 0);
        float[] expected = on("reference", x, y -> y.softmax(1));
        float[] actual = on("opencl", x, y -> y.softmax(1));
        float[] logarithms = on("opencl", x, y -> y.logSoftmax(1));
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], Offset.offset(1e-6f * expected[i]));
            assertThat(logarithms[i])
                    .isCloseTo((float) Math.log(expected[i]), Offset.offset(1e-5f));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tiesOfALongLineGoToTheFirst(boolean rows) {
        Tensor x = few(rows ? ROWS : COLUMNS, 40, 0);
        compareExtremes(x);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theFirstNotANumberOfALongLineIsTheExtreme(boolean rows) {
        Tensor x = few(rows ? ROWS : COLUMNS, 40, 3);
        compareExtremes(x);
    }

    @Test
    void theLastElementOfALongLineCanBeTheExtreme() {
        float[] values = new float[LONG];
        values[LONG - 1] = 1;
        Tensor x = Device.use(Device.of("reference"), () -> Tensor.of(values, LONG));
        assertThat(on("opencl", x, y -> y.argmax(0))).containsExactly(LONG - 1);
        assertThat(on("opencl", x, y -> y.argmin(0))).containsExactly(0);
    }

    private static void compareExtremes(Tensor x) {
        assertThat(on("opencl", x, y -> y.argmax(1)))
                .isEqualTo(on("reference", x, y -> y.argmax(1)));
        assertThat(on("opencl", x, y -> y.argmin(1)))
                .isEqualTo(on("reference", x, y -> y.argmin(1)));
    }

    /// Whole numbers from 0 to `values - 1`, some in a thousand of them not a number.
    private static Tensor few(Shape shape, int values, int notNumbers) {
        Random random = new Random(7);
        float[] x = new float[(int) shape.size()];
        for (int i = 0; i < x.length; i++) {
            x[i] = random.nextInt(1000) < notNumbers ? Float.NaN : random.nextInt(values);
        }
        return Device.use(Device.of("reference"), () -> Tensor.of(x, shape.toArray()));
    }

    private static float[] on(String device, Tensor x, UnaryOperator<Tensor> f) {
        return Device.use(
                Device.of(device),
                () -> {
                    double[] y = f.apply(x.to(Device.of(device))).toDoubleArray();
                    float[] narrow = new float[y.length];
                    for (int i = 0; i < y.length; i++) {
                        narrow[i] = (float) y[i];
                    }
                    return narrow;
                });
    }
}
