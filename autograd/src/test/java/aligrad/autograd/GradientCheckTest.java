package aligrad.autograd;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.tensor.Custom;
import aligrad.tensor.DType;
import aligrad.tensor.Recording;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.List;

class GradientCheckTest {

    /// `x³`, whose derivative is wrong in the last element, or right but cut off from its history.
    private record Cube(Tensor x, boolean wrong) implements Custom {
        @Override
        public String name() {
            return "cube";
        }

        @Override
        public Shape shape() {
            return x.shape();
        }

        @Override
        public DType dtype() {
            return x.dtype();
        }

        @Override
        public int arity() {
            return 1;
        }

        @Override
        public Tensor input(int i) {
            return x;
        }

        @Override
        public Tensor forward() {
            return x.mul(x).mul(x);
        }

        @Override
        public List<@Nullable Tensor> derivative(Tensor g, Tensor y) {
            return wrong
                    ? List.of(g.mul(x.square().mul(Tensor.of(new double[] {3, 3, 4}))))
                    : List.of(g.mul(Recording.off(() -> x.square().mul(3))));
        }
    }

    private final Tensor x = Tensor.of(new double[] {1, 2, 2}, 1, 3);

    @Test
    void saysWhichDerivativeIsWrongWithBothNumbers() {
        // Differences give 3x² = 12 times the weight, the wrong rule 16 times it.
        assertThatThrownBy(() -> GradientCheck.first(t -> Tensor.of(new Cube(t[0], true)), x))
                .isInstanceOf(AssertionError.class)
                .hasMessageMatching(
                        "first derivative in input 0 \\[1, 3], element \\[0, 2]: the gradient code"
                                + " says [0-9.]+, differences say [0-9.]+");
    }

    @Test
    void findsASecondDerivativeThatIsMissing() {
        GradientCheck.first(t -> Tensor.of(new Cube(t[0], false)), x);
        assertThatThrownBy(() -> GradientCheck.second(t -> Tensor.of(new Cube(t[0], false)), x))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("second derivative in input 0");
    }

    @Test
    void findsAResultThatForgotItsHistory() {
        assertThatThrownBy(() -> GradientCheck.first(t -> t[0].detach().square(), x))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("says 0.0");
    }

    @Test
    void findsAnErrorOfOneInAMillion() {
        assertThatThrownBy(
                        () ->
                                GradientCheck.first(
                                        t -> t[0].detach().mul(1e-6).add(t[0]).square(), x))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void rejectsFloats() {
        assertThatThrownBy(() -> GradientCheck.first(t -> t[0], Tensor.ones(3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("F32 [3]");
    }
}
