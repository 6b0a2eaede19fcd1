package aligrad.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.tensor.Parameter;
import aligrad.tensor.ShapeException;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.util.List;

class HessianVectorTest {

    @Test
    void ofAQuadraticFormIsItsMatrixTimesTheVector() {
        // f = ½ xᵀAx with A = [[2, 1], [1, 4]]: H·v = A·(1, -1) = (1, -3)
        Tensor a = Tensor.of(new double[] {2, 1, 1, 4}, 2, 2);
        Tensor hv =
                HessianVector.product(
                        x -> x.dot(a.matmul(x)).mul(0.5),
                        Tensor.of(new double[] {7, -5}),
                        Tensor.of(new double[] {1, -1}));
        assertThat(hv.toDoubleArray()).containsExactly(1, -3);
    }

    @Test
    void joinsAllParameters() {
        // f = u²·w: H = [[2w, 2u], [2u, 0]]; at (3, 5) times (1, 10): (10 + 60, 6)
        Parameter u = new Parameter("u", Tensor.of(new double[] {3}));
        Parameter w = new Parameter("w", Tensor.of(new double[] {5}));
        Parameter other = new Parameter("other", Tensor.of(new double[] {1, 1}));
        Tensor loss = u.value().square().mul(w.value()).sum();
        List<Tensor> hv =
                HessianVector.product(
                        loss,
                        List.of(u, w, other),
                        List.of(
                                Tensor.of(new double[] {1}),
                                Tensor.of(new double[] {10}),
                                Tensor.of(new double[] {1, 1})));
        assertThat(hv.get(0).toDoubleArray()).containsExactly(70);
        assertThat(hv.get(1).toDoubleArray()).containsExactly(6);
        assertThat(hv.get(2).toDoubleArray()).containsExactly(0, 0);
    }

    @Test
    void ofALinearFunctionIsZero() {
        Tensor x = Tensor.of(new double[] {1, 2});
        assertThat(HessianVector.product(t -> t.mul(3).sum(), x, x).toDoubleArray())
                .containsExactly(0, 0);
    }

    @Test
    void rejectsVectorsThatDoNotFit() {
        Parameter w = new Parameter("w", Tensor.of(new double[] {1, 2}));
        Tensor loss = w.value().square().sum();
        assertThatThrownBy(() -> HessianVector.product(loss, List.of(w), List.of()))
                .hasMessageContaining("1 parameters with 0 vectors");
        assertThatThrownBy(
                        () ->
                                HessianVector.product(
                                        loss, List.of(w), List.of(Tensor.of(new double[] {1}))))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[2]");
    }
}
