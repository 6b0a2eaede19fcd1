package aligrad.autograd;

import aligrad.tensor.Tensor;
import aligrad.tensor.UnaryOp;

import org.jspecify.annotations.Nullable;

/// Derivatives of the functions of one number, written with the result `y` where that saves
/// computing the function again.
final class UnaryDerivatives {

    private UnaryDerivatives() {}

    /// The gradient of `x`, for `y = f(x)`; `null` where it is 0 everywhere.
    static @Nullable Tensor of(UnaryOp f, Tensor x, Tensor y, Tensor g) {
        return switch (f) {
            case IDENTITY -> g;
            case NEG -> g.neg();
            case ABS -> g.mul(x.sign());
            case SQUARE -> g.mul(x).mul(2);
            case SQRT -> g.div(y).mul(0.5);
            case RSQRT -> g.mul(y).mul(y.square()).mul(-0.5);
            case RECIPROCAL -> g.mul(y.square()).neg();
            case EXP -> g.mul(y);
            case EXPM1 -> g.mul(y.add(1));
            case LOG -> g.div(x);
            case LOG1P -> g.div(x.add(1));
            case SIN -> g.mul(x.cos());
            case COS -> g.mul(x.sin()).neg();
            case TAN -> g.mul(y.square().add(1));
            case ASIN -> g.mul(x.square().subtractedFrom(1).rsqrt());
            case ACOS -> g.mul(x.square().subtractedFrom(1).rsqrt()).neg();
            case ATAN -> g.div(x.square().add(1));
            case SINH -> g.mul(x.cosh());
            case COSH -> g.mul(x.sinh());
            case TANH -> g.mul(y.square().subtractedFrom(1));
            case SIGMOID -> g.mul(y).mul(y.subtractedFrom(1));
            case SOFTPLUS -> g.mul(x.sigmoid());
            case ERF -> g.mul(x.square().neg().exp()).mul(2 / Math.sqrt(Math.PI));
            case RELU -> y.gt(0).where(g, 0);
            case SIGN, FLOOR, CEIL, ROUND, TRUNC -> null;
            case IS_NAN, IS_FINITE, NOT ->
                    throw new AssertionError(f.label() + ": BOOLs are never tracked");
        };
    }
}
