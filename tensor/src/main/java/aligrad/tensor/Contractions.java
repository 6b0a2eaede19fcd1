package aligrad.tensor;

import org.jspecify.annotations.Nullable;

/// Matrix products and their kin.
public sealed interface Contractions permits Tensor {

    Tensor self();

    Shape shape();

    /// The matrix product `(…, m, k) · (…, k, n)` = `(…, m, n)`; leading axes broadcast. A vector
    /// `(k)` on either side is a matrix of one row or column, and that axis is dropped again.
    ///
    /// @throws ShapeException if the inner extents differ
    default Tensor matmul(Tensor b) {
        Tensor a = self();
        if (a.shape().rank() == 1) {
            Tensor row = a.unsqueeze(0).matmul(b);
            return row.squeeze(b.shape().rank() == 1 ? 0 : -2);
        }
        if (b.shape().rank() == 1) {
            return product(a, b.unsqueeze(1), null).squeeze(-1);
        }
        return product(a, b, null);
    }

    /// `x · w + bias`, with `w (k, n)` and `bias (n)`, in one pass.
    default Tensor affine(Tensor w, Tensor bias) {
        if (w.shape().rank() != 2
                || bias.shape().rank() != 1
                || bias.shape().extent(0) != w.shape().extent(1)
                || bias.dtype() != w.dtype()) {
            throw new ShapeException(
                    "affine of %s with weight %s %s and bias %s %s: the weight must be (k, n) and the bias (n), of one type"
                            .formatted(shape(), w.dtype(), w.shape(), bias.dtype(), bias.shape()));
        }
        if (shape().rank() == 1) {
            return product(self().unsqueeze(0), w, bias).squeeze(0);
        }
        return product(self(), w, bias);
    }

    /// The sum of products over subscripts that the result lacks, as in `einsum("bij,bjk->bik", a,
    /// b)`: one letter an axis, at most two operands.
    static Tensor einsum(String equation, Tensor... operands) {
        return Einsum.of(equation, operands);
    }

    /// The sum of the products of all elements of two tensors of one shape.
    default Tensor dot(Tensor b) {
        return self().mul(b).sum();
    }

    private static Tensor product(Tensor a, Tensor b, @Nullable Tensor bias) {
        Shape p = a.shape();
        Shape q = b.shape();
        if (p.rank() < 2 || q.rank() < 2) {
            throw new ShapeException(
                    "matmul %s × %s: each needs a matrix in its last two axes; unsqueeze one"
                            .formatted(p, q));
        }
        if (p.extent(-1) != q.extent(-2)) {
            throw new ShapeException(
                    "matmul %s × %s: inner extents must agree (%d ≠ %d); transpose an operand, or check the layer before"
                            .formatted(p, q, p.extent(-1), q.extent(-2)));
        }
        if (a.dtype() != b.dtype() || !a.dtype().isFloating()) {
            throw new ShapeException(
                    "matmul %s %s × %s %s: both must be F32 or both F64; cast with to(DType)"
                            .formatted(a.dtype(), p, b.dtype(), q));
        }
        int rank = Math.max(p.rank(), q.rank());
        int[] extents = new int[rank];
        for (int i = 3; i <= rank; i++) {
            int s = i <= p.rank() ? p.extent(-i) : 1;
            int t = i <= q.rank() ? q.extent(-i) : 1;
            if (s != t && s != 1 && t != 1) {
                throw new ShapeException(
                        "matmul %s × %s: leading extents must be equal or 1 (%d ≠ %d at axis -%d)"
                                .formatted(p, q, s, t, i));
            }
            extents[rank - i] = s == 1 ? t : s;
        }
        extents[rank - 2] = p.extent(-2);
        extents[rank - 1] = q.extent(-1);
        return Tensor.make(new Contraction.Matmul(a, b, bias, Shape.owning(extents)));
    }
}
