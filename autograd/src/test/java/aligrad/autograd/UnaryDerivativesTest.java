package aligrad.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.Tensor;
import aligrad.tensor.UnaryOp;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UnaryDerivativesTest {

    @ParameterizedTest
    @EnumSource
    void firstDerivativeAgreesWithDifferences(UnaryOp f) {
        if (!f.isPredicate()) {
            GradientCheck.first(x -> apply(f, x[0]), smoothPoints(f));
        }
    }

    @ParameterizedTest
    @EnumSource
    void secondDerivativeAgreesWithDifferences(UnaryOp f) {
        if (!f.isPredicate()) {
            // Through a product, so that functions with a constant derivative have one too.
            GradientCheck.second(x -> apply(f, x[0]).mul(x[0]), smoothPoints(f));
        }
    }

    @ParameterizedTest
    @EnumSource
    void onlyPredicatesAndStepsAreWithoutAGradient(UnaryOp f) {
        Tensor x = f == UnaryOp.NOT ? Tensor.of(new boolean[] {true}) : smoothPoints(f).track();
        Tensor y = apply(f, x);
        assertThat(y.isTracked()).isEqualTo(!f.isPredicate());
        if (y.isTracked()) {
            boolean isStep =
                    switch (f) {
                        case SIGN, FLOOR, CEIL, ROUND, TRUNC -> true;
                        default -> false;
                    };
            assertThat(Gradients.of(y.sum()).has(x)).isEqualTo(!isStep);
        }
    }

    @Test
    void reluPassesNothingAtZero() {
        Tensor x = Tensor.of(new double[] {-1, 0, 2}).track();
        assertThat(Gradients.of(x.relu().sum()).wrt(x).toDoubleArray()).containsExactly(0, 0, 1);
    }

    @Test
    void gradientOfTheAbsoluteValueIsZeroAtZero() {
        Tensor x = Tensor.of(new double[] {-3, 0, 2}).track();
        assertThat(Gradients.of(x.abs().sum()).wrt(x).toDoubleArray()).containsExactly(-1, 0, 1);
    }

    @Test
    void copiesPassTheGradientOn() {
        Tensor x = Values.signed(1, 3).track();
        GradientCheck.first(t -> t[0].copy().square(), x.detach());
        GradientCheck.second(t -> t[0].copy().square(), x.detach());
    }

    /// Where `f` is defined and smooth within 0.002.
    private static Tensor smoothPoints(UnaryOp f) {
        return switch (f) {
            case SQRT, RSQRT, LOG -> Values.between(0.5, 2, 3, 2, 3);
            case LOG1P -> Values.between(-0.5, 1, 4, 2, 3);
            case IDENTITY, NEG, ABS, SIGN, SQUARE, RECIPROCAL, EXP, EXPM1, SIN, COS, TAN ->
                    signed();
            case ASIN, ACOS -> Values.between(-0.7, 0.7, 5, 2, 3);
            case ATAN, SINH, COSH, TANH, SIGMOID, SOFTPLUS, ERF, RELU -> signed();
            case FLOOR, CEIL, TRUNC -> signed();
            case ROUND -> Values.between(0.6, 1.4, 6, 2, 3);
            case IS_NAN, IS_FINITE, NOT -> signed();
        };
    }

    private static Tensor signed() {
        return Values.signed(2, 2, 3);
    }

    private static Tensor apply(UnaryOp f, Tensor x) {
        return switch (f) {
            case IDENTITY -> x.copy();
            case NEG -> x.neg();
            case ABS -> x.abs();
            case SIGN -> x.sign();
            case SQUARE -> x.square();
            case SQRT -> x.sqrt();
            case RSQRT -> x.rsqrt();
            case RECIPROCAL -> x.reciprocal();
            case EXP -> x.exp();
            case EXPM1 -> x.expm1();
            case LOG -> x.log();
            case LOG1P -> x.log1p();
            case SIN -> x.sin();
            case COS -> x.cos();
            case TAN -> x.tan();
            case ASIN -> x.asin();
            case ACOS -> x.acos();
            case ATAN -> x.atan();
            case SINH -> x.sinh();
            case COSH -> x.cosh();
            case TANH -> x.tanh();
            case SIGMOID -> x.sigmoid();
            case SOFTPLUS -> x.softplus();
            case ERF -> x.erf();
            case RELU -> x.relu();
            case FLOOR -> x.floor();
            case CEIL -> x.ceil();
            case ROUND -> x.round();
            case TRUNC -> x.trunc();
            case IS_NAN -> x.isNaN();
            case IS_FINITE -> x.isFinite();
            case NOT -> x.not();
        };
    }
}
