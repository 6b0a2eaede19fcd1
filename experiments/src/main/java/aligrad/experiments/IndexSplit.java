package aligrad.experiments;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Cuts the places 0 to n-1 of a data set into pieces at random: the split into training and
/// validation that the ALI-G paper's image experiments share.
///
/// It depends on the sizes alone, never on the seed of a run: the places are shuffled with the
/// [MersenneTwister] seeded with 1234, as many as the pieces need are kept, shuffled again, and
/// cut. The shuffle and its draws are those of NumPy's legacy generator, so the pieces are the
/// paper's.
final class IndexSplit {

    /// The seed of all splits.
    static final int SEED = 1234;

    private IndexSplit() {}

    /// Disjoint pieces of these sizes, of the places 0 to n-1.
    ///
    /// @throws IllegalArgumentException if the sizes are negative or more than n together
    static List<int[]> of(int n, int... sizes) {
        return seeded(SEED, n, sizes);
    }

    /// As [#of], shuffled with another seed: ImageNet has one for each class.
    static List<int[]> seeded(int seed, int n, int... sizes) {
        long sum = Arrays.stream(sizes).asLongStream().sum();
        if (sum > n || Arrays.stream(sizes).anyMatch(size -> size < 0)) {
            throw new IllegalArgumentException(
                    "split of %d places into pieces of %s: sizes must be at least 0, and not more than all places together"
                            .formatted(n, Arrays.toString(sizes)));
        }
        MersenneTwister generator = new MersenneTwister(seed);
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
}
