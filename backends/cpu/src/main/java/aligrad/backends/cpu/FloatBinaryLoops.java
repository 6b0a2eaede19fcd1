package aligrad.backends.cpu;

import static aligrad.backends.cpu.Lanes.loadF32;
import static aligrad.backends.cpu.Lanes.store;

import aligrad.tensor.BinaryOp;

/// One loop for each function of two numbers over a block of `F32`, see [FloatUnaryLoops].
final class FloatBinaryLoops {

    private static final int STEP = 4 * Species.LANES_32;

    /// Bytes of the block that a loop is warmed with.
    private static final long WARM = 16L * STEP;

    private static final ColdLoop[] LOOPS =
            ColdLoop.several(BinaryOp.values().length, i -> rehearsal(BinaryOp.values()[i]));
    private static final ColdLoop WHERE =
            new ColdLoop(
                    (m, turn) ->
                            whereVectors(m, m, m, m + Warmup.MEMORY / 2, WARM - turn % 2 * STEP));

    private FloatBinaryLoops() {}

    /// `y = f(a, b)` for `bytes / 4` elements.
    static void run(BinaryOp f, long a, long b, long y, long bytes) {
        ColdLoop loop = LOOPS[f.ordinal()];
        if (loop.isCold() && ScalarLoops.has(f)) {
            long started = System.nanoTime();
            ScalarLoops.pointwise(f, a, b, y, (int) bytes / 4);
            loop.ranSince(started);
        } else {
            vectors(f, a, b, y, bytes);
        }
    }

    private static Warmup.Rehearsal rehearsal(BinaryOp f) {
        return (m, turn) -> vectors(f, m, m, m + Warmup.MEMORY / 2, WARM - turn % 2 * STEP);
    }

    private static void vectors(BinaryOp f, long a, long b, long y, long bytes) {
        switch (f) {
            case ADD -> add(a, b, y, bytes);
            case SUB -> sub(a, b, y, bytes);
            case MUL -> mul(a, b, y, bytes);
            case DIV -> div(a, b, y, bytes);
            case POW -> pow(a, b, y, bytes);
            case MAX -> max(a, b, y, bytes);
            case MIN -> min(a, b, y, bytes);
            case ATAN2 -> atan2(a, b, y, bytes);
            case MOD -> mod(a, b, y, bytes);
            case EQ -> eq(a, b, y, bytes);
            case NE -> ne(a, b, y, bytes);
            case LT -> lt(a, b, y, bytes);
            case LE -> le(a, b, y, bytes);
            case GT -> gt(a, b, y, bytes);
            case GE -> ge(a, b, y, bytes);
            case AND -> and(a, b, y, bytes);
            case OR -> or(a, b, y, bytes);
            case XOR -> xor(a, b, y, bytes);
        }
    }

    /// `y = condition ? a : b`.
    static void where(long condition, long a, long b, long y, long bytes) {
        if (WHERE.isCold()) {
            long started = System.nanoTime();
            ScalarLoops.where(condition, a, b, y, (int) bytes / 4);
            WHERE.ranSince(started);
        } else {
            whereVectors(condition, a, b, y, bytes);
        }
    }

    private static void whereVectors(long condition, long a, long b, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(
                    FloatFunctions.where(loadF32(condition + i), loadF32(a + i), loadF32(b + i)),
                    y + i);
        }
    }

    private static void add(long a, long b, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.add(loadF32(a + i), loadF32(b + i)), y + i);
        }
    }

    private static void sub(long a, long b, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.sub(loadF32(a + i), loadF32(b + i)), y + i);
        }
    }

    private static void mul(long a, long b, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.mul(loadF32(a + i), loadF32(b + i)), y + i);
        }
    }

    private static void div(long a, long b, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.div(loadF32(a + i), loadF32(b + i)), y + i);
        }
    }

    private static void pow(long a, long b, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.pow(loadF32(a + i), loadF32(b + i)), y + i);
        }
    }

    private static void max(long a, long b, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.max(loadF32(a + i), loadF32(b + i)), y + i);
        }
    }

    private static void min(long a, long b, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.min(loadF32(a + i), loadF32(b + i)), y + i);
        }
    }

    private static void atan2(long a, long b, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.atan2(loadF32(a + i), loadF32(b + i)), y + i);
        }
    }

    private static void mod(long a, long b, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.mod(loadF32(a + i), loadF32(b + i)), y + i);
        }
    }

    private static void eq(long a, long b, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.eq(loadF32(a + i), loadF32(b + i)), y + i);
        }
    }

    private static void ne(long a, long b, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.ne(loadF32(a + i), loadF32(b + i)), y + i);
        }
    }

    private static void lt(long a, long b, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.lt(loadF32(a + i), loadF32(b + i)), y + i);
        }
    }

    private static void le(long a, long b, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.le(loadF32(a + i), loadF32(b + i)), y + i);
        }
    }

    private static void gt(long a, long b, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.gt(loadF32(a + i), loadF32(b + i)), y + i);
        }
    }

    private static void ge(long a, long b, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.ge(loadF32(a + i), loadF32(b + i)), y + i);
        }
    }

    private static void and(long a, long b, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.and(loadF32(a + i), loadF32(b + i)), y + i);
        }
    }

    private static void or(long a, long b, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.or(loadF32(a + i), loadF32(b + i)), y + i);
        }
    }

    private static void xor(long a, long b, long y, long bytes) {
        for (long i = 0; i < bytes; i += STEP) {
            store(FloatFunctions.xor(loadF32(a + i), loadF32(b + i)), y + i);
        }
    }
}
