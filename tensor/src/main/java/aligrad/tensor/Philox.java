package aligrad.tensor;

/// The counter-based random generator Philox 4x32-10: 128 bits of counter and 64 of key give 128
/// random bits, with no state in between.
///
/// So element `i` of a random tensor is a function of (key, call, i) alone: the same on every
/// device, for every number of threads, and again when it is needed again. The counter's low half
/// is the block, its high half the call.
///
/// Source: Salmon, Moraes, Dror, Shaw, *Parallel Random Numbers: As Easy as 1, 2, 3*, SC 2011.
public final class Philox {

    /// The multipliers and the key's increments of the paper.
    public static final int M0 = 0xD2511F53;

    public static final int M1 = 0xCD9E8D57;
    public static final int W0 = 0x9E3779B9;
    public static final int W1 = 0xBB67AE85;
    public static final int ROUNDS = 10;

    private Philox() {}

    /// Two of the four words of a block: words 0 and 1 (`half` 0, word 0 in the high bits) or words
    /// 2 and 3 (`half` 1).
    public static long half(long key, long call, long block, int half) {
        int c0 = (int) block;
        int c1 = (int) (block >>> 32);
        int c2 = (int) call;
        int c3 = (int) (call >>> 32);
        int k0 = (int) key;
        int k1 = (int) (key >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long p0 = (M0 & 0xffffffffL) * (c0 & 0xffffffffL);
            long p1 = (M1 & 0xffffffffL) * (c2 & 0xffffffffL);
            int n0 = (int) (p1 >>> 32) ^ c1 ^ k0;
            int n2 = (int) (p0 >>> 32) ^ c3 ^ k1;
            c1 = (int) p1;
            c3 = (int) p0;
            c0 = n0;
            c2 = n2;
            k0 += W0;
            k1 += W1;
        }
        return half == 0 ? pair(c0, c1) : pair(c2, c3);
    }

    private static long pair(int first, int second) {
        return (long) first << 32 | second & 0xffffffffL;
    }

    /// Word `i mod 4` of block `i / 4`.
    public static int word(long key, long call, long i) {
        long pair = half(key, call, i >>> 2, (int) (i >>> 1) & 1);
        return (i & 1) == 0 ? (int) (pair >>> 32) : (int) pair;
    }

    /// The `i`-th uniform `float` in [0, 1): 24 bits of one word.
    public static float uniformFloat(long key, long call, long i) {
        return (word(key, call, i) >>> 8) * 0x1p-24f;
    }

    /// The `i`-th uniform `double` in [0, 1): the top 53 bits of a pair of words.
    public static double uniformDouble(long key, long call, long i) {
        return (half(key, call, i >>> 1, (int) i & 1) >>> 11) * 0x1p-53;
    }
}
