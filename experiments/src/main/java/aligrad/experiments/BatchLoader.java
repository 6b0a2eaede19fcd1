package aligrad.experiments;

import aligrad.tensor.Random;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/// The batches of a training or an evaluation, made ahead of time by threads of its own.
///
/// In training, batch `i` is a function of the random stream and `i`: a new order of the examples
/// in each epoch, the last batch of an epoch smaller where the size does not divide them, and an
/// augmentation of each example that depends on the epoch and the example alone. So neither the
/// number of threads nor where a run was resumed changes it, and there is nothing to save but `i`.
///
/// ```java
/// try (BatchLoader<ImageBatch> loader =
///         BatchLoader.shuffled(places, 256, random.named("batches"), Shard.WHOLE, 2,
///                 (batch, epoch) -> ImageBatch.of(images, batch, epoch))) {
///     ImageBatch first = loader.batch(0);
/// }
/// ```
///
/// @param <B> a batch, which any thread may make
final class BatchLoader<B> implements AutoCloseable {

    /// Makes a batch of the examples at these places.
    ///
    /// @param <B> the batch
    @FunctionalInterface
    interface Maker<B> {
        /// @param augmentation a stream of the epoch, for this call alone; `null` in evaluation
        B make(int[] places, @Nullable Random augmentation);
    }

    private final int[] places;
    private final int batchSize;
    private final @Nullable Random random;
    private final Shard shard;
    private final Maker<B> maker;
    private final int ahead;
    private final ExecutorService threads;
    private final Deque<Future<B>> waiting = new ArrayDeque<>();

    /// The number of the first that waits.
    private long next;

    private long orderedEpoch = -1;
    private long[] order = {};

    private BatchLoader(
            int[] places,
            int batchSize,
            @Nullable Random random,
            Shard shard,
            int threads,
            Maker<B> maker) {
        if (places.length == 0 || batchSize < 1 || threads < 1) {
            throw new IllegalArgumentException(
                    "load batches of %d out of %d examples by %d threads: all must be at least 1"
                            .formatted(batchSize, places.length, threads));
        }
        this.places = places;
        this.batchSize = batchSize;
        this.random = random;
        this.shard = shard;
        this.maker = maker;
        this.ahead = threads + 1;
        this.threads =
                Executors.newFixedThreadPool(
                        threads, Thread.ofPlatform().daemon().name("aligrad-loader-", 0).factory());
    }

    /// The batches of a training, epoch after epoch without end.
    ///
    /// @param places which examples there are to learn from
    /// @param batchSize examples in a step, those of all shards together
    /// @param random a stream of its own, which is not advanced
    /// @param threads how many make batches; one more than these is made ahead
    static <B> BatchLoader<B> shuffled(
            int[] places, int batchSize, Random random, Shard shard, int threads, Maker<B> maker) {
        return new BatchLoader<>(places, batchSize, random, shard, threads, maker);
    }

    /// The batches of an evaluation: one epoch in the order of the places, without augmentation.
    ///
    /// @param threads as for [#shuffled]
    static <B> BatchLoader<B> inOrder(int[] places, int batchSize, int threads, Maker<B> maker) {
        return new BatchLoader<>(places, batchSize, null, Shard.WHOLE, threads, maker);
    }

    /// How many batches an epoch has.
    long perEpoch() {
        return (places.length + batchSize - 1L) / batchSize;
    }

    /// Batch `i`, in training counted from 0 over all epochs. Cheap when they are asked for one
    /// after the other.
    ///
    /// @throws UsageException if a file behind an example cannot be used
    B batch(long i) {
        if (i < 0 || i >= end()) {
            throw new IllegalArgumentException(
                    "batch %d of an evaluation of %d: there is none".formatted(i, end()));
        }
        if (i != next) {
            waiting.forEach(future -> future.cancel(false));
            waiting.clear();
            next = i;
        }
        request();
        Future<B> batch = waiting.removeFirst();
        next++;
        request();
        try {
            return batch.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while batch " + i + " was loaded", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UsageException wrong) {
                throw new UsageException(String.valueOf(wrong.getMessage()), e);
            }
            throw new IllegalStateException("batch " + i + " could not be loaded", e.getCause());
        }
    }

    /// Which samples batch `i` of a training has, as places among those that there are to learn
    /// from, counted from 0: a function of the stream and `i` as the batch itself.
    int[] samples(long i) {
        return shard.of(samples(i / perEpoch(), i % perEpoch()));
    }

    private long end() {
        return random == null ? perEpoch() : Long.MAX_VALUE;
    }

    /// Has as many batches made as may wait.
    private void request() {
        while (waiting.size() < ahead && next + waiting.size() < end()) {
            long i = next + waiting.size();
            long epoch = i / perEpoch();
            int[] batch = shard.of(samples(epoch, i % perEpoch()));
            Arrays.setAll(batch, j -> places[batch[j]]);
            Random augmentation =
                    random == null ? null : random.named("augmentation of epoch " + epoch);
            waiting.addLast(threads.submit(() -> maker.make(batch, augmentation)));
        }
    }

    private int[] samples(long epoch, long batch) {
        int from = (int) (batch * batchSize);
        int to = (int) Math.min(places.length, (long) from + batchSize);
        if (random == null) {
            return IntStream.range(from, to).toArray();
        }
        if (epoch != orderedEpoch) {
            order = random.named("order of epoch " + epoch).permutationArray(places.length);
            orderedEpoch = epoch;
        }
        return Arrays.stream(order, from, to).mapToInt(i -> (int) i).toArray();
    }

    /// Ends the threads; a batch that is being made is dropped.
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
