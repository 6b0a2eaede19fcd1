package aligrad.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.tensor.Recording;
import aligrad.tensor.Tensor;
import aligrad.userprogram.Program;

import org.junit.jupiter.api.Test;

class NonFiniteTest {

    @Test
    void namesTheFirstOperationThatMadeNaN() {
        Tensor x = Tensor.of(new double[] {1, 2, 3, -4}, 2, 2);
        assertThatThrownBy(() -> NonFinite.trace(() -> Program.logOf(x).sum().item()))
                .isInstanceOf(NonFiniteException.class)
                .hasMessageStartingWith(
                        "log made NaN in F64 [2, 2] at [1, 1] from F64 [2, 2] (-8.0 to 6.0)")
                .hasMessageContaining("in layer encoder.0, at ")
                .hasMessageContaining("Program.java:15)");
    }

    @Test
    void namesTheOperationThatWasDifferentiated() {
        Tensor x = Tensor.of(new double[] {1, 0, 4}).track();
        assertThatThrownBy(
                        () -> NonFinite.trace(() -> Gradients.of(Program.rootOf(x).sum()).wrt(x)))
                .isInstanceOf(NonFiniteException.class)
                .hasMessageContaining("div made an infinity in F64 [3] at [1]")
                .hasMessageContaining("this happened in the derivative of sqrt of F64 [3], at ")
                .hasMessageContaining("Program.java:20)");
    }

    @Test
    void namesTheLineThatCalledALayer() {
        Tensor x = Tensor.of(new double[] {-1});
        assertThatThrownBy(
                        () ->
                                NonFinite.trace(
                                        () ->
                                                Program.through(
                                                        y -> Recording.inLayer("fc", y::log), x)))
                .hasMessageContaining("in layer fc, at aligrad.userprogram.Program.through");
    }

    @Test
    void namesTheOperationThatMadeAnInfinity() {
        Tensor x = Tensor.of(new float[] {1, 100});
        assertThatThrownBy(() -> NonFinite.trace(() -> x.exp()))
                .hasMessageContaining("exp made an infinity in F32 [2] at [1]");
    }

    @Test
    void findsNaNMadeOfInfinities() {
        Tensor x = Tensor.of(new double[] {Double.NEGATIVE_INFINITY, 0});
        assertThatThrownBy(() -> NonFinite.trace(() -> x.sub(x)))
                .hasMessageContaining("sub made NaN in F64 [2] at [0]");
    }

    @Test
    void letsInfiniteMasksAndFiniteProgramsPass() {
        Tensor scores = Values.signed(1, 2, 3).track();
        Tensor mask = Tensor.of(new boolean[] {true, false, true});
        Tensor masked =
                NonFinite.trace(() -> mask.where(scores, Double.NEGATIVE_INFINITY).softmax(1));
        assertThat(masked.isFinite().all().item()).isEqualTo(1);
        assertThatCode(() -> NonFinite.trace(() -> Gradients.of(masked.square().sum())))
                .doesNotThrowAnyException();
    }

    @Test
    void inputsThatAreNotFiniteAreNotBlamedOnAnOperation() {
        Tensor x = Tensor.of(new double[] {Double.NaN, 1});
        assertThatCode(() -> NonFinite.trace(() -> x.mul(2).sum().item()))
                .doesNotThrowAnyException();
    }
}
