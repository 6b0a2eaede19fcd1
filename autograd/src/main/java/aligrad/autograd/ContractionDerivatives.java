package aligrad.autograd;

import aligrad.tensor.Contraction;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

/// Derivatives of matrix products: again matrix products, with one side transposed, which is a
/// view.
final class ContractionDerivatives {

    private ContractionDerivatives() {}

    static void apply(Contraction op, Tensor g, Backward to) {
        switch (op) {
            case Contraction.Matmul(var a, var b, var bias, _) -> {
                if (a.isTracked()) {
                    to.add(a, g.matmul(b.transpose()));
                }
                if (b.isTracked()) {
                    to.add(b, ofRight(a, b.shape(), g));
                }
                if (bias != null && bias.isTracked()) {
                    to.add(bias, g);
                }
            }
        }
    }

    /// `aᵀ·g`. One matrix that multiplied a whole batch gets its sum as one product over all rows
    /// of the batch, instead of a product for each member.
    private static Tensor ofRight(Tensor a, Shape b, Tensor g) {
        int k = b.extent(-2);
        int n = b.extent(-1);
        boolean isShared = b.size() == (long) k * n && g.shape().rank() > 2;
        if (isShared && a.size() > 0 && g.size() > 0) {
            Tensor product = a.reshape(-1, k).transpose().matmul(g.reshape(-1, n));
            return product.reshape(b.toArray());
        }
        return a.transpose().matmul(g);
    }
}
