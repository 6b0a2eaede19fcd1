package aligrad.experiments;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Cuts the places 0 to n-1 of a data set into pieces at random: the split into training and
/// validation that the ALI-G paper's image experiments share.
///
/// It depends on the sizes alone, never on the seed of a run: the places are shuffled with the
/// Mersenne Twister seeded with 1234, as many as the pieces need are kept, shuffled again, and cut.
/// The shuffle and its draws are those of NumPy's legacy generator, so the pieces are the paper's.
///
/// Source: Matsumoto, Nishimura, *Mersenne Twister*, ACM TOMACS 8, 1998 (MT19937).
final class IndexSplit {

    private static final int SEED = 1234;
    private static final int N = 624;
    private static final int M = 397;

    private final int[] state = new int[N];
    private int next = N;

    private IndexSplit() {
        state[0] = SEED;
        for (int i = 1; i < N; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ state[i - 1] >>> 30) + i;
        }
    }

    /// Disjoint pieces of these sizes, of the places 0 to n-1.
    ///
    /// @throws IllegalArgumentException if the sizes are negative or more than n together
    static List<int[]> of(int n, int... sizes) {
        long sum = Arrays.stream(sizes).asLongStream().sum();
        if (sum > n || Arrays.stream(sizes).anyMatch(size -> size < 0)) {
            throw new IllegalArgumentException(
                    "split of %d places into pieces of %s: sizes must be at least 0, and not more than all places together"
                            .formatted(n, Arrays.toString(sizes)));
        }
        IndexSplit generator = new IndexSplit();
        int[] places = new int[n];
        Arrays.setAll(places, i -> i);
        generator.shuffle(places);
        int[] kept = Arrays.copyOf(places, (int) sum);
        generator.shuffle(kept);
        List<int[]> pieces = new ArrayList<>();
        int from = 0;
        for (int size : sizes) {
            pieces.add(Arrays.copyOfRange(kept, from, from + size));
            from += size;
        }
        return pieces;
    }

    private void shuffle(int[] places) {
        for (int i = places.length - 1; i > 0; i--) {
            int j = below(i);
            int swapped = places[i];
            places[i] = places[j];
            places[j] = swapped;
        }
    }

    /// Uniform in 0 to `most`, both included: drawn again where the masked bits exceed it.
    private int below(int most) {
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

    /// The generator as it starts.
    static IndexSplit generator() {
        return new IndexSplit();
    }
}
