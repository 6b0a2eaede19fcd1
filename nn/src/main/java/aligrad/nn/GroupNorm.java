package aligrad.nn;

import aligrad.tensor.DType;
import aligrad.tensor.Parameter;
import aligrad.tensor.ShapeException;
import aligrad.tensor.Tensor;

/// Group normalization of images `(N, H, W, C)`: each image's channels are cut into groups, and
/// each group is normalized with its own mean and biased variance over all pixels.
///
/// Scale and shift are one number a channel and start at 1 and 0. Works for any number of axes
/// between the first and the last. Source: Wu, He, *Group Normalization*, ECCV 2018.
public final class GroupNorm extends Layer {

    private static final double EPSILON = 1e-5;

    private final int groups;
    private final int channels;
    private final double epsilon;
    private final Parameter weight;
    private final Parameter bias;

    /// ε is 1e-5.
    public GroupNorm(int groups, int channels) {
        this(groups, channels, EPSILON);
    }

    /// @throws IllegalArgumentException if the groups do not divide the channels
    public GroupNorm(int groups, int channels, double epsilon) {
        if (groups < 1 || channels % groups != 0) {
            throw new IllegalArgumentException(
                    "group norm of %d channels in %d groups: the groups must divide the channels"
                            .formatted(channels, groups));
        }
        this.groups = groups;
        this.channels = channels;
        this.epsilon = epsilon;
        weight = parameter("weight", Tensor.full(1, DType.F32, channels));
        bias = parameter("bias", Tensor.full(0, DType.F32, channels));
    }

    @Override
    protected Tensor compute(Tensor x) {
        if (x.shape().rank() < 2 || x.extent(-1) != channels) {
            throw new ShapeException(
                    "group norm of %s: the last axis must be the %d channels; is the input NCHW?"
                            .formatted(x.shape(), channels));
        }
        Tensor grouped = x.reshape(x.extent(0), -1, groups, channels / groups);
        Tensor standardized = Standardization.along(grouped, 1, 3).standardized(epsilon);
        return standardized.reshape(x.shape().toArray()).mul(weight.value()).add(bias.value());
    }

    @Override
    public String toString() {
        return "GroupNorm(%d groups, %d)".formatted(groups, channels);
    }
}
