package aligrad.experiments;

/// The generator MT19937 with the draws of NumPy's legacy generator, for splits that others made
/// with it. Everything else draws from [aligrad.tensor.Random].
///
/// Source: Matsumoto, Nishimura, *Mersenne Twister*, ACM TOMACS 8, 1998.
final class MersenneTwister {

    private static final int N = 624;
    private static final int M = 397;

    private final int[] state = new int[N];
    private int next = N;

    MersenneTwister(int seed) {
        state[0] = seed;
        for (int i = 1; i < N; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ state[i - 1] >>> 30) + i;
        }
    }

    /// Uniform in 0 to `most`, both included: drawn again where the masked bits exceed it.
    int below(int most) {
        int mask = -1 >>> Integer.numberOfLeadingZeros(most);
        int value = draw() & mask;
        while (value > most) {
            value = draw() & mask;
        }
        return value;
    }

    /// The next 32 bits.
    int draw() {
        if (next == N) {
            twist();
            next = 0;
        }
        int y = state[next++];
        y ^= y >>> 11;
        y ^= y << 7 & 0x9d2c5680;
        y ^= y << 15 & 0xefc60000;
        return y ^ y >>> 18;
    }

    private void twist() {
        for (int i = 0; i < N; i++) {
            int y = state[i] & 0x80000000 | state[(i + 1) % N] & 0x7fffffff;
            state[i] = state[(i + M) % N] ^ y >>> 1 ^ ((y & 1) == 0 ? 0 : 0x9908b0df);
        }
    }

    /// Brings the places in random order.
    void shuffle(int[] places) {
        for (int i = places.length - 1; i > 0; i--) {
            int j = below(i);
            int swapped = places[i];
            places[i] = places[j];
            places[j] = swapped;
        }
    }
}
