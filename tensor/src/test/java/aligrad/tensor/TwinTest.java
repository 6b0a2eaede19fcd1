package aligrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aligrad.tensor.spi.Precision;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TwinTest {

    private static final Device REFERENCE = Device.of("reference");
    private static final Device CROOKED = Device.of("crooked");

    @AfterEach
    void straighten() {
        CrookedProvider.wrong = "";
        CrookedProvider.precision = Precision.FP32;
    }

    /// A little of every kind of operation.
    private static Tensor program() {
        Tensor x = Tensor.range(24).to(DType.F32).reshape(2, 3, 4).div(7);
        Tensor w = Tensor.range(20).to(DType.F32).reshape(4, 5).sin();
        Tensor y = x.matmul(w).relu().softmax(-1).cumsum(1);
        Tensor picked = y.gather(1, Tensor.of(new long[] {2, 0})).argsort(-1, false).to(DType.F32);
        Tensor image = x.reshape(1, 2, 3, 4);
        Tensor pooled = image.maxPool2d(Window2d.of(2, 2)).sum(-1);
        return Movements.concat(
                0, picked.reshape(-1), pooled.reshape(-1), y.square().sum(1).reshape(-1));
    }

    @Test
    void devicesThatAgreePass() {
        float[] expected = Device.use(REFERENCE, () -> program().toFloatArray());
        float[] checked =
                Device.use(CROOKED, () -> Twin.check(REFERENCE, () -> program().toFloatArray()));
        // What is read in between is rounded, so results differ in their last digits.
        assertThat(checked).usingComparatorWithPrecision(1e-6f).containsExactly(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"matmul", "softmax", "recurrence", "gather", "sum", "max_pool2d"})
    void theOperationThatDiffersIsNamed(String wrong) {
        CrookedProvider.wrong = wrong;
        CrookedProvider.error = 0.01f;
        assertThatThrownBy(
                        () ->
                                Device.use(
                                        CROOKED,
                                        () ->
                                                Recording.inLayer(
                                                        "head",
                                                        () ->
                                                                Twin.check(
                                                                        REFERENCE,
                                                                        TwinTest::program))))
                .isInstanceOf(TwinException.class)
                .hasMessageStartingWith(wrong + " of F32 ")
                .hasMessageContaining("in layer head")
                .hasMessageContaining("on crooked")
                .hasMessageContaining("on reference");
    }

    /// Its own product there is a sum of some 10, of which tf32 rounds off at most 0.01.
    @Test
    void roundedFactorsAreAllowedInProductsAlone() {
        CrookedProvider.wrong = "matmul";
        CrookedProvider.error = 1e-3f;
        requireRefused();
        CrookedProvider.precision = Precision.TF32;
        Device.use(CROOKED, () -> Twin.check(REFERENCE, TwinTest::program));
        CrookedProvider.error = 0.1f;
        requireRefused();
        CrookedProvider.error = 1e-3f;
        CrookedProvider.wrong = "softmax";
        requireRefused();
    }

    private static void requireRefused() {
        assertThatThrownBy(
                        () -> Device.use(CROOKED, () -> Twin.check(REFERENCE, TwinTest::program)))
                .isInstanceOf(TwinException.class);
    }

    @Test
    void roundingIsAllowedWhereThingsAreSummed() {
        CrookedProvider.wrong = "matmul";
        CrookedProvider.error = 1e-6f; // of sums of some 10
        Device.use(CROOKED, () -> Twin.check(REFERENCE, TwinTest::program));
        CrookedProvider.wrong = "gather"; // moves
        assertThatThrownBy(
                        () -> Device.use(CROOKED, () -> Twin.check(REFERENCE, TwinTest::program)))
                .isInstanceOf(TwinException.class);
    }
}
