package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Buffer;
import aligrad.backends.opencl.driver.Session;
import aligrad.tensor.MemoryExhaustedException;
import aligrad.tensor.spi.SizeClass;

import org.jspecify.annotations.Nullable;

import java.lang.ref.Cleaner;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/// The pool behind all tensors on a device, in the image of [aligrad.tensor.spi.HostMemory].
///
/// A block that was given back is handed out again at once: the device does what it is told in
/// order, so the last use of the old contents comes before the first of the new. The limit is kept
/// here, because drivers promise more memory than there is and end the process when it is missing.
///
/// `-Daligrad.opencl.memory.limit=BYTES` sets the limit (default: four fifths of the device's
/// memory); past an eighth of it, unscoped tensors ask for a garbage collection.
final class DeviceMemory {

    static final Cleaner CLEANER = Cleaner.create();

    private final Session session;
    private final String device;
    private final long limit;
    private final Object lock = new Object();
    private final List<ArrayDeque<Block>> free = new ArrayList<>();
    private final Set<Block> used = new HashSet<>();
    private long live;
    private long pooled;
    private long peak;
    private long unscopedSinceCollection;

    /// The pool of a device, with the limit that the system property asks for.
    DeviceMemory(Session session, String device) {
        this(
                session,
                device,
                Long.getLong("aligrad.opencl.memory.limit", session.facts().memory() / 5 * 4));
    }

    DeviceMemory(Session session, String device, long limit) {
        this.session = session;
        this.device = device;
        this.limit = limit;
        for (int i = 0; i < SizeClass.COUNT; i++) {
            free.add(new ArrayDeque<>());
        }
    }

    /// A buffer of the pool: handed out, given back, handed out again. As a [Runnable] it is what
    /// the cleaner does.
    final class Block implements Runnable {
        final Buffer buffer;
        final int sizeClass;
        String holder = "";

        Block(Buffer buffer, int sizeClass) {
            this.buffer = buffer;
            this.sizeClass = sizeClass;
        }

        @Override
        public void run() {
            giveBack(this);
        }
    }

    /// Takes `bytes` from the pool, contents undefined; see [aligrad.tensor.spi.Backend#allocate].
    ///
    /// @throws MemoryExhaustedException past the limit, with the largest holders
    DeviceStorage allocate(long bytes, String label, String layer, boolean scoped) {
        if (bytes > session.facts().largestBuffer()) {
            throw new MemoryExhaustedException(
                    "%s: %d bytes; one tensor on %s (%s) has at most %d. Use a smaller batch, or slices"
                            .formatted(
                                    label,
                                    bytes,
                                    device,
                                    session.facts().name(),
                                    session.facts().largestBuffer()));
        }
        int sizeClass = SizeClass.of(bytes);
        long capacity = Math.min(SizeClass.capacity(sizeClass), session.facts().largestBuffer());
        if (!scoped) {
            collectPastBudget(capacity);
        }
        String holder = layer.isEmpty() ? label : label + " in " + layer;
        for (int attempt = 0; attempt < 6; attempt++) {
            Block block = take(sizeClass, capacity, holder);
            if (block != null) {
                return new DeviceStorage(block, bytes);
            }
            collectAndWait(attempt);
        }
        throw exhausted(bytes, holder);
    }

    private void collectPastBudget(long capacity) {
        boolean collect = false;
        synchronized (lock) {
            unscopedSinceCollection += capacity;
            if (unscopedSinceCollection > limit / 8) {
                unscopedSinceCollection = 0;
                collect = true;
            }
        }
        if (collect) {
            System.gc();
        }
    }

    private @Nullable Block take(int sizeClass, long capacity, String holder) {
        Block block;
        List<Block> trimmed = new ArrayList<>();
        synchronized (lock) {
            block = free.get(sizeClass).pollLast();
            if (block != null) {
                pooled -= capacity;
            } else if (live + capacity > limit) {
                return null;
            } else {
                trim(limit - live - capacity, trimmed);
            }
            live += capacity; // also of what is asked for below, so that nobody else takes it
            peak = Math.max(peak, live);
        }
        if (block == null) {
            try {
                block =
                        locked(
                                () -> {
                                    trimmed.forEach(b -> b.buffer.release());
                                    return new Block(session.allocate(capacity), sizeClass);
                                });
            } catch (RuntimeException e) {
                synchronized (lock) {
                    live -= capacity;
                }
                throw e;
            }
        }
        synchronized (lock) {
            block.holder = holder;
            used.add(block);
        }
        return block;
    }

    private <T> T locked(Supplier<T> body) {
        session.lock().lock();
        try {
            return body.get();
        } finally {
            session.lock().unlock();
        }
    }

    /// Takes free blocks out of the pool until at most `most` bytes wait there, largest first.
    private void trim(long most, List<Block> trimmed) {
        for (int i = SizeClass.COUNT - 1; i >= 0 && pooled > most; i--) {
            ArrayDeque<Block> blocks = free.get(i);
            while (!blocks.isEmpty() && pooled > most) {
                Block block = blocks.removeFirst();
                pooled -= block.buffer.bytes();
                trimmed.add(block);
            }
        }
    }

    private void giveBack(Block block) {
        synchronized (lock) {
            used.remove(block);
            live -= block.buffer.bytes();
            pooled += block.buffer.bytes();
            free.get(block.sizeClass).addLast(block);
        }
    }

    private static void collectAndWait(int attempt) {
        System.gc();
        try {
            Thread.sleep(20L << attempt); // the cleaner's thread needs a moment
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private MemoryExhaustedException exhausted(long bytes, String holder) {
        StringBuilder text = new StringBuilder();
        text.append(holder)
                .append(": no room for ")
                .append(bytes)
                .append(" bytes on ")
                .append(device)
                .append("; ")
                .append(live())
                .append(" of ")
                .append(limit)
                .append(" are live. Largest holders:");
        holders().entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
                .limit(8)
                .forEach(e -> text.append(" %s %d;".formatted(e.getKey(), e.getValue())));
        text.append(
                " compute in a Scope so that intermediate results are released, use a smaller"
                        + " batch, or raise -Daligrad.opencl.memory.limit");
        return new MemoryExhaustedException(text.toString());
    }

    private Map<String, Long> holders() {
        Map<String, Long> holders = new HashMap<>();
        synchronized (lock) {
            for (Block block : used) {
                holders.merge(block.holder, block.buffer.bytes(), Long::sum);
            }
        }
        return holders;
    }

    /// Bytes in use.
    long live() {
        synchronized (lock) {
            return live;
        }
    }

    /// The most bytes that ever were in use.
    long peak() {
        synchronized (lock) {
            return peak;
        }
    }

    /// Bytes that wait for reuse.
    long pooled() {
        synchronized (lock) {
            return pooled;
        }
    }
}
