package aligrad.backends.conformance;

import aligrad.tensor.DType;
import aligrad.tensor.Device;
import aligrad.tensor.Tensor;

import java.util.Arrays;

/// How much each element of a device's result may differ from the reference backend's.
///
/// Both are rounded to the result's type. The reference computes `F32` in double, so its error is
/// that rounding; in `F64` both sides round in the same way, and the bounds count both.
@FunctionalInterface
interface Bound {

    /// The allowed differences, row-major.
    ///
    /// @param expected the reference backend's result
    /// @param x the inputs on the reference backend
    double[] of(Tensor expected, Tensor... x);

    /// No difference: for what is only moved, chosen, counted, or correctly rounded.
    static Bound exact() {
        return (expected, _) -> new double[Math.toIntExact(expected.size())];
    }

    /// Units in the last place of the result.
    static Bound ulps(double ulps) {
        return (expected, _) -> {
            double[] allowed = expected.toDoubleArray();
            Arrays.setAll(allowed, i -> ulps * ulp(expected.dtype(), allowed[i]));
            return allowed;
        };
    }

    /// `roundings` of the magnitudes that `magnitude` computes, from the inputs as `F64`; and one
    /// of the result.
    static Bound roundings(double roundings, Calculation magnitude) {
        return (expected, x) -> {
            Tensor[] wide = new Tensor[x.length];
            Arrays.setAll(wide, i -> x[i].dtype().isFloating() ? x[i].to(DType.F64) : x[i]);
            double[] allowed =
                    Device.use(expected.device(), () -> magnitude.of(wide).toDoubleArray());
            double[] values = expected.toDoubleArray();
            double unit = unit(expected.dtype());
            Arrays.setAll(
                    allowed, i -> roundings * unit * allowed[i] + ulp(expected.dtype(), values[i]));
            return allowed;
        };
    }

    /// The relative error of one rounding; of two in `F64`, where the reference rounds too.
    static double unit(DType dtype) {
        return switch (dtype) {
            case F32 -> 0x1p-24;
            case F64 -> 0x1p-52;
            case I32, I64, U8, BOOL -> 0;
        };
    }

    /// The distance between neighbours of the type at `value`.
    static double ulp(DType dtype, double value) {
        if (!Double.isFinite(value)) {
            return 0;
        }
        return switch (dtype) {
            case F32 -> Math.ulp((float) value);
            case F64 -> Math.ulp(value);
            case I32, I64, U8, BOOL -> 0;
        };
    }
}
