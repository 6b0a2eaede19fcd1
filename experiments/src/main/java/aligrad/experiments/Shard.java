package aligrad.experiments;

import java.util.Arrays;

/// The part of each batch that one of several processes computes: every so many-th example.
///
/// Together the parts are the whole batch, whatever their number, so how many processes share a
/// training does not change what a step learns from. Parts differ by at most one example; where a
/// batch has fewer examples than there are processes, some parts are empty.
///
/// @param rank which process, from 0
/// @param ranks how many there are
record Shard(int rank, int ranks) {

    /// Of a process that is alone.
    static final Shard WHOLE = new Shard(0, 1);

    Shard {
        if (ranks < 1 || rank < 0 || rank >= ranks) {
            throw new IllegalArgumentException(
                    "shard of rank %d among %d: ranks are 0 to one less than their number"
                            .formatted(rank, ranks));
        }
    }

    /// This process's part of a batch, in its order.
    int[] of(int[] batch) {
        int[] part = new int[(batch.length - rank + ranks - 1) / ranks];
        Arrays.setAll(part, i -> batch[rank + i * ranks]);
        return part;
    }
}
