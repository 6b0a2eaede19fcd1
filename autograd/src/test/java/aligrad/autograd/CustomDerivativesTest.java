package aligrad.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.tensor.Custom;
import aligrad.tensor.DType;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

class CustomDerivativesTest {

    /// `a²·b`, with a derivative that is given from outside.
    private record SquareTimes(
            Tensor a, Tensor b, BiFunction<SquareTimes, Tensor, List<@Nullable Tensor>> rule)
            implements Custom {
        @Override
        public String name() {
            return "square_times";
        }

        @Override
        public Shape shape() {
            return a.shape();
        }

        @Override
        public DType dtype() {
            return a.dtype();
        }

        @Override
        public int arity() {
            return 2;
        }

        @Override
        public Tensor input(int i) {
            return i == 0 ? a : b;
        }

        @Override
        public Tensor forward() {
            return a.square().mul(b);
        }

        @Override
        public List<@Nullable Tensor> derivative(Tensor g, Tensor y) {
            return rule.apply(this, g);
        }
    }

    private static List<@Nullable Tensor> right(SquareTimes op, Tensor g) {
        return List.of(g.mul(op.a).mul(op.b).mul(2), g.mul(op.a.square()));
    }

    private final Tensor a = Values.signed(1, 2, 3);
    private final Tensor b = Values.signed(2, 3);

    @Test
    void aRightDerivativePassesBothChecks() {
        GradientCheck.first(
                x -> Tensor.of(new SquareTimes(x[0], x[1], CustomDerivativesTest::right)), a, b);
        GradientCheck.second(
                x -> Tensor.of(new SquareTimes(x[0], x[1], CustomDerivativesTest::right)), a, b);
    }

    @Test
    void aMissingGradientIsNone() {
        Tensor x = a.track();
        Tensor y = b.track();
        Tensor result =
                Tensor.of(new SquareTimes(x, y, (op, g) -> Arrays.asList(g.mul(op.a), null)));
        Gradients g = Gradients.of(result.sum());
        assertThat(g.has(x)).isTrue();
        assertThat(g.has(y)).isFalse();
    }

    @Test
    void rejectsTheWrongNumberAndShapeOfGradients() {
        Tensor x = a.track();
        Tensor few = Tensor.of(new SquareTimes(x, b, (_, g) -> List.of(g)));
        assertThatThrownBy(() -> Gradients.of(few.sum()))
                .hasMessageContaining("square_times: it gave 1 gradients for 2 inputs");
        Tensor narrow = Tensor.of(new SquareTimes(x, b, (_, g) -> List.of(g.sum(), g)));
        assertThatThrownBy(() -> Gradients.of(narrow.sum()))
                .hasMessageContaining("input 0 is F64 [2, 3], but its gradient is F64 []");
        Tensor coarse = Tensor.of(new SquareTimes(x, b, (_, g) -> List.of(g.to(DType.F32), g)));
        assertThatThrownBy(() -> Gradients.of(coarse.sum())).hasMessageContaining("F32 [2, 3]");
    }
}
