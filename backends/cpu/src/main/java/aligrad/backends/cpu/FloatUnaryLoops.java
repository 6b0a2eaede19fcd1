package aligrad.backends.cpu;

import static aligrad.backends.cpu.Lanes.loadF32;
import static aligrad.backends.cpu.Lanes.store;

import aligrad.tensor.UnaryOp;

/// One loop for each function of one number over a block of `F32`, for the block interpreter.
///
/// Each stands in a method of its own, because the compiler turns a small loop into vector
/// instructions within milliseconds, and a large `switch` of loops never. Lengths are rounded up to
/// whole vectors: every block has room for that.
final class FloatUnaryLoops {

    private static final int STEP = 4 * Species.LANES_32;

    /// Bytes of the block that a loop is warmed with.
    private static final long WARM = 16L * STEP;

    private static final ColdLoop[] LOOPS =
            ColdLoop.several(UnaryOp.values().length, i -> rehearsal(UnaryOp.values()[i]));

    private FloatUnaryLoops() {}

    /// `y = f(x)` for `bytes / 4` elements.
    static void run(UnaryOp f, long x, long y, long bytes) {
        ColdLoop loop = LOOPS[f.ordinal()];
        if (loop.isCold() && ScalarLoops.has(f)) {
            long started = System.nanoTime();
            ScalarLoops.pointwise(f, x, y, (int) bytes / 4);
            loop.ranSince(started);
        } else {
            vectors(f, x, y, bytes);
        }
    }

    private static Warmup.Rehearsal rehearsal(UnaryOp f) {
        return (m, turn) -> vectors(f, m, m + Warmup.MEMORY / 2, WARM - turn % 2 * STEP);
    }

    private static void vectors(UnaryOp f, long x, long y, long bytes) {
        switch (f) {
            case IDENTITY -> identity(x, y, bytes);
            case NEG -> neg(x, y, bytes);
            case ABS -> abs(x, y, bytes);
            case SIGN -> sign(x, y, bytes);
            case SQUARE -> square(x, y, bytes);
            case SQRT -> sqrt(x, y, bytes);
            case RSQRT -> rsqrt(x, y, bytes);
            case RECIPROCAL -> reciprocal(x, y, bytes);
            case EXP -> exp(x, y, bytes);
            case EXPM1 -> expm1(x, y, bytes);
            case LOG -> log(x, y, bytes);
            case LOG1P -> log1p(x, y, bytes);
            case SIN -> sin(x, y, bytes);
            case COS -> cos(x, y, bytes);
            case TAN -> tan(x, y, bytes);
            case ASIN -> asin(x, y, bytes);
            case ACOS -> acos(x, y, bytes);
            case ATAN -> atan(x, y, bytes);
            case SINH -> sinh(x, y, bytes);
            case COSH -> cosh(x, y, bytes);
            case TANH -> tanh(x, y, bytes);
            case SIGMOID -> sigmoid(x, y, bytes);
            case SOFTPLUS -> softplus(x, y, bytes);
            case ERF -> erf(x, y, bytes);
            case RELU -> relu(x, y, bytes);
            case FLOOR -> floor(x, y, bytes);
            case CEIL -> ceil(x, y, bytes);
            case ROUND -> round(x, y, bytes);
            case TRUNC -> trunc(x, y, bytes);
            case IS_NAN -> isNan(x, y, bytes);
            case IS_FINITE -> isFinite(x, y, bytes);
            case NOT -> not(x, y, bytes);
        }
    }

    private static void identity(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.identity(loadF32(x + i)), y + i);
        }
    }

    private static void neg(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.neg(loadF32(x + i)), y + i);
        }
    }

    private static void abs(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.abs(loadF32(x + i)), y + i);
        }
    }

    private static void sign(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.sign(loadF32(x + i)), y + i);
        }
    }

    private static void square(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.square(loadF32(x + i)), y + i);
        }
    }

    private static void sqrt(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.sqrt(loadF32(x + i)), y + i);
        }
    }

    private static void rsqrt(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.rsqrt(loadF32(x + i)), y + i);
        }
    }

    private static void reciprocal(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.reciprocal(loadF32(x + i)), y + i);
        }
    }

    private static void exp(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.exp(loadF32(x + i)), y + i);
        }
    }

    private static void expm1(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.expm1(loadF32(x + i)), y + i);
        }
    }

    private static void log(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.log(loadF32(x + i)), y + i);
        }
    }

    private static void log1p(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.log1p(loadF32(x + i)), y + i);
        }
    }

    private static void sin(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.sin(loadF32(x + i)), y + i);
        }
    }

    private static void cos(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.cos(loadF32(x + i)), y + i);
        }
    }

    private static void tan(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.tan(loadF32(x + i)), y + i);
        }
    }

    private static void asin(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.asin(loadF32(x + i)), y + i);
        }
    }

    private static void acos(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.acos(loadF32(x + i)), y + i);
        }
    }

    private static void atan(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.atan(loadF32(x + i)), y + i);
        }
    }

    private static void sinh(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.sinh(loadF32(x + i)), y + i);
        }
    }

    private static void cosh(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.cosh(loadF32(x + i)), y + i);
        }
    }

    private static void tanh(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.tanh(loadF32(x + i)), y + i);
        }
    }

    private static void sigmoid(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.sigmoid(loadF32(x + i)), y + i);
        }
    }

    private static void softplus(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.softplus(loadF32(x + i)), y + i);
        }
    }

    private static void erf(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.erf(loadF32(x + i)), y + i);
        }
    }

    private static void relu(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.relu(loadF32(x + i)), y + i);
        }
    }

    private static void floor(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.floor(loadF32(x + i)), y + i);
        }
    }

    private static void ceil(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.ceil(loadF32(x + i)), y + i);
        }
    }

    private static void round(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.round(loadF32(x + i)), y + i);
        }
    }

    private static void trunc(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.trunc(loadF32(x + i)), y + i);
        }
    }

    private static void isNan(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.isNan(loadF32(x + i)), y + i);
        }
    }

    private static void isFinite(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.isFinite(loadF32(x + i)), y + i);
        }
    }

    private static void not(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.not(loadF32(x + i)), y + i);
        }
    }

    static void isTrue(long x, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.isTrue(loadF32(x + i)), y + i);
        }
    }
}
