package aligrad.backends.cpu;

import static aligrad.backends.cpu.Lanes.ADDRESS;
import static aligrad.backends.cpu.Lanes.MEMORY;
import static aligrad.backends.cpu.Lanes.ORDER;

import aligrad.tensor.ReduceOp;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/// Joins the lanes of vectors, one result for each: the last step of a reduction along rows.
///
/// Lane `i` is joined with lane `i + half`, again and again, in every vector width. Two vectors are
/// done at once: their lower halves side by side joined with their upper halves side by side make
/// one vector. So 16 vectors take 15 additions instead of 64, and no step leaves the vector unit.
/// (`reduceLanes(ADD)` leaves its order open, and compiled code takes another one than interpreted
/// code.)
final class LaneFold {

    private static final int LANES = Species.LANES_32;

    /// Bytes of a vector.
    static final long VECTOR_BYTES = 4L * LANES;

    private static final int[][] LOW = new int[Integer.numberOfTrailingZeros(LANES)][];
    private static final int[][] HIGH = new int[LOW.length][];

    static {
        for (int level = 0; level < LOW.length; level++) {
            int half = LANES >> level + 1;
            LOW[level] = new int[LANES];
            HIGH[level] = new int[LANES];
            for (int lane = 0; lane < LANES; lane++) {
                LOW[level][lane] = lane / half * 2 * half + lane % half;
                HIGH[level][lane] = LOW[level][lane] + half;
            }
        }
    }

    private LaneFold() {}

    /// Room of this thread's for some vectors to [#fold].
    static long vectors(int count) {
        return Scratch.address(Scratch.Use.LANES, bytes(count));
    }

    /// Bytes that so many vectors need: of an odd number, the last is joined with one behind it.
    static long bytes(int count) {
        return (count + 1L) * VECTOR_BYTES;
    }

    /// Joins the lanes of each of `count` vectors, and overwrites them.
    ///
    /// @param x from [#vectors(int)]
    /// @param result `count` numbers
    static void fold(ReduceOp f, long x, int count, long result) {
        int pairs = count;
        for (int level = 0; level < LOW.length; level++) {
            pairs = (pairs + 1) / 2; // of an odd number, the last joins with whatever is behind it
            switch (f) {
                case SUM -> sum(x, pairs, LOW[level], HIGH[level]);
                case PROD -> product(x, pairs, LOW[level], HIGH[level]);
                case MAX -> max(x, pairs, LOW[level], HIGH[level]);
                case MIN -> min(x, pairs, LOW[level], HIGH[level]);
            }
        }
        for (int i = 0; i < count; i += LANES) {
            FloatVector v = Lanes.loadF32(x + 4L * i);
            Lanes.store(v, result + 4L * i, Math.min(count - i, LANES));
        }
    }

    private static void sum(long x, int pairs, int[] low, int[] high) {
        IntVector lows = IntVector.fromArray(Species.I32, low, 0);
        IntVector highs = IntVector.fromArray(Species.I32, high, 0);
        for (long i = 0; i < pairs * VECTOR_BYTES; i += VECTOR_BYTES) {
            IntVector a = load(x + 2 * i);
            IntVector b = load(x + 2 * i + VECTOR_BYTES);
            store(half(lows, a, b).add(half(highs, a, b)), x + i);
        }
    }

    private static void product(long x, int pairs, int[] low, int[] high) {
        IntVector lows = IntVector.fromArray(Species.I32, low, 0);
        IntVector highs = IntVector.fromArray(Species.I32, high, 0);
        for (long i = 0; i < pairs * VECTOR_BYTES; i += VECTOR_BYTES) {
            IntVector a = load(x + 2 * i);
            IntVector b = load(x + 2 * i + VECTOR_BYTES);
            store(half(lows, a, b).mul(half(highs, a, b)), x + i);
        }
    }

    private static void max(long x, int pairs, int[] low, int[] high) {
        IntVector lows = IntVector.fromArray(Species.I32, low, 0);
        IntVector highs = IntVector.fromArray(Species.I32, high, 0);
        for (long i = 0; i < pairs * VECTOR_BYTES; i += VECTOR_BYTES) {
            IntVector a = load(x + 2 * i);
            IntVector b = load(x + 2 * i + VECTOR_BYTES);
            store(half(lows, a, b).max(half(highs, a, b)), x + i);
        }
    }

    private static void min(long x, int pairs, int[] low, int[] high) {
        IntVector lows = IntVector.fromArray(Species.I32, low, 0);
        IntVector highs = IntVector.fromArray(Species.I32, high, 0);
        for (long i = 0; i < pairs * VECTOR_BYTES; i += VECTOR_BYTES) {
            IntVector a = load(x + 2 * i);
            IntVector b = load(x + 2 * i + VECTOR_BYTES);
            store(half(lows, a, b).min(half(highs, a, b)), x + i);
        }
    }

    private static IntVector load(long address) {
        return IntVector.fromMemorySegment(Species.I32, MEMORY, address & ADDRESS, ORDER);
    }

    private static FloatVector half(IntVector lanes, IntVector a, IntVector b) {
        return lanes.selectFrom(a, b).reinterpretAsFloats();
    }

    private static void store(FloatVector v, long address) {
        v.intoMemorySegment(MEMORY, address & ADDRESS, ORDER);
    }
}
