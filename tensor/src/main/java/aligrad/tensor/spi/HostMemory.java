package aligrad.tensor.spi;

import aligrad.tensor.MemoryExhaustedException;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The pool behind all tensors in this process's memory.
///
/// Sizes are rounded up to classes, eight to each doubling, and freed blocks wait in their class
/// for the next tensor, so that a training loop in steady state takes nothing from the operating
/// system. Blocks of scoped tensors return when the scope ends; the others when the garbage
/// collector finds their storage unreachable. Since the collector does not see off-heap memory, the
/// pool counts what it handed to unscoped tensors and asks for a collection past a budget; past the
/// limit it throws.
///
/// `-Daligrad.memory.limit=BYTES` sets the limit (default: three times the maximal heap),
/// `-Daligrad.memory.budget=BYTES` the budget (default: an eighth of the limit).
public final class HostMemory {

    static final Cleaner CLEANER = Cleaner.create();

    /// Whether every kernel access is compared with the live allocations. For tests.
    public static final boolean CHECKED = Boolean.getBoolean("aligrad.cpu.checked");

    private static final MemorySegment ALL = everything();
    private static final long SLACK = 64;
    private static final long SLAB = 1 << 20;
    private static final long LARGEST_IN_SLAB = SLAB / 4;

    private static final Object LOCK = new Object();
    private static final List<ArrayDeque<Block>> FREE = new ArrayList<>();
    private static final List<Block> BLOCKS = new ArrayList<>();
    private static final TreeMap<Long, Long> LIVE_RANGES = new TreeMap<>();
    private static final long LIMIT =
            Long.getLong("aligrad.memory.limit", 3 * Runtime.getRuntime().maxMemory());
    private static final long BUDGET = Long.getLong("aligrad.memory.budget", LIMIT / 8);

    private static long live;
    private static long peak;
    private static long pooled;
    private static long unscopedSinceCollection;
    private static long slabNext;
    private static long slabEnd;

    static {
        for (int i = 0; i < SizeClass.COUNT; i++) {
            FREE.add(new ArrayDeque<>());
        }
    }

    private HostMemory() {}

    /// A block of the pool: handed out, given back, handed out again. As a [Runnable] it is what
    /// the cleaner does.
    static final class Block implements Runnable {
        final long address;
        final long capacity;
        final int sizeClass;
        final @Nullable Arena arena;
        boolean inUse;
        String label = "";
        String layer = "";

        Block(long address, long capacity, int sizeClass, @Nullable Arena arena) {
            this.address = address;
            this.capacity = capacity;
            this.sizeClass = sizeClass;
            this.arena = arena;
        }

        @Override
        public void run() {
            giveBack(this);
        }
    }

    /// Takes `bytes` (at least 0) from the pool. The contents are whatever was there.
    ///
    /// @param label what it is for, for the statistics: the name of an operation
    /// @param layer the path of the layer that asked, empty outside layers
    /// @param scoped whether a scope will release it; if not, it counts towards the budget
    /// @throws MemoryExhaustedException past the limit, with the largest holders
    public static HostStorage allocate(long bytes, String label, String layer, boolean scoped) {
        long needed = Math.addExact(bytes, SLACK);
        int sizeClass = SizeClass.of(needed);
        long capacity = SizeClass.capacity(sizeClass);
        boolean collect = false;
        if (!scoped) {
            synchronized (LOCK) {
                unscopedSinceCollection += capacity;
                if (unscopedSinceCollection > BUDGET) {
                    unscopedSinceCollection = 0;
                    collect = true;
                }
            }
        }
        if (collect) {
            System.gc();
        }
        Block block = take(sizeClass, capacity, label, layer);
        for (int attempt = 0; block == null && attempt < 5; attempt++) {
            collectAndWait(attempt);
            block = take(sizeClass, capacity, label, layer);
        }
        if (block == null) {
            throw exhausted(bytes, label, layer);
        }
        return new HostStorage(block, bytes);
    }

    private static @Nullable Block take(int sizeClass, long capacity, String label, String layer) {
        synchronized (LOCK) {
            Block block =
                    FREE.get(sizeClass).pollLast(); // the last one given back is still in cache
            if (block != null) {
                pooled -= capacity;
            } else {
                if (live + pooled + capacity > LIMIT) {
                    trim(live + capacity);
                    if (live + capacity > LIMIT) {
                        return null;
                    }
                }
                block = fromSystem(sizeClass, capacity);
                BLOCKS.add(block);
            }
            block.inUse = true;
            block.label = label;
            block.layer = layer;
            live += capacity;
            peak = Math.max(peak, live);
            if (CHECKED) {
                LIVE_RANGES.put(block.address, block.address + capacity);
            }
            return block;
        }
    }

    private static void giveBack(Block block) {
        synchronized (LOCK) {
            block.inUse = false;
            live -= block.capacity;
            pooled += block.capacity;
            FREE.get(block.sizeClass).addLast(block);
            if (CHECKED) {
                LIVE_RANGES.remove(block.address);
            }
        }
    }

    @SuppressWarnings({"restricted", "MustBeClosedChecker"}) // trim closes it, some day
    private static Block fromSystem(int sizeClass, long capacity) {
        if (capacity > LARGEST_IN_SLAB) {
            Arena arena = Arena.ofShared();
            return new Block(arena.allocate(capacity, 64).address(), capacity, sizeClass, arena);
        }
        if (slabNext + capacity > slabEnd) {
            slabNext = Arena.global().allocate(SLAB, 64).address();
            slabEnd = slabNext + SLAB;
        }
        long address = slabNext;
        slabNext += capacity;
        return new Block(address, capacity, sizeClass, null);
    }

    /// Returns free large blocks to the operating system until `wanted` more bytes fit.
    private static void trim(long wanted) {
        for (int sizeClass = SizeClass.COUNT - 1;
                sizeClass >= 0 && wanted + pooled > LIMIT;
                sizeClass--) {
            ArrayDeque<Block> free = FREE.get(sizeClass);
            while (!free.isEmpty() && wanted + pooled > LIMIT) {
                Block block = free.peekFirst();
                if (block == null || block.arena == null) {
                    break;
                }
                free.pollFirst();
                pooled -= block.capacity;
                BLOCKS.remove(block);
                block.arena.close();
            }
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

    private static MemoryExhaustedException exhausted(long bytes, String label, String layer) {
        Map<String, Long> holders = holders();
        StringBuilder text = new StringBuilder();
        text.append(label)
                .append(layer.isEmpty() ? "" : " in " + layer)
                .append(": no room for ")
                .append(bytes)
                .append(" bytes; ")
                .append(statistics().live())
                .append(" of ")
                .append(LIMIT)
                .append(" are live. Largest holders:");
        holders.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
                .limit(8)
                .forEach(e -> text.append(" %s %d;".formatted(e.getKey(), e.getValue())));
        text.append(
                " compute in a Scope so that intermediate results are released, use a smaller"
                        + " batch, or raise -Daligrad.memory.limit");
        return new MemoryExhaustedException(text.toString());
    }

    /// Live bytes by what holds them: operation, and layer where known.
    static Map<String, Long> holders() {
        Map<String, Long> holders = new HashMap<>();
        synchronized (LOCK) {
            for (Block block : BLOCKS) {
                if (block.inUse) {
                    String holder =
                            block.layer.isEmpty()
                                    ? block.label
                                    : block.label + " in " + block.layer;
                    holders.merge(holder, block.capacity, Long::sum);
                }
            }
        }
        return holders;
    }

    /// A reading of the pool's counters.
    public static Statistics statistics() {
        synchronized (LOCK) {
            return new Statistics(live, peak, pooled, LIMIT);
        }
    }

    /// Starts a new measurement of the peak.
    public static void resetPeak() {
        synchronized (LOCK) {
            peak = live;
        }
    }

    /// Live bytes by operation and layer, for [aligrad.tensor.Memory].
    public static Map<String, Long> liveByHolder() {
        return holders();
    }

    /// Bytes now in use, the most that ever were, bytes waiting for reuse, and the limit.
    public record Statistics(long live, long peak, long pooled, long limit) {}

    /// Fails unless all of `[address, address + bytes)` lies in one live allocation or its slack.
    /// Called by kernels before each access when [#CHECKED].
    ///
    /// @throws IndexOutOfBoundsException otherwise
    public static void check(long address, long bytes) {
        synchronized (LOCK) {
            Map.Entry<Long, Long> range = LIVE_RANGES.floorEntry(address);
            if (range == null || address + bytes > range.getValue()) {
                throw new IndexOutOfBoundsException(
                        "kernel access to %d bytes at %#x, outside every live allocation%s"
                                .formatted(
                                        bytes,
                                        address,
                                        range == null
                                                ? ""
                                                : "; the nearest is %#x to %#x"
                                                        .formatted(
                                                                range.getKey(), range.getValue())));
            }
        }
    }

    /// A bounded view of memory at an absolute address.
    static MemorySegment segment(long address, long bytes) {
        return ALL.asSlice(address, bytes);
    }

    @SuppressWarnings("restricted")
    private static MemorySegment everything() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }
}
