package aligrad.tensor.spi;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// To what the factors of `F32` matrix products and convolutions are rounded before they are
/// multiplied. Their products are always added in single precision.
public enum Precision {
    /// Not at all.
    FP32(0),
    /// To 10 bits behind the point; of two that are as near, to the larger magnitude.
    TF32(0x1p-11),
    /// To 7 bits behind the point; of two that are as near, to the even one.
    BF16(0x1p-8);

    private final double unit;

    Precision(double unit) {
        this.unit = unit;
    }

    /// The largest relative error of a factor.
    public double unit() {
        return unit;
    }

    /// The largest error of a product, relative to its magnitude: that of both factors.
    public double productError() {
        return 2 * unit + unit * unit;
    }

    /// As it is asked for, such as `tf32`.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The one with this label.
    ///
    /// @throws IllegalArgumentException that lists those that there are
    public static Precision of(String label) {
        return Arrays.stream(values())
                .filter(precision -> precision.label().equals(label))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "no precision '%s'; there are: %s"
                                                .formatted(
                                                        label,
                                                        Arrays.stream(values())
                                                                .map(Precision::label)
                                                                .collect(
                                                                        Collectors.joining(
                                                                                ", ")))));
    }

    /// The factor that is multiplied instead of `x`.
    public float rounded(float x) {
        int bits = Float.floatToRawIntBits(x);
        return switch (this) {
            case FP32 -> x;
            case TF32 -> Float.isNaN(x) ? x : Float.intBitsToFloat((bits + 0x1000) & 0xffffe000);
            case BF16 ->
                    Float.isNaN(x)
                            ? x
                            : Float.intBitsToFloat(
                                    (bits + 0x7fff + (bits >>> 16 & 1)) & 0xffff0000);
        };
    }
}
