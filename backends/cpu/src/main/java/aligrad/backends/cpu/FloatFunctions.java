package aligrad.backends.cpu;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// Every scalar function on a vector of `F32`; truth values are 1 and 0.
///
/// Both the block interpreter and the compiled kernels call these, so an expression has the same
/// bits whichever runs it. A method here is straight-line code (no branches): the kernel compiler
/// copies it into its kernels. Functions that few networks use go lane by lane through [Math].
final class FloatFunctions {

    private FloatFunctions() {}

    static FloatVector zero() {
        return FloatVector.zero(Species.F32);
    }

    static FloatVector truth(VectorMask<Float> mask) {
        return FloatVector.zero(Species.F32).blend(1f, mask);
    }

    static FloatVector identity(FloatVector x) {
        return x;
    }

    static FloatVector neg(FloatVector x) {
        return x.neg();
    }

    static FloatVector abs(FloatVector x) {
        return x.abs();
    }

    static FloatVector sign(FloatVector x) {
        return x.blend(1f, x.compare(GT, 0f)).blend(-1f, x.compare(LT, 0f));
    }

    static FloatVector square(FloatVector x) {
        return x.mul(x);
    }

    static FloatVector sqrt(FloatVector x) {
        return x.sqrt();
    }

    static FloatVector rsqrt(FloatVector x) {
        return FloatVector.broadcast(Species.F32, 1f).div(x.sqrt());
    }

    static FloatVector reciprocal(FloatVector x) {
        return FloatVector.broadcast(Species.F32, 1f).div(x);
    }

    static FloatVector exp(FloatVector x) {
        return VectorMath.exp(x);
    }

    static FloatVector expm1(FloatVector x) {
        return VectorMath.expm1(x);
    }

    static FloatVector log(FloatVector x) {
        return VectorMath.log(x);
    }

    static FloatVector log1p(FloatVector x) {
        return VectorMath.log1p(x);
    }

    static FloatVector sin(FloatVector x) {
        return VectorMath.sin(x);
    }

    static FloatVector cos(FloatVector x) {
        return VectorMath.cos(x);
    }

    static FloatVector tanh(FloatVector x) {
        return VectorMath.tanh(x);
    }

    static FloatVector sigmoid(FloatVector x) {
        return VectorMath.sigmoid(x);
    }

    static FloatVector softplus(FloatVector x) {
        return VectorMath.softplus(x);
    }

    static FloatVector erf(FloatVector x) {
        return VectorMath.erf(x);
    }

    static FloatVector relu(FloatVector x) {
        return x.blend(0f, x.compare(LE, 0f)); // not-a-number compares false and stays
    }

    /// `x` from 2²³ on has no fraction; below, adding and taking away 2²³ rounds it.
    static FloatVector round(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector r = a.add(0x1p23f).sub(0x1p23f);
        FloatVector whole = r.blend(a, a.compare(LT, 0x1p23f).not());
        return signed(whole, x);
    }

    static FloatVector floor(FloatVector x) {
        FloatVector r = round(x);
        return r.sub(truth(r.compare(GT, x)));
    }

    static FloatVector ceil(FloatVector x) {
        FloatVector r = round(x);
        return signed(r.add(truth(r.compare(LT, x))), x);
    }

    static FloatVector trunc(FloatVector x) {
        return signed(floor(x.abs()), x);
    }

    /// The magnitude `a` with the sign of `x`.
    static FloatVector signed(FloatVector a, FloatVector x) {
        return a.reinterpretAsInts()
                .and(0x7fffffff)
                .or(x.reinterpretAsInts().and(0x80000000))
                .reinterpretAsFloats();
    }

    static FloatVector isNan(FloatVector x) {
        return truth(x.compare(NE, x));
    }

    static FloatVector isFinite(FloatVector x) {
        return truth(x.abs().compare(LE, Float.MAX_VALUE));
    }

    static FloatVector not(FloatVector x) {
        return truth(x.compare(EQ, 0f));
    }

    /// Towards `BOOL`: everything but 0 is true.
    static FloatVector isTrue(FloatVector x) {
        return truth(x.compare(NE, 0f));
    }

    static FloatVector add(FloatVector a, FloatVector b) {
        return a.add(b);
    }

    static FloatVector sub(FloatVector a, FloatVector b) {
        return a.sub(b);
    }

    static FloatVector mul(FloatVector a, FloatVector b) {
        return a.mul(b);
    }

    static FloatVector div(FloatVector a, FloatVector b) {
        return a.div(b);
    }

    static FloatVector max(FloatVector a, FloatVector b) {
        return a.max(b);
    }

    static FloatVector min(FloatVector a, FloatVector b) {
        return a.min(b);
    }

    static FloatVector eq(FloatVector a, FloatVector b) {
        return truth(a.compare(EQ, b));
    }

    static FloatVector ne(FloatVector a, FloatVector b) {
        return truth(a.compare(NE, b));
    }

    static FloatVector lt(FloatVector a, FloatVector b) {
        return truth(a.compare(LT, b));
    }

    static FloatVector le(FloatVector a, FloatVector b) {
        return truth(a.compare(LE, b));
    }

    static FloatVector gt(FloatVector a, FloatVector b) {
        return truth(a.compare(GT, b));
    }

    static FloatVector ge(FloatVector a, FloatVector b) {
        return truth(a.compare(GE, b));
    }

    static FloatVector and(FloatVector a, FloatVector b) {
        return a.mul(b);
    }

    static FloatVector or(FloatVector a, FloatVector b) {
        return truth(a.add(b).compare(GT, 0f));
    }

    static FloatVector xor(FloatVector a, FloatVector b) {
        return truth(a.compare(NE, b));
    }

    static FloatVector where(FloatVector condition, FloatVector a, FloatVector b) {
        return b.blend(a, condition.compare(NE, 0f));
    }

    /// A function that goes lane by lane, in double.
    interface LaneUnary {
        double apply(double x);
    }

    interface LaneBinary {
        double apply(double a, double b);
    }

    static FloatVector lanes(LaneUnary f, FloatVector x) {
        float[] values = x.toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) f.apply(values[i]);
        }
        return FloatVector.fromArray(Species.F32, values, 0);
    }

    static FloatVector lanes(LaneBinary f, FloatVector a, FloatVector b) {
        float[] values = a.toArray();
        float[] second = b.toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) f.apply(values[i], second[i]);
        }
        return FloatVector.fromArray(Species.F32, values, 0);
    }

    static FloatVector tan(FloatVector x) {
        return lanes(Math::tan, x);
    }

    static FloatVector asin(FloatVector x) {
        return lanes(Math::asin, x);
    }

    static FloatVector acos(FloatVector x) {
        return lanes(Math::acos, x);
    }

    static FloatVector atan(FloatVector x) {
        return lanes(Math::atan, x);
    }

    static FloatVector sinh(FloatVector x) {
        return lanes(Math::sinh, x);
    }

    static FloatVector cosh(FloatVector x) {
        return lanes(Math::cosh, x);
    }

    static FloatVector pow(FloatVector a, FloatVector b) {
        return lanes(Math::pow, a, b);
    }

    static FloatVector atan2(FloatVector a, FloatVector b) {
        return lanes(Math::atan2, a, b);
    }

    static FloatVector mod(FloatVector a, FloatVector b) {
        return lanes((x, y) -> x - Math.floor(x / y) * y, a, b);
    }
}
