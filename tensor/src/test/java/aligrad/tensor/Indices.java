package aligrad.tensor;

import java.util.function.Consumer;

/// Brute-force index arithmetic, for comparison.
final class Indices {

    private Indices() {}

    /// Calls `body` with every index of `shape`, row-major; the array is reused.
    static void each(Shape shape, Consumer<int[]> body) {
        int[] index = new int[shape.rank()];
        for (long n = 0; n < shape.size(); n++) {
            long rest = n;
            for (int i = index.length - 1; i >= 0; i--) {
                index[i] = (int) (rest % shape.extent(i));
                rest /= shape.extent(i);
            }
            body.accept(index);
        }
    }

    /// The row-major place of an index.
    static int place(Shape shape, int... index) {
        int place = 0;
        for (int i = 0; i < index.length; i++) {
            place = place * shape.extent(i) + index[i];
        }
        return place;
    }

    /// The row-major place in `narrow` of the element that stands at `index` once it is broadcast.
    static int broadcastPlace(Shape narrow, int... index) {
        int place = 0;
        int shift = index.length - narrow.rank();
        for (int i = 0; i < narrow.rank(); i++) {
            place = place * narrow.extent(i) + (narrow.extent(i) == 1 ? 0 : index[i + shift]);
        }
        return place;
    }
}
