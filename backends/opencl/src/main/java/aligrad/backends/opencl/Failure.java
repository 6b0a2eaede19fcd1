package aligrad.backends.opencl;

import aligrad.backends.opencl.driver.Buffer;
import aligrad.backends.opencl.driver.Session;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Where a kernel notes that a value is not allowed: a few `long`s, the first of which is then not
/// 0. To look costs waiting for the device, so only kernels that can fail take it.
final class Failure {

    private static final int NOTES = 4;

    private final Session session;
    private @Nullable Buffer buffer;

    Failure(Session session) {
        this.session = session;
    }

    /// Where a kernel puts its notes. They are 0 before.
    Buffer buffer() {
        Buffer present = buffer;
        if (present == null) {
            present = session.allocate(8 * NOTES);
            buffer = present;
            clear(present);
        }
        return present;
    }

    private void clear(Buffer notes) {
        session.write(MemorySegment.ofArray(new long[NOTES]), notes, 0);
    }

    /// What was noted since the last call.
    long[] notes() {
        MemorySegment notes = MemorySegment.ofArray(new long[NOTES]);
        session.read(buffer(), 0, notes);
        if (notes.getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, 0) != 0) {
            clear(buffer());
        }
        return notes.toArray(ValueLayout.JAVA_LONG);
    }
}
