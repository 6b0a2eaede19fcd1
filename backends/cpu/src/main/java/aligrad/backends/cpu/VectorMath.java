package aligrad.backends.cpu;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MUL;
import static jdk.incubator.vector.VectorOperators.SUB;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/// Transcendental functions of whole [Species#F32] vectors.
///
/// They use only operations that are exact or correctly rounded (add, multiply, fma, divide,
/// compare, integer arithmetic on the bits), so the result is the same bit for bit in the
/// interpreter, in compiled code and at every vector width. That is why `VectorOperators.EXP` and
/// its relatives are not used: before compilation they call another routine than after it, and
/// results would change while a program warms up.
///
/// Errors over all floats, denormal results included, are at most 1.75 units in the last place, of
/// tanh and sigmoid 2.5 (`VectorMathTest` holds each function's own bound). Zeros keep their sign;
/// infinities and not-a-number give what [Math] gives.
///
/// Each is a range reduction, a polynomial, and a reconstruction. The polynomials are minimax fits
/// made by `src/main/python/vector_math_polynomials.py`, which prints the coefficients that stand
/// here.
///
/// No function calls another of ours, and constants are vectors already: an operation of the Vector
/// API is some 400 nodes to the compiler, past 18,000 it inlines nothing but that API, and a call
/// that is not inlined puts its vectors on the heap, ten times slower. Where one kernel needs
/// several functions, the kernel compiler copies their code; hence straight lines (but for sin and
/// cos), and constants that the package sees.
final class VectorMath {

    static final FloatVector HALF = vector(0.5f);
    static final FloatVector ONE = vector(1);
    static final FloatVector TWO = vector(2);
    static final FloatVector INFINITY = vector(Float.POSITIVE_INFINITY);
    static final FloatVector NAN = vector(Float.NaN);
    static final FloatVector ZERO = vector(0);

    /// Added to a small number it leaves the nearest integer in the lowest bits of the sum.
    static final FloatVector ROUNDER = vector(0x1.8p23f);

    static final FloatVector LOG2_E = vector(0x1.715476p0f);

    /// `MINUS_LN2 + MINUS_LN2_LOW` is -ln 2 to 45 bits.
    static final FloatVector MINUS_LN2 = vector(-0x1.62e43p-1f);

    static final FloatVector MINUS_LN2_LOW = vector(0x1.05c61p-29f);
    static final FloatVector LN2 = vector(0x1.62e43p-1f);

    /// The largest number whose exponential is finite.
    static final FloatVector LARGEST_EXPONENT = vector(0x1.62e42ep6f);

    /// Below this, `expm1 x` and `log1p x` are `x`: the next term is less than half of its last
    /// place.
    static final FloatVector NEGLIGIBLE = vector(0x1p-25f);

    /// The bits of 2/3: mantissas are taken from [2/3, 4/3), where the logarithm is smallest.
    static final int TWO_THIRDS = 0x3f2aaaab;

    static final int EXPONENT = 0xff800000;
    static final int SIGN = 0x80000000;

    private VectorMath() {}

    private static FloatVector vector(float c) {
        return FloatVector.broadcast(Species.F32, c);
    }

    // (eʳ - 1 - r) / r² for |r| ≤ ln 2 / 2, best for eʳ
    static final FloatVector EXP_0 = vector(0x1.fffffcp-2f);
    static final FloatVector EXP_1 = vector(0x1.555492p-3f);
    static final FloatVector EXP_2 = vector(0x1.5558bep-5f);
    static final FloatVector EXP_3 = vector(0x1.1239ep-7f);
    static final FloatVector EXP_4 = vector(0x1.6a3fb6p-10f);

    static final FloatVector SMALL_EXPONENT = vector(-86);
    static final FloatVector SMALLEST_EXPONENT = vector(-104);
    static final FloatVector TWO_63 = vector(0x1p63f);
    static final FloatVector TWO_MINUS_63 = vector(0x1p-63f);

    /// `eˣ`.
    static FloatVector exp(FloatVector x) {
        FloatVector t = x.fma(LOG2_E, ROUNDER);
        FloatVector n = t.sub(ROUNDER);
        FloatVector r = n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2, x));
        FloatVector q = EXP_4.fma(r, EXP_3).fma(r, EXP_2).fma(r, EXP_1).fma(r, EXP_0);
        FloatVector p = q.fma(r.mul(r), r).add(ONE);
        // 2ⁿ in two factors, as n reaches 128 and, for denormal results, -150
        VectorMask<Float> small = x.compare(LT, SMALL_EXPONENT);
        IntVector first =
                t.reinterpretAsInts()
                        .lanewise(LSHL, 23)
                        .add(HALF.blend(TWO_63, small).reinterpretAsInts());
        FloatVector second = TWO.blend(TWO_MINUS_63, small);
        return p.mul(first.reinterpretAsFloats())
                .mul(second)
                .blend(INFINITY, x.compare(GT, LARGEST_EXPONENT))
                .blend(ZERO, x.compare(LT, SMALLEST_EXPONENT));
    }

    // (eʳ - 1 - r) / r² for |r| ≤ ln 2 / 2, best for eʳ - 1
    static final FloatVector EXPM1_1 = vector(0x1.555554p-3f);
    static final FloatVector EXPM1_2 = vector(0x1.5554f8p-5f);
    static final FloatVector EXPM1_3 = vector(0x1.1112d4p-7f);
    static final FloatVector EXPM1_4 = vector(0x1.6d3aap-10f);
    static final FloatVector EXPM1_5 = vector(0x1.9e7d64p-13f);

    static final FloatVector MINUS_20 = vector(-20);

    /// `eˣ - 1`, without loss near 0.
    static FloatVector expm1(FloatVector x) {
        FloatVector a = x.blend(MINUS_20, x.compare(LT, MINUS_20)); // -1 from there on
        FloatVector t = a.fma(LOG2_E, ROUNDER);
        FloatVector n = t.sub(ROUNDER);
        FloatVector r = n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2, a));
        FloatVector q =
                EXPM1_5.fma(r, EXPM1_4)
                        .fma(r, EXPM1_3)
                        .fma(r, EXPM1_2)
                        .fma(r, EXPM1_1)
                        .fma(r, HALF);
        FloatVector e = q.fma(r.mul(r), r);
        // half of 2ⁿ, as n reaches 128
        FloatVector s =
                t.reinterpretAsInts()
                        .lanewise(LSHL, 23)
                        .add(HALF.reinterpretAsInts())
                        .reinterpretAsFloats();
        FloatVector half = s.fma(e, s.sub(HALF));
        return half.add(half)
                .blend(INFINITY, x.compare(GT, LARGEST_EXPONENT))
                .blend(x, x.abs().compare(LT, NEGLIGIBLE));
    }

    // (ln (1 + f) - f) / f² for |f| ≤ 1/3
    static final FloatVector LOG_0 = vector(-0x1p-1f);
    static final FloatVector LOG_1 = vector(0x1.555506p-2f);
    static final FloatVector LOG_2 = vector(-0x1.fffefap-3f);
    static final FloatVector LOG_3 = vector(0x1.99d04ep-3f);
    static final FloatVector LOG_4 = vector(-0x1.559c74p-3f);
    static final FloatVector LOG_5 = vector(0x1.1ed584p-3f);
    static final FloatVector LOG_6 = vector(-0x1.f3306p-4f);
    static final FloatVector LOG_7 = vector(0x1.1e6c42p-3f);
    static final FloatVector LOG_8 = vector(-0x1.07cab8p-3f);

    static final FloatVector SMALLEST_NORMAL = vector(Float.MIN_NORMAL);
    static final FloatVector TWO_25 = vector(0x1p25f);
    static final FloatVector TWENTY_FIVE = vector(25);
    static final FloatVector MINUS_INFINITY = vector(Float.NEGATIVE_INFINITY);

    /// `ln x`: -∞ at 0, not-a-number below.
    static FloatVector log(FloatVector x) {
        VectorMask<Float> denormal = x.compare(LT, SMALLEST_NORMAL);
        IntVector bits = x.lanewise(MUL, TWO_25, denormal).reinterpretAsInts();
        IntVector n = bits.sub(TWO_THIRDS).lanewise(ASHR, 23);
        FloatVector e = ((FloatVector) n.convert(I2F, 0)).lanewise(SUB, TWENTY_FIVE, denormal);
        FloatVector f = bits.sub(n.lanewise(LSHL, 23)).reinterpretAsFloats().sub(ONE);
        FloatVector q =
                LOG_8.fma(f, LOG_7)
                        .fma(f, LOG_6)
                        .fma(f, LOG_5)
                        .fma(f, LOG_4)
                        .fma(f, LOG_3)
                        .fma(f, LOG_2)
                        .fma(f, LOG_1)
                        .fma(f, LOG_0);
        return e.fma(LN2, q.fma(f.mul(f), f))
                .blend(NAN, x.compare(LT, ZERO))
                .blend(MINUS_INFINITY, x.eq(ZERO))
                .blend(x, x.compare(LT, INFINITY).not());
    }

    static final FloatVector FOUR = vector(4);
    static final FloatVector QUARTER = vector(0.25f);
    static final FloatVector MINUS_ONE = vector(-1);

    /// `ln (1 + x)`, without loss near 0.
    static FloatVector log1p(FloatVector x) {
        IntVector exponent = x.add(ONE).reinterpretAsInts().sub(TWO_THIRDS).and(EXPONENT);
        FloatVector e = (FloatVector) exponent.lanewise(ASHR, 23).convert(I2F, 0);
        // (1 + x)·2⁻ᵉ - 1 with one rounding; times 4 and 1/4, as 2⁻¹²⁸ would be denormal
        FloatVector s = FOUR.reinterpretAsInts().sub(exponent).reinterpretAsFloats();
        FloatVector f = x.mul(QUARTER).fma(s, s.fma(QUARTER, MINUS_ONE));
        FloatVector q =
                LOG_8.fma(f, LOG_7)
                        .fma(f, LOG_6)
                        .fma(f, LOG_5)
                        .fma(f, LOG_4)
                        .fma(f, LOG_3)
                        .fma(f, LOG_2)
                        .fma(f, LOG_1)
                        .fma(f, LOG_0);
        return e.fma(LN2, q.fma(f.mul(f), f))
                .blend(NAN, x.compare(LT, MINUS_ONE))
                .blend(MINUS_INFINITY, x.eq(MINUS_ONE))
                .blend(x, x.compare(LT, INFINITY).not())
                .blend(x, x.abs().compare(LT, NEGLIGIBLE));
    }

    static final FloatVector TWENTY = vector(20);

    /// `tanh x = e / (e + 2)` with `e = e²ˣ - 1`, which loses nothing near 0.
    static FloatVector tanh(FloatVector x) {
        FloatVector b = x.abs();
        FloatVector c = b.add(b);
        FloatVector a = c.blend(TWENTY, c.compare(GT, TWENTY)); // 1 from there on
        FloatVector t = a.fma(LOG2_E, ROUNDER);
        FloatVector n = t.sub(ROUNDER);
        FloatVector r = n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2, a));
        FloatVector q =
                EXPM1_5.fma(r, EXPM1_4)
                        .fma(r, EXPM1_3)
                        .fma(r, EXPM1_2)
                        .fma(r, EXPM1_1)
                        .fma(r, HALF);
        FloatVector s =
                t.reinterpretAsInts()
                        .lanewise(LSHL, 23)
                        .add(ONE.reinterpretAsInts())
                        .reinterpretAsFloats();
        FloatVector e = s.fma(q.fma(r.mul(r), r), s.sub(ONE));
        return e.div(e.add(TWO))
                .reinterpretAsInts()
                .lanewise(XOR, x.reinterpretAsInts().and(SIGN))
                .reinterpretAsFloats();
    }

    static final FloatVector MINUS_LOG2_E = vector(-0x1.715476p0f);
    static final FloatVector EIGHTY_SIX = vector(86);
    static final FloatVector HUNDRED_FOUR = vector(104);

    /// `1 / (1 + e⁻ˣ)`, from `z = e^(-|x|)` as `1 / (1 + z)` or `z / (1 + z)`.
    static FloatVector sigmoid(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector t = a.fma(MINUS_LOG2_E, ROUNDER);
        FloatVector n = t.sub(ROUNDER);
        FloatVector r = n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2, a.neg()));
        FloatVector q = EXP_4.fma(r, EXP_3).fma(r, EXP_2).fma(r, EXP_1).fma(r, EXP_0);
        FloatVector p = q.fma(r.mul(r), r).add(ONE);
        VectorMask<Float> small = a.compare(GT, EIGHTY_SIX);
        IntVector first =
                t.reinterpretAsInts()
                        .lanewise(LSHL, 23)
                        .add(HALF.blend(TWO_63, small).reinterpretAsInts());
        FloatVector z =
                p.mul(first.reinterpretAsFloats())
                        .mul(TWO.blend(TWO_MINUS_63, small))
                        .blend(ZERO, a.compare(GT, HUNDRED_FOUR));
        return ONE.blend(z, x.compare(LT, ZERO)).div(z.add(ONE));
    }

    // (ln (1 + z) - z) / z² for 0 ≤ z ≤ 1
    static final FloatVector SOFTPLUS_0 = vector(-0x1.ffffd2p-2f);
    static final FloatVector SOFTPLUS_1 = vector(0x1.554ddp-2f);
    static final FloatVector SOFTPLUS_2 = vector(-0x1.ff23e8p-3f);
    static final FloatVector SOFTPLUS_3 = vector(0x1.934b6ep-3f);
    static final FloatVector SOFTPLUS_4 = vector(-0x1.3a43ep-3f);
    static final FloatVector SOFTPLUS_5 = vector(0x1.b4b094p-4f);
    static final FloatVector SOFTPLUS_6 = vector(-0x1.d6b75ep-5f);
    static final FloatVector SOFTPLUS_7 = vector(0x1.49211cp-6f);
    static final FloatVector SOFTPLUS_8 = vector(-0x1.af5e2p-9f);

    /// `ln (1 + eˣ)`, as `max(x, 0) + ln (1 + e^(-|x|))`.
    static FloatVector softplus(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector t = a.fma(MINUS_LOG2_E, ROUNDER);
        FloatVector n = t.sub(ROUNDER);
        FloatVector r = n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2, a.neg()));
        FloatVector p =
                EXP_4.fma(r, EXP_3)
                        .fma(r, EXP_2)
                        .fma(r, EXP_1)
                        .fma(r, EXP_0)
                        .fma(r.mul(r), r)
                        .add(ONE);
        VectorMask<Float> small = a.compare(GT, EIGHTY_SIX);
        IntVector first =
                t.reinterpretAsInts()
                        .lanewise(LSHL, 23)
                        .add(HALF.blend(TWO_63, small).reinterpretAsInts());
        FloatVector z =
                p.mul(first.reinterpretAsFloats())
                        .mul(TWO.blend(TWO_MINUS_63, small))
                        .blend(ZERO, a.compare(GT, HUNDRED_FOUR));
        FloatVector q =
                SOFTPLUS_8
                        .fma(z, SOFTPLUS_7)
                        .fma(z, SOFTPLUS_6)
                        .fma(z, SOFTPLUS_5)
                        .fma(z, SOFTPLUS_4)
                        .fma(z, SOFTPLUS_3)
                        .fma(z, SOFTPLUS_2)
                        .fma(z, SOFTPLUS_1)
                        .fma(z, SOFTPLUS_0);
        return q.fma(z.mul(z), z).add(x.blend(ZERO, x.compare(LT, ZERO)));
    }

    // erf a / a - 1, in a², for a ≤ 0.93
    static final FloatVector ERF_0 = vector(0x1.06eba8p-3f);
    static final FloatVector ERF_1 = vector(-0x1.81274p-2f);
    static final FloatVector ERF_2 = vector(0x1.ce2d64p-4f);
    static final FloatVector ERF_3 = vector(-0x1.b8011ap-6f);
    static final FloatVector ERF_4 = vector(0x1.544a1ap-8f);
    static final FloatVector ERF_5 = vector(-0x1.a60a2ep-11f);
    static final FloatVector ERF_6 = vector(0x1.4f676p-14f);

    // ln (1 - erf a) for 0.92 ≤ a ≤ 4
    static final FloatVector ERFC_0 = vector(-0x1.5d10e2p-13f);
    static final FloatVector ERFC_1 = vector(-0x1.20b752p0f);
    static final FloatVector ERFC_2 = vector(-0x1.4621bap-1f);
    static final FloatVector ERFC_3 = vector(-0x1.aa7326p-4f);
    static final FloatVector ERFC_4 = vector(0x1.6d9cf4p-6f);
    static final FloatVector ERFC_5 = vector(-0x1.91cd5ep-9f);
    static final FloatVector ERFC_6 = vector(0x1.9fb3e2p-13f);

    static final FloatVector ERF_CUT = vector(0.925f);

    /// The error function `2/√π ∫₀ˣ e^(-t²) dt`: a polynomial near 0, else `1 - e^polynomial`.
    static FloatVector erf(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector s = a.mul(a);
        FloatVector near =
                ERF_6.fma(s, ERF_5)
                        .fma(s, ERF_4)
                        .fma(s, ERF_3)
                        .fma(s, ERF_2)
                        .fma(s, ERF_1)
                        .fma(s, ERF_0)
                        .fma(a, a);
        FloatVector b = a.blend(FOUR, a.compare(GT, FOUR)); // 1 from there on
        FloatVector log =
                ERFC_6.fma(b, ERFC_5)
                        .fma(b, ERFC_4)
                        .fma(b, ERFC_3)
                        .fma(b, ERFC_2)
                        .fma(b, ERFC_1)
                        .fma(b, ERFC_0);
        FloatVector t = log.fma(LOG2_E, ROUNDER);
        FloatVector n = t.sub(ROUNDER);
        FloatVector r = n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2, log));
        FloatVector p =
                EXP_4.fma(r, EXP_3)
                        .fma(r, EXP_2)
                        .fma(r, EXP_1)
                        .fma(r, EXP_0)
                        .fma(r.mul(r), r)
                        .add(ONE);
        IntVector scale = t.reinterpretAsInts().lanewise(LSHL, 23).add(ONE.reinterpretAsInts());
        FloatVector far = ONE.sub(p.mul(scale.reinterpretAsFloats()));
        return far.blend(near, a.compare(LT, ERF_CUT))
                .reinterpretAsInts()
                .lanewise(XOR, x.reinterpretAsInts().and(SIGN))
                .reinterpretAsFloats();
    }

    // (sin r - r) / r³ and (cos r - 1) / r², in r², for r ≤ π/4
    static final FloatVector SIN_0 = vector(-0x1.555544p-3f);
    static final FloatVector SIN_1 = vector(0x1.1106c2p-7f);
    static final FloatVector SIN_2 = vector(-0x1.9919e6p-13f);
    static final FloatVector COS_0 = vector(-0x1p-1f);
    static final FloatVector COS_1 = vector(0x1.55554ap-5f);
    static final FloatVector COS_2 = vector(-0x1.6c0c0ep-10f);
    static final FloatVector COS_3 = vector(0x1.99db8ep-16f);

    static final FloatVector TWO_OVER_PI = vector(0x1.45f306p-1f);

    // -π/2 in three parts, 75 bits: enough for every float up to LARGE_ANGLE
    static final FloatVector MINUS_HALF_PI_HIGH = vector(-0x1.921fb6p0f);
    static final FloatVector MINUS_HALF_PI_MIDDLE = vector(0x1.777a5cp-25f);
    static final FloatVector MINUS_HALF_PI_LOW = vector(0x1.ee59dap-50f);

    /// From here on sin and cos go to double precision, lane by lane.
    static final FloatVector LARGE_ANGLE = vector(0x1p16f);

    /// `sin x`, `x` in radians.
    static FloatVector sin(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector t = a.fma(TWO_OVER_PI, ROUNDER);
        FloatVector n = t.sub(ROUNDER);
        FloatVector r =
                n.fma(MINUS_HALF_PI_LOW, n.fma(MINUS_HALF_PI_MIDDLE, n.fma(MINUS_HALF_PI_HIGH, a)));
        FloatVector s = r.mul(r);
        FloatVector sin = SIN_2.fma(s, SIN_1).fma(s, SIN_0).mul(s).fma(r, r);
        FloatVector cos = COS_3.fma(s, COS_2).fma(s, COS_1).fma(s, COS_0).fma(s, ONE);
        IntVector quadrant = t.reinterpretAsInts();
        VectorMask<Float> odd = quadrant.lanewise(LSHL, 31).compare(LT, 0).cast(Species.F32);
        IntVector sign = quadrant.lanewise(LSHL, 30).lanewise(XOR, x.reinterpretAsInts());
        FloatVector y =
                sin.blend(cos, odd)
                        .reinterpretAsInts()
                        .lanewise(XOR, sign.and(SIGN))
                        .reinterpretAsFloats();
        VectorMask<Float> large = a.compare(GT, LARGE_ANGLE);
        return large.anyTrue() ? largeAngles(x, y, large, true) : y;
    }

    /// `cos x`, `x` in radians: the sine, a quarter turn further.
    static FloatVector cos(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector t = a.fma(TWO_OVER_PI, ROUNDER);
        FloatVector n = t.sub(ROUNDER);
        FloatVector r =
                n.fma(MINUS_HALF_PI_LOW, n.fma(MINUS_HALF_PI_MIDDLE, n.fma(MINUS_HALF_PI_HIGH, a)));
        FloatVector s = r.mul(r);
        FloatVector sin = SIN_2.fma(s, SIN_1).fma(s, SIN_0).mul(s).fma(r, r);
        FloatVector cos = COS_3.fma(s, COS_2).fma(s, COS_1).fma(s, COS_0).fma(s, ONE);
        IntVector quadrant = t.reinterpretAsInts().add(1);
        VectorMask<Float> odd = quadrant.lanewise(LSHL, 31).compare(LT, 0).cast(Species.F32);
        FloatVector y =
                sin.blend(cos, odd)
                        .reinterpretAsInts()
                        .lanewise(XOR, quadrant.lanewise(LSHL, 30).and(SIGN))
                        .reinterpretAsFloats();
        VectorMask<Float> large = a.compare(GT, LARGE_ANGLE);
        return large.anyTrue() ? largeAngles(x, y, large, false) : y;
    }

    /// `y` with the lanes of `large` replaced by the double precision sine or cosine: slow, and
    /// rare.
    private static FloatVector largeAngles(
            FloatVector x, FloatVector y, VectorMask<Float> large, boolean sine) {
        float[] lanes = y.toArray();
        for (int i = 0; i < lanes.length; i++) {
            if (large.laneIsSet(i)) {
                double angle = x.lane(i);
                lanes[i] = (float) (sine ? StrictMath.sin(angle) : StrictMath.cos(angle));
            }
        }
        return FloatVector.fromArray(Species.F32, lanes, 0);
    }
}
