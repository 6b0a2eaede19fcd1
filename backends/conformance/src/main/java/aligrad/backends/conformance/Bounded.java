package aligrad.backends.conformance;

import aligrad.tensor.DType;
import aligrad.tensor.Tensor;

/// A number of a fused expression with a running error analysis: what the device computes
/// (pending), the same in double, and a bound on the difference that grows with each operation.
///
/// Source of the rules: Higham, *Accuracy and Stability of Numerical Algorithms*, chapter 3.3.
///
/// @param actual on the device, `F32` or `F64`
/// @param value on the reference backend, `F64`
/// @param error on the reference backend, `F64`, at least 0
record Bounded(Tensor actual, Tensor value, Tensor error) {

    /// Half a unit in the last place, for what is correctly rounded.
    private static final double ROUNDED = 0.5;

    /// An input, which is exact.
    static Bounded of(Operand x) {
        Tensor value = x.expected().to(DType.F64);
        return new Bounded(x.actual(), value, value.mul(0));
    }

    Bounded add(Bounded b) {
        return of(actual.add(b.actual), value.add(b.value), error.add(b.error), ROUNDED);
    }

    Bounded add(double c) {
        return of(actual.add(c), value.add(rounded(c)), error, ROUNDED);
    }

    Bounded sub(Bounded b) {
        return of(actual.sub(b.actual), value.sub(b.value), error.add(b.error), ROUNDED);
    }

    Bounded mul(Bounded b) {
        Tensor inherited =
                value.abs().mul(b.error).add(b.value.abs().mul(error)).add(error.mul(b.error));
        return of(actual.mul(b.actual), value.mul(b.value), inherited, ROUNDED);
    }

    Bounded mul(double c) {
        double factor = rounded(c);
        return of(actual.mul(c), value.mul(factor), error.mul(Math.abs(factor)), ROUNDED);
    }

    /// The quotient by something whose magnitude stays well above its error.
    Bounded div(Bounded b) {
        Tensor quotient = value.div(b.value);
        Tensor inherited = error.add(quotient.abs().mul(b.error)).div(b.value.abs().sub(b.error));
        return of(actual.div(b.actual), quotient, inherited, ROUNDED);
    }

    Bounded maximum(Bounded b) {
        return of(actual.maximum(b.actual), value.maximum(b.value), error.maximum(b.error), 0);
    }

    Bounded minimum(Bounded b) {
        return of(actual.minimum(b.actual), value.minimum(b.value), error.maximum(b.error), 0);
    }

    Bounded neg() {
        return of(actual.neg(), value.neg(), error, 0);
    }

    Bounded abs() {
        return of(actual.abs(), value.abs(), error, 0);
    }

    Bounded relu() {
        return of(actual.relu(), value.relu(), error, 0);
    }

    Bounded square() {
        Tensor inherited = value.abs().mul(2).add(error).mul(error);
        return of(actual.square(), value.square(), inherited, ROUNDED);
    }

    /// Of something well above its error.
    Bounded sqrt() {
        Tensor inherited = error.div(value.sub(error).sqrt().mul(2));
        return of(actual.sqrt(), value.sqrt(), inherited, ROUNDED);
    }

    Bounded exp(double ulps) {
        return of(actual.exp(), value.exp(), value.exp().mul(error.expm1()), ulps);
    }

    /// Of something well above its error.
    Bounded log(double ulps) {
        return of(actual.log(), value.log(), error.div(value.sub(error)), ulps);
    }

    /// Its slope is at most 1.
    Bounded tanh(double ulps) {
        return of(actual.tanh(), value.tanh(), error, ulps);
    }

    /// Its slope is at most 1/4.
    Bounded sigmoid(double ulps) {
        return of(actual.sigmoid(), value.sigmoid(), error.mul(0.25), ulps);
    }

    /// Its slope is at most 1.
    Bounded sin(double ulps) {
        return of(actual.sin(), value.sin(), error, ulps);
    }

    /// This where an exact condition is true, `b` elsewhere.
    Bounded where(Operand condition, Bounded b) {
        return of(
                condition.actual().where(actual, b.actual),
                condition.expected().where(value, b.value),
                condition.expected().where(error, b.error),
                0);
    }

    /// The sum along axes: `n` roundings of the sum of magnitudes, and all errors.
    Bounded sum(int... axes) {
        double n = (double) value.size() / Math.max(1, value.sum(axes).size());
        Tensor inherited = error.sum(axes);
        Tensor magnitudes = value.abs().sum(axes).add(inherited);
        Tensor rounding = magnitudes.mul(n * Bound.unit(actual.dtype()));
        return of(actual.sum(axes), value.sum(axes), inherited.add(rounding), ROUNDED);
    }

    /// The largest along axes.
    Bounded max(int... axes) {
        return of(actual.max(axes), value.max(axes), error.max(axes), 0);
    }

    /// A constant as every backend sees it.
    private double rounded(double c) {
        return actual.dtype() == DType.F32 ? (float) c : c;
    }

    private static Bounded of(Tensor actual, Tensor value, Tensor inherited, double ulps) {
        DType dtype = actual.dtype();
        double unit = 2 * ulps * Bound.unit(dtype); // an ulp is at most two units of the magnitude
        double tiny = dtype == DType.F32 ? Float.MIN_NORMAL : Double.MIN_NORMAL;
        Tensor error = inherited.add(value.abs().add(inherited).mul(unit)).mul(1 + 1e-9).add(tiny);
        value.storage();
        error.storage();
        return new Bounded(actual, value, error);
    }
}
