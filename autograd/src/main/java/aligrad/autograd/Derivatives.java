package aligrad.autograd;

import aligrad.tensor.Assemble;
import aligrad.tensor.Contraction;
import aligrad.tensor.Convolution;
import aligrad.tensor.Custom;
import aligrad.tensor.Indexing;
import aligrad.tensor.Normalization;
import aligrad.tensor.Op;
import aligrad.tensor.Ordering;
import aligrad.tensor.Pointwise;
import aligrad.tensor.Pooling;
import aligrad.tensor.Reduction;
import aligrad.tensor.Scan;
import aligrad.tensor.Tensor;
import aligrad.tensor.Transfer;
import aligrad.tensor.View;

/// The derivative of every operation, by family.
///
/// Each is written with tensor operations, so it can be differentiated again and runs on every
/// device. In the formulas `g` is the gradient of the result and `y` the result. Only for tracked
/// inputs is anything computed.
final class Derivatives {

    private Derivatives() {}

    /// Passes the gradient `g` of `y`, which `op` computed, on to the inputs of `op`.
    static void apply(Op op, Tensor y, Tensor g, Backward to) {
        switch (op) {
            case Pointwise pointwise -> PointwiseDerivatives.apply(pointwise, y, g, to);
            case View view -> MovementDerivatives.apply(view, g, to);
            case Assemble assemble -> MovementDerivatives.apply(assemble, g, to);
            case Transfer(var x, _) -> to.add(x, g.to(x.device()));
            case Contraction contraction -> ContractionDerivatives.apply(contraction, g, to);
            case Convolution convolution -> ConvolutionDerivatives.apply(convolution, g, to);
            case Pooling pooling -> PoolingDerivatives.apply(pooling, g, to);
            case Reduction reduction -> ReductionDerivatives.apply(reduction, y, g, to);
            case Normalization n -> NormalizationDerivatives.apply(n, y, g, to);
            case Scan scan -> ScanDerivatives.apply(scan, y, g, to);
            case Indexing indexing -> IndexingDerivatives.apply(indexing, g, to);
            case Ordering o -> throw new AssertionError(o.name() + ": indices are never tracked");
            case Custom custom -> CustomDerivatives.apply(custom, y, g, to);
        }
    }
}
