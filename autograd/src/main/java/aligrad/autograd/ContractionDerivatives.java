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

    /// `aᵀ·g`; or its transpose, `gᵀ·a`, if `b` is itself a transposed matrix, as weights are. Few
    /// rows are gathered with those of other products with the same matrix.
    private static void ofRight(Tensor a, Tensor b, Tensor g, Backward to) {
        Tensor original = to.transposed(b);
        Tensor target = original == null ? b : original;
        Tensor left = original == null ? a : g;
        Tensor right = original == null ? g : a;
        if (b.shape().rank() > 2 || a.size() == 0 || g.size() == 0) {
            to.add(target, left.transpose().matmul(right));
        } else if (rows(g).extent(0) < Math.min(b.extent(0), b.extent(1))) {
            to.addProduct(target, rows(left), rows(right));
        } else { // the factors are larger than their product, and would be held for longer
            to.add(target, rows(left).transpose().matmul(rows(right)));
        }
    }

    /// All rows that one matrix multiplied. Its gradient is one product over them, instead of one
    /// for each member of the batch.
    private static Tensor rows(Tensor x) {
        return x.shape().rank() == 2 ? x : x.reshape(-1, x.extent(-1));
    }
}
