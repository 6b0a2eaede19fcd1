package aligrad.experiments;

import aligrad.tensor.DType;
import aligrad.tensor.Tensor;

/// How pixels become numbers: `(pixel - mean) / deviation` by channel, on the scale of 0 to 255.
enum Normalization {
    /// To [0, 1], and nothing else.
    UNIT(new float[] {0, 0, 0}, new float[] {255, 255, 255}),

    /// With the statistics of CIFAR-10, which both CIFAR sets use.
    CIFAR(new float[] {125.3f, 123.0f, 113.9f}, new float[] {63.0f, 62.1f, 66.7f}),

    /// With the statistics of ImageNet, which are customary on the scale of 0 to 1.
    IMAGENET(
            new float[] {0.485f * 255, 0.456f * 255, 0.406f * 255},
            new float[] {0.229f * 255, 0.224f * 255, 0.225f * 255});

    private final float[] mean;
    private final float[] deviation;

    /// @param mean of red, green and blue
    /// @param deviation likewise
    Normalization(float[] mean, float[] deviation) {
        this.mean = mean;
        this.deviation = deviation;
    }

    /// @param pixels `U8 (…, 3)`
    /// @return `F32 (…, 3)`
    Tensor apply(Tensor pixels) {
        return pixels.to(DType.F32).sub(Tensor.of(mean)).div(Tensor.of(deviation));
    }
}
