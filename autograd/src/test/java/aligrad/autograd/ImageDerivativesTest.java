package aligrad.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;
import aligrad.tensor.Window2d;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import java.util.List;

class ImageDerivativesTest {

    record Case(Window2d window, int groups, int height, int width) {}

    static final List<Case> CONVOLUTIONS =
            List.of(
                    new Case(Window2d.of(1), 1, 2, 3),
                    new Case(Window2d.of(3), 1, 4, 3),
                    new Case(Window2d.of(3).withPadding(1), 1, 3, 4),
                    new Case(Window2d.of(3).withPadding(1).withStride(2), 1, 5, 4),
                    new Case(Window2d.of(2, 3).withPadding(1, 0).withStride(1, 2), 1, 3, 5),
                    new Case(Window2d.of(3).withPadding(2).withDilation(2), 1, 4, 4),
                    new Case(Window2d.of(2).withStride(3), 1, 6, 5), // some pixels are never seen
                    new Case(Window2d.of(3).withPadding(1), 2, 3, 3),
                    new Case(Window2d.of(2).withStride(2).withDilation(2, 1), 4, 4, 4));

    @ParameterizedTest
    @FieldSource("CONVOLUTIONS")
    void convolutionAgreesWithDifferences(Case c) {
        Window2d window = c.window;
        Tensor x = Values.signed(1, 2, c.height, c.width, 4);
        Tensor filter =
                Values.signed(2, 4, window.kernelHeight(), window.kernelWidth(), 4 / c.groups);
        GradientCheck.first(t -> t[0].conv2d(t[1], window, c.groups), x, filter);
        // The gradient of each adjoint, in both its inputs, and that of the gradients of these.
        Tensor r = x.conv2d(filter, window, c.groups).mul(0.3).copy();
        GradientCheck.first(
                t -> t[0].conv2dInputGradient(t[1], window, c.groups, x.shape()), r, filter);
        GradientCheck.first(t -> t[0].conv2dFilterGradient(t[1], window, c.groups), x, r);
    }

    @Test
    void secondDerivativesOfConvolutionAgreeWithDifferences() {
        Window2d window = Window2d.of(2).withPadding(1).withStride(2);
        Tensor x = Values.signed(1, 1, 3, 3, 2);
        Tensor filter = Values.signed(2, 2, 2, 2, 2);
        GradientCheck.second(t -> t[0].conv2d(t[1], window, 1), x, filter);
        GradientCheck.second(t -> t[0].conv2d(t[1].tanh(), window, 1).square(), x, filter);
        Tensor r = x.conv2d(filter, window, 1).copy();
        GradientCheck.second(t -> t[0].conv2dInputGradient(t[1], window, 1, x.shape()), r, filter);
        GradientCheck.second(t -> t[0].conv2dFilterGradient(t[1], window, 1), x, r);
    }

    static final List<Window2d> POOLS =
            List.of(
                    Window2d.of(2).withStride(2),
                    Window2d.of(3).withStride(2).withPadding(1),
                    Window2d.of(2),
                    Window2d.of(1, 3).withStride(2, 1));

    @ParameterizedTest
    @FieldSource("POOLS")
    void poolingAgreesWithDifferences(Window2d window) {
        Tensor x = Values.distinct(1, 2, 4, 5, 2);
        Tensor v = Values.signed(2, 2, 4, 5, 2);
        GradientCheck.first(t -> t[0].maxPool2d(window), x);
        GradientCheck.first(t -> x.maxPick(t[0], window), v);
        Tensor r = x.maxPool2d(window).copy();
        GradientCheck.first(t -> x.maxSpread(t[0], window), r);
        for (boolean includePadding : new boolean[] {true, false}) {
            GradientCheck.first(t -> t[0].averagePool2d(window, includePadding), x);
            GradientCheck.first(t -> t[0].averageSpread(window, includePadding, x.shape()), r);
        }
    }

    @Test
    void secondDerivativesOfPoolingAgreeWithDifferences() {
        Window2d window = Window2d.of(2).withStride(1, 2);
        Tensor x = Values.distinct(1, 1, 3, 4, 1);
        GradientCheck.second(t -> t[0].maxPool2d(window).square(), x);
        GradientCheck.second(t -> t[0].square().averagePool2d(window, true).square(), x);
    }

    @Test
    void dilatedMaximumPoolingAgreesWithDifferences() {
        Window2d window = Window2d.of(2).withDilation(2).withStride(1, 2);
        GradientCheck.first(t -> t[0].maxPool2d(window), Values.distinct(1, 1, 5, 4, 2));
    }

    @Test
    void tiesInAWindowSendTheGradientToTheFirst() {
        Tensor x = Tensor.of(new double[] {1, 5, 5, 5}, 1, 2, 2, 1).track();
        Tensor y = x.maxPool2d(Window2d.of(2));
        assertThat(y.shape()).isEqualTo(Shape.of(1, 1, 1, 1));
        assertThat(Gradients.of(y).wrt(x).toDoubleArray()).containsExactly(0, 1, 0, 0);
    }
}
