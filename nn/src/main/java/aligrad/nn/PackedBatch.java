package aligrad.nn;

import aligrad.tensor.Movements;
import aligrad.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Comparator;

/// The places of a batch of sequences `(B, T, …)` in the order in which a recurrent layer computes
/// them: all first steps, then all second steps, …, the longest sequences first within a step.
///
/// So the sequences that still run at a step are the first rows of those that ran before, and
/// nothing is computed for padding.
final class PackedBatch {

    private final int batch;
    private final int time;
    private final int[] sizes;
    private final int[] starts;
    private final boolean isFull;
    private final @Nullable Tensor order;
    private final @Nullable Tensor rank;
    private final Tensor places;

    private PackedBatch(int batch, int time, int[] lengths) {
        this.batch = batch;
        this.time = time;
        Integer[] sorted = new Integer[batch];
        Arrays.setAll(sorted, i -> i);
        Arrays.sort(sorted, Comparator.comparingInt(i -> -lengths[i])); // stable
        int steps = batch == 0 ? 0 : lengths[sorted[0]];
        this.sizes = new int[steps];
        this.starts = new int[steps + 1];
        for (int length : lengths) {
            for (int t = 0; t < length; t++) {
                sizes[t]++;
            }
        }
        for (int t = 0; t < steps; t++) {
            starts[t + 1] = starts[t] + sizes[t];
        }
        this.isFull = starts[steps] == (long) batch * time;
        long[] index = new long[starts[steps]];
        for (int t = 0; t < steps; t++) {
            for (int k = 0; k < sizes[t]; k++) {
                index[starts[t] + k] = (long) sorted[k] * time + t;
            }
        }
        this.places = Tensor.of(index, index.length);
        boolean isSorted = true;
        long[] from = new long[batch];
        long[] to = new long[batch];
        for (int k = 0; k < batch; k++) {
            isSorted &= sorted[k] == k;
            from[k] = sorted[k];
            to[sorted[k]] = k;
        }
        this.order = isSorted ? null : Tensor.of(from, batch);
        this.rank = isSorted ? null : Tensor.of(to, batch);
    }

    /// The places of `batch` sequences of `time` steps, of which the first `lengths[b]` are real.
    ///
    /// @throws IllegalArgumentException if there is not one length from 1 to `time` a sequence
    static PackedBatch of(int batch, int time, int[] lengths) {
        requireLengths(batch, time, lengths);
        return new PackedBatch(batch, time, lengths);
    }

    /// @throws IllegalArgumentException if there is not one length from 1 to `time` a sequence
    static void requireLengths(int batch, int time, int[] lengths) {
        if (lengths.length != batch) {
            throw new IllegalArgumentException(
                    "%d lengths for a batch of %d sequences: give one for each"
                            .formatted(lengths.length, batch));
        }
        for (int b = 0; b < batch; b++) {
            if (lengths[b] < 1 || lengths[b] > time) {
                throw new IllegalArgumentException(
                        "length %d of sequence %d: it must be 1 to %d, the extent of the time axis"
                                .formatted(lengths[b], b, time));
            }
        }
    }

    /// All sequences run to the end.
    static PackedBatch full(int batch, int time) {
        int[] lengths = new int[batch];
        Arrays.fill(lengths, time);
        return new PackedBatch(batch, time, lengths);
    }

    /// The number of steps of the longest sequence.
    int steps() {
        return sizes.length;
    }

    /// How many sequences run at step `t`; 0 beyond the last.
    int size(int t) {
        return t < sizes.length ? sizes[t] : 0;
    }

    /// The rows of step `t`, cut out of `rows (Σ lengths, C)`.
    Tensor step(Tensor rows, int t) {
        return rows.slice(0, starts[t], starts[t + 1]);
    }

    /// `x (B, T, C)` as rows `(Σ lengths, C)` in the order of computation.
    Tensor pack(Tensor x) {
        int width = x.extent(2);
        return isFull
                ? x.transpose(0, 1).reshape(batch * time, width)
                : x.reshape(batch * time, width).gather(0, places);
    }

    /// Rows `(Σ lengths, C)` as `(B, T, C)`, with zeros beyond the lengths.
    Tensor unpack(Tensor rows) {
        int width = rows.extent(1);
        return isFull
                ? rows.reshape(time, batch, width).transpose(0, 1)
                : rows.gatherAdd(0, places, batch * time).reshape(batch, time, width);
    }

    /// `(B, C)` in the batch's order, put in the order of computation.
    Tensor sorted(Tensor x) {
        return order == null ? x : x.gather(0, order);
    }

    /// `(B, C)` in the order of computation, put in the batch's order.
    Tensor unsorted(Tensor x) {
        return rank == null ? x : x.gather(0, rank);
    }

    /// The states after the last real steps, `(B, C)` in the order of computation, from the states
    /// after every step, `states[t] (size(t), C)`.
    Tensor last(Tensor[] states) {
        Tensor[] ended = new Tensor[states.length];
        int n = 0;
        for (int t = states.length - 1; t >= 0; t--) {
            if (size(t + 1) < size(t)) {
                ended[n++] = states[t].slice(0, size(t + 1), size(t));
            }
        }
        return Movements.concat(0, Arrays.copyOf(ended, n));
    }
}
