package aligrad.backends.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import aligrad.tensor.UnaryOp;

import jdk.incubator.vector.FloatVector;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;

class VectorMathTest {

    /// A function, its meaning in double, and the largest error in units in the last place that is
    /// allowed; a sweep over every 1009th float (tanh and sigmoid: every 97th) found the one in the
    /// comment.
    enum Function {
        EXP(VectorMath::exp, UnaryOp.EXP, 1.0), // 0.98
        EXPM1(VectorMath::expm1, UnaryOp.EXPM1, 1.5), // 1.39
        LOG(VectorMath::log, UnaryOp.LOG, 1.0), // 0.82
        LOG1P(VectorMath::log1p, UnaryOp.LOG1P, 1.5), // 1.46
        SIN(VectorMath::sin, UnaryOp.SIN, 1.5), // 1.46
        COS(VectorMath::cos, UnaryOp.COS, 1.5), // 1.45
        TANH(VectorMath::tanh, UnaryOp.TANH, 2.5), // 2.40
        SIGMOID(VectorMath::sigmoid, UnaryOp.SIGMOID, 2.5), // 2.28
        SOFTPLUS(VectorMath::softplus, UnaryOp.SOFTPLUS, 1.75), // 1.65
        ERF(VectorMath::erf, UnaryOp.ERF, 1.25); // 1.02

        private final UnaryOperator<FloatVector> vector;
        private final DoubleUnaryOperator exact;
        private final double ulps;

        Function(UnaryOperator<FloatVector> vector, UnaryOp meaning, double ulps) {
            this.vector = vector;
            this.exact = meaning::apply;
            this.ulps = ulps;
        }

        float[] at(float[] x) {
            return vector.apply(FloatVector.fromArray(Species.F32, x, 0)).toArray();
        }

        float at(float x) {
            float[] lanes = new float[Species.LANES_32];
            lanes[Species.LANES_32 - 1] = x;
            return at(lanes)[Species.LANES_32 - 1];
        }
    }

    /// Some 430,000 floats: all signs and exponents, infinities and not-a-number patterns.
    @ParameterizedTest
    @EnumSource
    void isWithinItsBoundOverAllFloats(Function f) {
        sweep(f, Integer.MIN_VALUE, Integer.MAX_VALUE, 9973);
    }

    /// Where the results are of moderate size, and so most of what networks compute.
    @ParameterizedTest
    @EnumSource
    void isWithinItsBoundFromAThousandthToAThousand(Function f) {
        int from = Float.floatToRawIntBits(1e-3f);
        int to = Float.floatToRawIntBits(1e3f);
        sweep(f, from, to, 611);
        sweep(f, from | Integer.MIN_VALUE, to | Integer.MIN_VALUE, 611);
    }

    private static void sweep(Function f, int from, int to, int step) {
        float[] x = new float[Species.LANES_32];
        long bits = from;
        while (bits <= to) {
            for (int lane = 0; lane < x.length; lane++) {
                x[lane] = Float.intBitsToFloat((int) bits);
                bits += step;
            }
            float[] y = f.at(x);
            for (int lane = 0; lane < x.length; lane++) {
                check(f, x[lane], y[lane]);
            }
        }
    }

    private static void check(Function f, float x, float y) {
        double exact = f.exact.applyAsDouble(x);
        float rounded = (float) exact;
        boolean close =
                Float.isFinite(rounded) && Float.isFinite(y)
                        ? Math.abs(y - exact) <= f.ulps * Math.ulp(rounded)
                        : Float.compare(y, rounded) == 0 || atTheEdge(y, exact);
        if (!close) {
            assertThat(y).as("%s of %s (%s)", f, x, Float.toHexString(x)).isEqualTo(rounded);
        }
    }

    /// Whether a result next to the largest float is infinite, or the other way round.
    private static boolean atTheEdge(float y, double exact) {
        return Math.abs(y) >= Float.MAX_VALUE
                && Math.abs(exact) >= Float.MAX_VALUE * (1 - 0x1p-24)
                && Math.abs(exact) <= 0x1p128 * (1 + 0x1p-23)
                && Math.signum(y) == Math.signum(exact);
    }

    @ParameterizedTest
    @EnumSource
    void givesTheLimitsAtInfinityAndKeepsTheSignOfZero(Function f) {
        for (float x : new float[] {0f, -0f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            float exact = (float) f.exact.applyAsDouble(x);
            assertThat(f.at(x)).as("%s of %s", f, x).isEqualByComparingTo(exact);
        }
    }

    @ParameterizedTest
    @EnumSource
    void passesNotANumberOn(Function f) {
        for (int bits : new int[] {0x7fc00000, 0xffc00000, 0x7f800001, 0x7fffffff, 0xff801234}) {
            assertThat(f.at(Float.intBitsToFloat(bits))).as("%s of %x", f, bits).isNaN();
        }
    }

    @ParameterizedTest
    @EnumSource
    void computesEachLaneAlone(Function f) {
        float[] x = new float[Species.LANES_32];
        for (int lane = 0; lane < x.length; lane++) {
            x[lane] = lane % 4 == 0 ? 1e6f * lane : 0.75f * lane - 3;
        }
        float[] y = f.at(x);
        for (int lane = 0; lane < x.length; lane++) {
            assertThat(y[lane]).as("%s of %s", f, x[lane]).isEqualByComparingTo(f.at(x[lane]));
        }
    }

    @Test
    void exponentialsReachTheSmallestDenormal() {
        // e^-103 is 1.3 times 2⁻¹⁴⁹, e^-104 is half of it and rounds to 0
        assertThat(Function.EXP.at(-103f)).isEqualTo(Float.MIN_VALUE);
        assertThat(Function.EXP.at(-104f)).isZero();
        assertThat(Function.SIGMOID.at(-103f)).isEqualTo(Float.MIN_VALUE);
    }

    @Test
    void logarithmOfNothingIsMinusInfinityAndOfLessNotANumber() {
        assertThat(Function.LOG.at(0f)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(Function.LOG.at(-Float.MIN_VALUE)).isNaN();
        assertThat(Function.LOG1P.at(-1f)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(Function.LOG1P.at(Math.nextDown(-1f))).isNaN();
    }
}
