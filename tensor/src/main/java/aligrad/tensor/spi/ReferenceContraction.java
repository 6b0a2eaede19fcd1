package aligrad.tensor.spi;

import aligrad.tensor.Contraction;
import aligrad.tensor.Shape;
import aligrad.tensor.Tensor;

/// Matrix products by their definition.
final class ReferenceContraction {

    private ReferenceContraction() {}

    static ReferenceValues compute(Contraction op) {
        return switch (op) {
            case Contraction.Matmul matmul -> matmul(matmul);
        };
    }

    private static ReferenceValues matmul(Contraction.Matmul op) {
        int m = op.shape().extent(-2);
        int n = op.shape().extent(-1);
        int k = op.a().shape().extent(-1);
        ReferenceValues a = ReferenceValues.of(op.a());
        ReferenceValues b = ReferenceValues.of(op.b());
        ReferenceValues bias =
                op.bias() == null
                        ? new ReferenceValues(op.dtype(), n)
                        : ReferenceValues.of(op.bias());
        ReferenceValues c = new ReferenceValues(op.dtype(), op.shape().size());
        Shape batch = op.shape().remove(-1).remove(-1);
        ReferenceWalk matrixOfA = matrices(op.a(), batch);
        ReferenceWalk matrixOfB = matrices(op.b(), batch);
        for (int matrix = 0; matrix < batch.size(); matrix++) {
            int aStart = (int) matrixOfA.next() * m * k;
            int bStart = (int) matrixOfB.next() * k * n;
            for (int i = 0; i < m; i++) {
                int row = (matrix * m + i) * n;
                for (int p = 0; p < k; p++) { // each c adds its products in the order of p
                    double factor = a.reals[aStart + i * k + p];
                    for (int j = 0; j < n; j++) {
                        c.reals[row + j] += factor * b.reals[bStart + p * n + j];
                    }
                }
                for (int j = 0; j < n; j++) {
                    c.reals[row + j] += bias.reals[j];
                }
            }
        }
        return c;
    }

    /// The numbers of the matrices of `x` that belong to each place of `batch`.
    private static ReferenceWalk matrices(Tensor x, Shape batch) {
        Shape own = x.shape().remove(-1).remove(-1);
        return new ReferenceWalk(batch, own.contiguous().broadcast(own, batch));
    }
}
