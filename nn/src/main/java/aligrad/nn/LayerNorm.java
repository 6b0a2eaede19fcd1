package aligrad.nn;

import aligrad.tensor.DType;
import aligrad.tensor.Parameter;
import aligrad.tensor.Shape;
import aligrad.tensor.ShapeException;
import aligrad.tensor.Tensor;

/// Layer normalization of the last axes: `y = (x - mean) / √(variance + ε) · weight + bias`, with
/// the mean and biased variance over these axes, for each place along the others.
///
/// Scale and shift have the shape of the normalized axes and start at 1 and 0. Source: Ba, Kiros,
/// Hinton, *Layer Normalization*, 2016.
public final class LayerNorm extends Layer {

    private static final double EPSILON = 1e-5;

    private final Shape normalized;
    private final double epsilon;
    private final Parameter weight;
    private final Parameter bias;

    /// @param extents of the last axes, as in `new LayerNorm(512)`; ε is 1e-5
    public LayerNorm(int... extents) {
        this(Shape.of(extents), EPSILON);
    }

    /// @param normalized the extents of the last axes
    public LayerNorm(Shape normalized, double epsilon) {
        if (normalized.rank() == 0) {
            throw new IllegalArgumentException(
                    "layer norm over no axes: give the extents of the last axes, such as 512");
        }
        this.normalized = normalized;
        this.epsilon = epsilon;
        weight = parameter("weight", Tensor.full(1, DType.F32, normalized.toArray()));
        bias = parameter("bias", Tensor.full(0, DType.F32, normalized.toArray()));
    }

    @Override
    protected Tensor compute(Tensor x) {
        int[] axes = new int[normalized.rank()];
        boolean fits = x.shape().rank() >= axes.length;
        for (int i = 0; i < axes.length; i++) {
            axes[i] = i - axes.length;
            fits = fits && x.extent(axes[i]) == normalized.extent(i);
        }
        if (!fits) {
            throw new ShapeException(
                    "layer norm of %s: the last extents must be %s"
                            .formatted(x.shape(), normalized));
        }
        Tensor standardized = Standardization.along(x, axes).standardized(epsilon);
        return standardized.mul(weight.value()).add(bias.value());
    }

    @Override
    public String toString() {
        return "LayerNorm(" + normalized + ")";
    }
}
