package aligrad.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.Contraction;
import aligrad.tensor.Contractions;
import aligrad.tensor.Recording;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;

class ContractionDerivativesTest {

    @ParameterizedTest
    @CsvSource({
        "'2 3', '3 4'",
        "'3', '3 4'",
        "'2 3', '3'",
        "'3', '3'",
        "'2 2 3', '3 4'",
        "'2 2 2 3', '3 2'",
        "'2 2 3', '2 3 4'",
        "'2 1 2 3', '3 3 2'",
        "'2 3', '2 3 4'",
        "'2 2 3', '1 3 4'",
        "'1 2 3', '1 1 3 2'",
        "'1 1', '1 1'"
    })
    void productsAgreeWithDifferences(String left, String right) {
        Tensor a = Values.signed(1, extents(left));
        Tensor b = Values.signed(2, extents(right));
        GradientCheck.first(x -> x[0].matmul(x[1]), a, b);
        GradientCheck.first(x -> x[0].matmul(b), a);
        GradientCheck.first(x -> a.matmul(x[0]), b);
        GradientCheck.second(x -> x[0].matmul(x[1]), a, b);
    }

    private static int[] extents(String text) {
        return List.of(text.split(" ")).stream().mapToInt(Integer::parseInt).toArray();
    }

    @Test
    void affineMapsAgreeWithDifferences() {
        Tensor w = Values.signed(2, 3, 4);
        Tensor bias = Values.signed(3, 4);
        for (Tensor x :
                List.of(Values.signed(1, 3), Values.signed(1, 2, 3), Values.signed(1, 2, 2, 3))) {
            GradientCheck.first(t -> t[0].affine(t[1], t[2]), x, w, bias);
            GradientCheck.second(t -> t[0].affine(t[1], t[2]).tanh(), x, w, bias);
        }
        GradientCheck.first(t -> Values.signed(1, 2, 3).affine(w, t[0]), bias);
    }

    @Test
    void transposedOperandsAgreeWithDifferences() {
        GradientCheck.first(
                x -> x[0].transpose().matmul(x[1].transpose()),
                Values.signed(1, 3, 2),
                Values.signed(2, 4, 3));
    }

    @Test
    void einsteinSumsAgreeWithDifferences() {
        Tensor a = Values.signed(1, 2, 3, 4);
        GradientCheck.first(
                x -> Contractions.einsum("bij,bkj->bik", x), a, Values.signed(2, 2, 2, 4));
        GradientCheck.first(x -> Contractions.einsum("bij,k->ik", x), a, Values.signed(3, 2));
        GradientCheck.second(x -> Contractions.einsum("ii->i", x), Values.signed(4, 3, 3));
        GradientCheck.second(x -> x[0].dot(x[1]), a, a.neg());
    }

    @Test
    void aSharedMatrixGetsItsGradientFromOneProduct() {
        Tensor x = Values.signed(1, 4, 2, 3);
        Tensor w = Values.signed(2, 3, 5).track();
        List<Shape> products = new ArrayList<>();
        Tensor loss = x.matmul(w).sum();
        Recording.observed(
                (op, _) -> {
                    if (op instanceof Contraction.Matmul m) {
                        products.add(m.a().shape());
                    }
                },
                () -> Gradients.of(loss));
        assertThat(products).containsExactly(Shape.of(3, 8));
    }

    @Test
    void untrackedOperandsCostNothing() {
        Tensor images = Values.signed(1, 4, 3);
        Tensor w = Values.signed(2, 3, 5).track();
        Tensor loss = images.matmul(w).sum();
        int[] products = {0};
        Recording.observed(
                (op, _) -> products[0] += op instanceof Contraction.Matmul ? 1 : 0,
                () -> Gradients.of(loss));
        assertThat(products[0]).isEqualTo(1);
    }
}
