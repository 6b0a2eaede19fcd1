package aligrad.backends.cpu;

/// A stable sort of positions by the keys that stand there.
final class MergeSort {

    /// Runs of this length are sorted by insertion.
    private static final int RUN = 32;

    private MergeSort() {}

    /// Sorts `order` so that `keys[order[j]]` never falls; equal keys keep their order.
    ///
    /// @param spare of the same length, overwritten
    /// @return `order` or `spare`, whichever holds the result
    static int[] sort(long[] keys, int[] order, int[] spare) {
        int n = order.length;
        for (int start = 0; start < n; start += RUN) {
            insertion(keys, order, start, Math.min(start + RUN, n));
        }
        int[] from = order;
        int[] to = spare;
        for (int run = RUN; run < n; run *= 2) {
            for (int start = 0; start < n; start += 2 * run) {
                int middle = Math.min(start + run, n);
                merge(keys, from, start, middle, Math.min(middle + run, n), to);
            }
            int[] sorted = to;
            to = from;
            from = sorted;
        }
        return from;
    }

    private static void insertion(long[] keys, int[] order, int start, int end) {
        for (int i = start + 1; i < end; i++) {
            int moving = order[i];
            long key = keys[moving];
            int j = i;
            for (; j > start && keys[order[j - 1]] > key; j--) {
                order[j] = order[j - 1];
            }
            order[j] = moving;
        }
    }

    private static void merge(long[] keys, int[] from, int start, int middle, int end, int[] to) {
        int i = start;
        int j = middle;
        for (int k = start; k < end; k++) {
            boolean left = j == end || i < middle && keys[from[i]] <= keys[from[j]];
            to[k] = left ? from[i++] : from[j++];
        }
    }
}
