package aligrad.backends.cpu;

import aligrad.tensor.spi.HostMemory;
import aligrad.tensor.spi.HostStorage;

import org.jspecify.annotations.Nullable;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

/// Operands that stay the same from call to call, such as the weights of a recurrent layer or of a
/// network in evaluation, kept in the order in which a kernel reads them.
///
/// An operand is kept from its second use on, until it is overwritten, gone, or the room is needed
/// (`-Daligrad.cpu.prepared=MEGABYTES`, 128 by default; 0 keeps nothing). What is kept holds the
/// same numbers as what would be made anew, so no bit depends on it.
final class Prepared implements AutoCloseable {

    private static final long MOST_BYTES = Long.getLong("aligrad.cpu.prepared", 128) << 20;

    /// Operands remembered, with or without a kept form.
    private static final int MOST_ENTRIES = 64;

    /// What is made of an operand.
    enum Form {
        /// Strips of the right operand of a matrix product, see [GemmPacked].
        GEMM_STRIPS,
        /// Transformed filters, see [WinogradCorrelation].
        WINOGRAD_FORWARD,
        WINOGRAD_GRADIENT
    }

    /// A matrix `(rows, columns)` within its storage, offset and strides in elements.
    record Operand(Form form, long offset, int rows, int columns, long rowStep, long columnStep) {}

    interface Preparation {
        void into(long address);
    }

    private static final class Entry {
        final WeakReference<HostStorage> storage;
        final Operand operand;
        int overwrites;
        @Nullable HostStorage memory;
        int users;
        long lastUse;

        Entry(HostStorage storage, Operand operand) {
            this.storage = new WeakReference<>(storage);
            this.operand = operand;
            this.overwrites = storage.overwrites();
        }
    }

    private static final List<Entry> ENTRIES = new ArrayList<>();

    private static long uses;

    private final Entry entry;
    private final HostStorage memory;

    private Prepared(Entry entry, HostStorage memory) {
        this.entry = entry;
        this.memory = memory;
    }

    /// The kept form of an operand, made now if it is worth keeping; `null` if it is not (yet). To
    /// be closed after use.
    ///
    /// @param storage where the operand lies; one that ends with a scope is never kept
    static @Nullable Prepared of(
            HostStorage storage, Operand operand, long bytes, Preparation preparation) {
        if (storage.owner() != null || bytes > MOST_BYTES) {
            return null;
        }
        synchronized (ENTRIES) {
            Entry entry = find(storage, operand);
            if (entry == null) {
                forgetOldest(MOST_ENTRIES - 1);
                ENTRIES.add(new Entry(storage, operand));
                return null;
            }
            entry.lastUse = ++uses;
            HostStorage memory = entry.memory;
            boolean isStale = entry.overwrites != storage.overwrites();
            if (memory == null && isStale) { // seen twice, but not the same numbers
                entry.overwrites = storage.overwrites();
                return null;
            }
            if (memory == null || isStale) {
                if (memory == null || entry.users > 0) {
                    entry.memory = null;
                    makeRoom(bytes);
                    memory = HostMemory.allocate(bytes, "prepared operand", "", false);
                    memory.moveTo(null); // goes to the collector when nobody uses it
                }
                preparation.into(memory.address());
                entry.memory = memory;
                entry.overwrites = storage.overwrites();
            }
            entry.users++;
            return new Prepared(entry, memory);
        }
    }

    private static @Nullable Entry find(HostStorage storage, Operand operand) {
        for (Entry entry : ENTRIES) {
            if (entry.storage.refersTo(storage) && entry.operand.equals(operand)) {
                return entry;
            }
        }
        return null;
    }

    private static void makeRoom(long bytes) {
        ENTRIES.removeIf(e -> e.storage.refersTo(null));
        long kept = bytes;
        for (Entry entry : ENTRIES) {
            kept += entry.memory == null ? 0 : entry.memory.bytes();
        }
        while (kept > MOST_BYTES) {
            Entry oldest = oldest(true);
            HostStorage memory = oldest == null ? null : oldest.memory;
            if (oldest == null || memory == null) {
                return;
            }
            kept -= memory.bytes();
            oldest.memory = null;
        }
    }

    private static void forgetOldest(int most) {
        ENTRIES.removeIf(e -> e.storage.refersTo(null));
        while (ENTRIES.size() > most) {
            Entry oldest = oldest(false);
            if (oldest == null) {
                return;
            }
            ENTRIES.remove(oldest);
        }
    }

    private static @Nullable Entry oldest(boolean withMemory) {
        Entry oldest = null;
        for (Entry entry : ENTRIES) {
            boolean counts = !withMemory || entry.memory != null;
            if (counts && (oldest == null || entry.lastUse < oldest.lastUse)) {
                oldest = entry;
            }
        }
        return oldest;
    }

    long address() {
        return memory.address();
    }

    @Override
    public void close() {
        synchronized (ENTRIES) {
            entry.users--;
        }
    }
}
