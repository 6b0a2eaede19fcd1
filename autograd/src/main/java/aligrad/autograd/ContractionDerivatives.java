package aligrad.autograd;

import aligrad.tensor.Contraction;
import aligrad.tensor.Tensor;

/// Derivatives of matrix products: again matrix products, with one side transposed, which is a
/// view.
final class ContractionDerivatives {

    private ContractionDerivatives() {}

    static void apply(Contraction op, Tensor g, Backward to) {
        switch (op) {
            case Contraction.Matmul(var a, var b, var bias, _) -> {
                if (a.isTracked()) {
                    ofLeft(a, b, g, to);
                }
                if (b.isTracked()) {
                    ofRight(a, b, g, to);
                }
                if (bias != null && bias.isTracked()) {
                    to.add(bias, g);
                }
            }
        }
    }

    /// `g·bᵀ`; or its transpose, `b·gᵀ`, if `a` is itself a transposed matrix: the gradient then
    /// lies like that matrix, where a transposed one would be copied before it is used.
    private static void ofLeft(Tensor a, Tensor b, Tensor g, Backward to) {
        Tensor original = to.transposed(a);
        if (original != null) {
            to.add(original, b.matmul(g.transpose()));
        } else {
            to.add(a, g.matmul(b.transpose()));
        }
    }

    /// `aᵀ·g`; or its transpose, `gᵀ·a`, if `b` is itself a transposed matrix, as weights are.
    private static void ofRight(Tensor a, Tensor b, Tensor g, Backward to) {
        Tensor original = to.transposed(b);
        Tensor target = original == null ? b : original;
        Tensor left = original == null ? a : g;
        Tensor right = original == null ? g : a;
        if (isShared(a, b, g)) {
            to.addProduct(target, rows(left), rows(right));
        } else {
            to.add(target, left.transpose().matmul(right));
        }
    }

    /// Whether one matrix multiplied all of `a`. Its gradient is then one product over all rows,
    /// also over those of other products with it, instead of one for each member of the batch.
    private static boolean isShared(Tensor a, Tensor b, Tensor g) {
        return b.shape().rank() == 2 && a.size() > 0 && g.size() > 0;
    }

    private static Tensor rows(Tensor x) {
        return x.shape().rank() == 2 ? x : x.reshape(-1, x.extent(-1));
    }
}
