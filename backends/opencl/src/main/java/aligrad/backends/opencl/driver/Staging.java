package aligrad.backends.opencl.driver;

import org.jocl.cl_mem;
import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// Buffers that numbers pass through on their way to the device.
///
/// The queue does things in order, so a write that waited for its turn would wait for all that was
/// told before. Instead the numbers go at once, by another queue, to a buffer that nothing else
/// uses, and the device copies them from there when their turn comes.
final class Staging {

    /// The smallest buffer, and the largest as a power of two of it: 4 KiB and 16 MiB.
    private static final int SMALLEST = 12;

    private static final int CLASSES = 13;

    /// What all buffers take together, at most.
    private static final long MOST_BYTES = 64L << 20;

    private final Session session;
    private final List<ArrayDeque<Slot>> slots = new ArrayList<>();
    private long bytes;

    Staging(Session session) {
        this.session = session;
        for (int i = 0; i < CLASSES; i++) {
            slots.add(new ArrayDeque<>());
        }
    }

    /// A buffer, and the copy that reads it.
    static final class Slot {
        private final Buffer buffer;
        private final int sizeClass;
        private @Nullable Mark copied;

        private Slot(Buffer buffer, int sizeClass) {
            this.buffer = buffer;
            this.sizeClass = sizeClass;
        }

        cl_mem memory() {
            return buffer.handle();
        }
    }

    /// A buffer for so many bytes that nothing uses; `null` if that is too much, or if all are in
    /// use.
    @Nullable Slot take(long wanted) {
        int sizeClass = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(wanted - 1) - SMALLEST);
        if (wanted == 0 || sizeClass >= CLASSES) {
            return null;
        }
        ArrayDeque<Slot> alike = slots.get(sizeClass);
        Slot oldest = alike.peekFirst();
        if (oldest != null && isFree(oldest)) {
            return alike.pollFirst();
        }
        long size = 1L << (sizeClass + SMALLEST);
        if (bytes + size > MOST_BYTES) {
            return null;
        }
        bytes += size;
        return new Slot(session.allocate(size), sizeClass);
    }

    private static boolean isFree(Slot slot) {
        Mark copied = slot.copied;
        if (copied != null && copied.isReached()) {
            copied.release();
            slot.copied = null;
        }
        return slot.copied == null;
    }

    /// @param copied after the copy that reads the buffer
    void giveBack(Slot slot, Mark copied) {
        slot.copied = copied;
        slots.get(slot.sizeClass).addLast(slot);
    }
}
