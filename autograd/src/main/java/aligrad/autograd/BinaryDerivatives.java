package aligrad.autograd;

import aligrad.tensor.BinaryOp;
import aligrad.tensor.Pointwise;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

/// Derivatives of the functions of two numbers, `y = f(a, b)`, in each of them; `null` where it is
/// 0 everywhere.
///
/// Where two tensors tie in a maximum or minimum, each gets half; where a tensor ties with a
/// number, as in `clip`, the tensor gets all, since its value came through unchanged.
final class BinaryDerivatives {

    private BinaryDerivatives() {}

    /// The gradient of `a`.
    static @Nullable Tensor first(BinaryOp f, Tensor a, Tensor b, Tensor y, Tensor g) {
        return switch (f) {
            case ADD, SUB, MOD -> g;
            case MUL -> g.mul(b);
            case DIV -> g.div(b);
            case POW -> ofBase(a, b, g);
            case MAX -> ofExtreme(a.gt(b), a, b, g);
            case MIN -> ofExtreme(a.lt(b), a, b, g);
            case ATAN2 -> g.mul(b).div(a.square().add(b.square()));
            case EQ, NE, LT, LE, GT, GE, AND, OR, XOR -> throw untracked(f);
        };
    }

    /// The gradient of `b`.
    static @Nullable Tensor second(BinaryOp f, Tensor a, Tensor b, Tensor y, Tensor g) {
        return switch (f) {
            case ADD -> g;
            case SUB -> g.neg();
            case MOD -> g.mul(a.div(b).floor()).neg();
            case MUL -> g.mul(a);
            case DIV -> g.mul(y).div(b).neg();
            case POW -> ofExponent(a, b, y, g);
            case MAX -> ofExtreme(b.gt(a), b, a, g);
            case MIN -> ofExtreme(b.lt(a), b, a, g);
            case ATAN2 -> g.mul(a).div(a.square().add(b.square())).neg();
            case EQ, NE, LT, LE, GT, GE, AND, OR, XOR -> throw untracked(f);
        };
    }

    private static AssertionError untracked(BinaryOp f) {
        return new AssertionError(f.label() + ": BOOLs are never tracked");
    }

    private static Tensor ofExtreme(Tensor isChosen, Tensor chosen, Tensor other, Tensor g) {
        Tensor tied = isNumber(other) ? g : g.mul(0.5);
        return isChosen.where(g, chosen.eq(other).where(tied, 0));
    }

    /// `b·a^(b-1)·g`. Written plainly it would be 0·∞ for `a = b = 0`, where it is 0; there another
    /// base is put in, so that second derivatives stay finite too.
    private static @Nullable Tensor ofBase(Tensor a, Tensor b, Tensor g) {
        if (isNumber(b) && b.op() instanceof Pointwise.Fill(var n, _, _)) {
            return n == 0 ? null : n == 1 ? g : g.mul(a.pow(n - 1)).mul(n);
        }
        Tensor safe = a.eq(0).and(b.eq(0)).where(1, a);
        return g.mul(b).mul(safe.pow(b.sub(1)));
    }

    /// `a^b·log(a)·g`, which for `a = 0`, `b >= 0` is taken as 0 instead of 0·∞.
    private static Tensor ofExponent(Tensor a, Tensor b, Tensor y, Tensor g) {
        Tensor safe = a.eq(0).and(b.ge(0)).where(1, a);
        return g.mul(y).mul(safe.log());
    }

    /// Whether it was written as a number rather than as a tensor.
    private static boolean isNumber(Tensor t) {
        return t.shape().rank() == 0 && t.op() instanceof Pointwise.Fill;
    }
}
