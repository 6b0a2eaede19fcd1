package aligrad.experiments;

import aligrad.tensor.Random;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// The batches of a training, made ahead of time by threads of its own.
///
/// Batch `i` is a function of the random stream and `i`: a new order of the images in each epoch,
/// the last batch of an epoch smaller where the size does not divide them, and an augmentation of
/// each image that depends on the epoch and the image alone. So neither the number of threads nor
/// where a run was resumed changes it, and there is nothing to save but `i`.
///
/// ```java
/// try (BatchLoader loader = new BatchLoader(data, places, 256, random.named("batches"), 2)) {
///     ImageBatch first = loader.batch(0);
/// }
/// ```
final class BatchLoader implements AutoCloseable {

    private final CifarData data;
    private final int[] places;
    private final int batchSize;
    private final Random random;
    private final int ahead;
    private final ExecutorService threads;
    private final Deque<Future<ImageBatch>> waiting = new ArrayDeque<>();

    /// The number of the first that waits.
    private long next;

    private long orderedEpoch = -1;
    private long[] order = {};

    /// @param places which images of `data` there are to learn from
    /// @param random a stream of its own, which is not advanced
    /// @param threads how many make batches; one more than these is made ahead
    BatchLoader(CifarData data, int[] places, int batchSize, Random random, int threads) {
        if (places.length == 0 || batchSize < 1 || threads < 1) {
            throw new IllegalArgumentException(
                    "load batches of %d out of %d images by %d threads: all must be at least 1"
                            .formatted(batchSize, places.length, threads));
        }
        this.data = data;
        this.places = places;
        this.batchSize = batchSize;
        this.random = random;
        this.ahead = threads + 1;
        this.threads =
                Executors.newFixedThreadPool(
                        threads, Thread.ofPlatform().daemon().name("aligrad-loader-", 0).factory());
    }

    /// How many batches an epoch has.
    long perEpoch() {
        return (places.length + batchSize - 1L) / batchSize;
    }

    /// Batch `i` of the training, counted from 0 over all epochs. Cheap when they are asked for one
    /// after the other.
    ImageBatch batch(long i) {
        if (i != next) {
            waiting.forEach(future -> future.cancel(false));
            waiting.clear();
            next = i;
        }
        request();
        Future<ImageBatch> batch = waiting.removeFirst();
        next++;
        request();
        try {
            return batch.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while batch " + i + " was loaded", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("batch " + i + " could not be loaded", e.getCause());
        }
    }

    /// Has as many batches made as may wait.
    private void request() {
        while (waiting.size() < ahead) {
            long i = next + waiting.size();
            long epoch = i / perEpoch();
            int[] batch = places(epoch, i % perEpoch());
            Random augmentation = random.named("augmentation of epoch " + epoch);
            waiting.addLast(
                    threads.submit(
                            () ->
                                    ImageBatch.of(
                                            data,
                                            batch,
                                            image -> Augmentation.draw(augmentation, image))));
        }
    }

    private int[] places(long epoch, long batch) {
        if (epoch != orderedEpoch) {
            order = random.named("order of epoch " + epoch).permutationArray(places.length);
            orderedEpoch = epoch;
        }
        int from = (int) (batch * batchSize);
        int to = (int) Math.min(places.length, (long) from + batchSize);
        return Arrays.stream(order, from, to).mapToInt(i -> places[(int) i]).toArray();
    }

    /// Ends the threads; a batch that is being made is dropped.
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
