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

    /// The notes, all 0.
    Buffer cleared() {
        Buffer notes = buffer;
        if (notes == null) {
            notes = session.allocate(8 * NOTES);
            buffer = notes;
        }
        session.write(MemorySegment.ofArray(new long[NOTES]), notes, 0);
        return notes;
    }

    /// What was noted since [#cleared()].
    long[] notes() {
        MemorySegment notes = MemorySegment.ofArray(new long[NOTES]);
        if (buffer != null) {
            session.read(buffer, 0, notes);
        }
        return notes.toArray(ValueLayout.JAVA_LONG);
    }
}
